// SPDX-License-Identifier: ISC
// The numbers that factsors decide by; decisions.inc has the rows.
#pragma once

#include "model/decision.h"

enum facts_decision {
	FACTS_DECISIONS_BEGIN = DECISION_FIRST(DECISION_FACTS) - 1,
#define ROW(which, ...) which,
#include "facts/decisions.inc"
#undef ROW
	FACTS_DECISIONS_END
};

extern const struct decision facts_rows[];
extern const struct decision_table facts_decisions;

// The run's number; the table's where d is null.
static inline double facts_value(const struct decisions *d, enum facts_decision which)
{
	return decision_value(d, facts_rows, which);
}

// The same of a number in seconds, as nanoseconds.
static inline int64_t facts_ns(const struct decisions *d, enum facts_decision which)
{
	return decision_ns(facts_value(d, which));
}
