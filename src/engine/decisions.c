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

bool pipeline_decisions_torn(const struct decisions *d, const char **ret_low, const char **ret_high)
{
	static const char *const pairs[][2] = {
		{"level.open", "level.close"},
		{"level.close", "level.depart"},
		{"reach.loss_close", "reach.loss_p1"},
		{"reach.loss_p0_min", "reach.loss_p1"},
		{"reach.latency_close", "reach.latency_ratio"},
		{"checks.timeouts_close", "checks.timeouts_open"},
		{"checks.connect_close", "checks.connect_open"},
		{"series.bgp.open", "series.bgp.close"},
		{"series.ping-slash24.open", "series.ping-slash24.close"},
		{"series.active-probing.open", "series.active-probing.close"},
		{"series.merit-nt.open", "series.merit-nt.close"},
		{"series.ucsd-nt.open", "series.ucsd-nt.close"},
		{"series.gtr.open", "series.gtr.close"},
		{"series.other.open", "series.other.close"},
		{"series.bgp.open", "series.bgp.depart"},
		{"series.ping-slash24.open", "series.ping-slash24.depart"},
		{"series.active-probing.open", "series.active-probing.depart"},
		{"series.merit-nt.open", "series.merit-nt.depart"},
		{"series.ucsd-nt.open", "series.ucsd-nt.depart"},
		{"series.gtr.open", "series.gtr.depart"},
		{"series.other.open", "series.other.depart"},
		{"target.good", "target.good_of"},
		{"belief.available_least", "belief.available_most"},
		{"facts.wave_low", "facts.wave_high"},
		{"diagnose.prior_less", "diagnose.prior_more"},
		{"evidence.stay_few", "evidence.stay_not"},
		{"evidence.floor_rough", "evidence.floor_flat"},
		{"evidence.news_little", "evidence.news_much"},
		{"evidence.churn_little", "evidence.churn_much"},
		{"evidence.block_within", "evidence.block_not"},
	};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (!(decisions_value(d, pairs[i][0]) > decisions_value(d, pairs[i][1])))
			continue;
		*ret_low = pairs[i][0];
		*ret_high = pairs[i][1];
		return true;
	}
	return false;
}
