// SPDX-License-Identifier: ISC
// The numbers that detectors decide by; decisions.inc has the rows.
#pragma once

#include "model/decision.h"

enum detect_decision {
	DETECT_DECISIONS_BEGIN = DECISION_FIRST(DECISION_DETECT) - 1,
#define ROW(which, ...) which,
#include "detect/decisions.inc"
#undef ROW
	DETECT_DECISIONS_END
};

extern const struct decision detect_rows[];
extern const struct decision_table detect_decisions;

// The run's number; the table's where d is null.
static inline double detect_value(const struct decisions *d, enum detect_decision which)
{
	return decision_value(d, detect_rows, which);
}

// The same of a number in seconds, as nanoseconds.
static inline int64_t detect_ns(const struct decisions *d, enum detect_decision which)
{
	return decision_ns(detect_value(d, which));
}
