// SPDX-License-Identifier: ISC
// The numbers that beliefors decide by; decisions.inc has the rows.
#pragma once

#include "model/decision.h"

enum belief_decision {
	BELIEF_DECISIONS_BEGIN = DECISION_FIRST(DECISION_BELIEF) - 1,
#define ROW(which, ...) which,
#include "belief/decisions.inc"
#undef ROW
	BELIEF_DECISIONS_END
};

extern const struct decision belief_rows[];
extern const struct decision_table belief_decisions;

// The run's number; the table's where d is null.
static inline double belief_value(const struct decisions *d, enum belief_decision which)
{
	return decision_value(d, belief_rows, which);
}

// The same of a number in seconds, as nanoseconds.
static inline int64_t belief_ns(const struct decisions *d, enum belief_decision which)
{
	return decision_ns(belief_value(d, which));
}
