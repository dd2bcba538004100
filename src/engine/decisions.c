// SPDX-License-Identifier: ISC
// The table of decisions.inc, and the tables of all rooms together.
#include "engine/decisions.h"

#include "belief/decisions.h"
#include "detect/decisions.h"
#include "diagnose/decisions.h"
#include "engine/pipeline.h"
#include "facts/decisions.h"
#include "incident/decisions.h"
#include "signal/decisions.h"

const struct decision engine_rows[] = {
#define ROW(which, ...) {__VA_ARGS__},
#include "engine/decisions.inc"
#undef ROW
};

_Static_assert(ARRAY_LEN(engine_rows) <= DECISION_ROWS_MAX, "rows of a room");

const struct decision_table engine_decisions = {DECISION_ENGINE, engine_rows, ARRAY_LEN(engine_rows)};

void pipeline_decisions(struct decisions *ret)
{
	static const struct decision_table *const tables[] = {
		&signal_decisions, &belief_decisions,	&detect_decisions, &incident_decisions,
		&facts_decisions,  &diagnose_decisions, &engine_decisions,
	};
	decisions_join(tables, ARRAY_LEN(tables), ret);
}
