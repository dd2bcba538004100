// SPDX-License-Identifier: ISC
// The numbers that diagnoseors decide by; decisions.inc has the rows.
#pragma once

#include "model/decision.h"

enum diagnose_decision {
	DIAGNOSE_DECISIONS_BEGIN = DECISION_FIRST(DECISION_DIAGNOSE) - 1,
#define ROW(which, ...) which,
#include "diagnose/decisions.inc"
#undef ROW
	DIAGNOSE_DECISIONS_END
};

extern const struct decision diagnose_rows[];
extern const struct decision_table diagnose_decisions;

// The run's number; the table's where d is null.
static inline double diagnose_value(const struct decisions *d, enum diagnose_decision which)
{
	return decision_value(d, diagnose_rows, which);
}

// The same of a number in seconds, as nanoseconds.
static inline int64_t diagnose_ns(const struct decisions *d, enum diagnose_decision which)
{
	return decision_ns(diagnose_value(d, which));
}
