// SPDX-License-Identifier: ISC
// The numbers that signalors decide by; decisions.inc has the rows.
#pragma once

#include "model/decision.h"

enum signal_decision {
	SIGNAL_DECISIONS_BEGIN = DECISION_FIRST(DECISION_SIGNAL) - 1,
#define ROW(which, ...) which,
#include "signal/decisions.inc"
#undef ROW
	SIGNAL_DECISIONS_END
};

extern const struct decision signal_rows[];
extern const struct decision_table signal_decisions;

// The run's number; the table's where d is null.
static inline double signal_value(const struct decisions *d, enum signal_decision which)
{
	return decision_value(d, signal_rows, which);
}

// The same of a number in seconds, as nanoseconds.
static inline int64_t signal_ns(const struct decisions *d, enum signal_decision which)
{
	return decision_ns(signal_value(d, which));
}
