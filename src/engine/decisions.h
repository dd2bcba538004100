// SPDX-License-Identifier: ISC
// The numbers that engineors decide by; decisions.inc has the rows.
#pragma once

#include "model/decision.h"

enum engine_decision {
	ENGINE_DECISIONS_BEGIN = DECISION_FIRST(DECISION_ENGINE) - 1,
#define ROW(which, ...) which,
#include "engine/decisions.inc"
#undef ROW
	ENGINE_DECISIONS_END
};

extern const struct decision engine_rows[];
extern const struct decision_table engine_decisions;

// The run's number; the table's where d is null.
static inline double engine_value(const struct decisions *d, enum engine_decision which)
{
	return decision_value(d, engine_rows, which);
}

// The same of a number in seconds, as nanoseconds.
static inline int64_t engine_ns(const struct decisions *d, enum engine_decision which)
{
	return decision_ns(engine_value(d, which));
}
