// SPDX-License-Identifier: ISC
// The thresholds of the evidence: on one side of each it is answered so, on the other otherwise.
// Tests: src/diagnose/evidence.c
#include "made.h"

#include "base/attr.h"
#include "base/hash.h"
#include "diagnose/evidence.h"

#include <math.h>

#define EDGE_WITH 5

// Each threshold from both sides: the nearest number on this side of it and the nearest on that side give these answers.
static const struct edge {
	uint8_t evidence;
	struct change at; // its number is not used
	double below, above;
	uint8_t answer_below, answer_above;
	struct change with[EDGE_WITH];
} edges[] = {
	{EVIDENCE_LATENCY_RAMP, D(facts.plane.rtt_ramp, 0), 1.19, 1.2, ANSWER_NO, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_LATENCY_RAMP, D(facts.plane.rtt_ramp, 0), 1.49, 1.5, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_CONNECT_RAMP, D(facts.plane.connect_ramp_s, 0), 1, 1.1, ANSWER_NO, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_CONNECT_RAMP, D(facts.plane.connect_ramp_s, 0), 3.9, 4, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_BORDER_ANSWERS, D(facts.plane.border_loss, 0), 0.2, 0.21, ANSWER_YES, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_BORDER_ANSWERS, D(facts.plane.border_loss, 0), 0.49, 0.5, ANSWER_UNKNOWN, ANSWER_NO, {{0}}},
	{EVIDENCE_FALL_IN_STEPS, D(facts.plane.fall_steps, 0), 2, 3, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_RETURN_IN_STEPS, D(facts.plane.return_steps, 0), 1, 2, ANSWER_NO, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_FLAT_FLOOR, D(facts.plane.floor_flat, 0), 0.39, 0.4, ANSWER_NO, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_FLAT_FLOOR, D(facts.plane.floor_flat, 0), 0.69, 0.7, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_SLOW_DECAY,
	 D(facts.plane.fall_s, 0),
	 3,
	 3.1,
	 ANSWER_NO,
	 ANSWER_UNKNOWN,
	 {D(facts.plane.fall_share, 0.5)}},
	{EVIDENCE_SLOW_DECAY,
	 D(facts.plane.fall_s, 0),
	 5.9,
	 6,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {D(facts.plane.fall_share, 0.5)}},
	{EVIDENCE_SLOW_DECAY,
	 D(facts.plane.fall_share, 0),
	 0.5,
	 0.51,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {D(facts.plane.fall_s, 6)}},
	{EVIDENCE_ANNOUNCE_BURST, D(facts.routes.own_news, 0), 0.09, 0.1, ANSWER_NO, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_ANNOUNCE_BURST, D(facts.routes.own_news, 0), 0.49, 0.5, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_CHURN_BEFORE, D(facts.routes.churn, 0), 0.09, 0.1, ANSWER_NO, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_CHURN_BEFORE, D(facts.routes.churn, 0), 0.29, 0.3, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_FOREIGN_ORIGIN,
	 D(facts.routes.witnesses, 0),
	 2,
	 3,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {B(facts.routes.known), D(facts.routes.new_origins, 0)}},
	{EVIDENCE_ONE_BY_ONE,
	 D(facts.routes.spread_s, 0),
	 2,
	 2.1,
	 ANSWER_NO,
	 ANSWER_UNKNOWN,
	 {D(facts.routes.lost, 0.5)}},
	{EVIDENCE_ONE_BY_ONE,
	 D(facts.routes.spread_s, 0),
	 4.9,
	 5,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {D(facts.routes.lost, 0.5)}},
	{EVIDENCE_DETOUR, D(facts.plane.rtt_detour, 0), 1.09, 1.1, ANSWER_NO, ANSWER_UNKNOWN, {{0}}},
	{EVIDENCE_DETOUR, D(facts.plane.rtt_detour, 0), 1.29, 1.3, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_DETOUR,
	 D(facts.plane.rtt_detour, 0),
	 1.14,
	 1.15,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {D(facts.routes.path_moved, 0.2)}},
	{EVIDENCE_DETOUR,
	 D(facts.routes.path_moved, 0),
	 0.19,
	 0.2,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {D(facts.plane.rtt_detour, 1.4)}},
	{EVIDENCE_LOSS_RAMP,
	 D(story.precedence.log10_shape_bf, 0),
	 -1,
	 -0.9,
	 ANSWER_NO,
	 ANSWER_UNKNOWN,
	 {B(story.precedence.known), B(story.precedence.has_shape), D(facts.plane.loss_peak, 0.9)}},
	{EVIDENCE_LONG_LEAD,
	 D(story.precedence.lead_from, 0),
	 15.5,
	 15.6,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {B(story.precedence.known), B(story.precedence.has_lead),
	  D(story.precedence.lead_best, 20)}}, // 1.5 hold times, 2 intervals
	{EVIDENCE_LONG_LEAD,
	 D(story.precedence.lead_best, 0),
	 15.5,
	 15.6,
	 ANSWER_NO,
	 ANSWER_UNKNOWN,
	 {B(story.precedence.known), B(story.precedence.has_lead)}},
	{EVIDENCE_ROUTES_ONLY,
	 D(facts.plane.loss_peak, 0),
	 0.19,
	 0.2,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {SIG(SIGNAL_ROUTES6)}},
	{EVIDENCE_ROUTES_ONLY, D(facts.plane.loss_peak, 0), 0.49, 0.5, ANSWER_UNKNOWN, ANSWER_NO, {SIG(SIGNAL_ROUTES)}},
	{EVIDENCE_ROUTES_STAY,
	 D(facts.routes.lost, 0),
	 0.07,
	 0.09,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {B(facts.routes.known), D(story.fraction_down, 0.8)}},
	{EVIDENCE_ROUTES_STAY,
	 D(facts.routes.lost, 0),
	 0.39,
	 0.41,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {B(facts.routes.known), D(story.fraction_down, 0.8)}},
	{EVIDENCE_NETWORKS_IN_STEP,
	 D(facts.routes.network_spread_s, 0),
	 3,
	 3.1,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {D(facts.routes.networks_lost, 2)}},
	{EVIDENCE_NETWORKS_IN_STEP,
	 D(facts.routes.network_spread_s, 0),
	 9,
	 9.1,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {D(facts.routes.networks_lost, 2)}},
	{EVIDENCE_UPSTREAMS_IN_STEP,
	 D(facts.routes.upstream_spread_s, 0),
	 6,
	 6.1,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {D(facts.routes.upstreams_lost, 2), D(facts.width_s, 3)}}, // two intervals, where these are long
	{EVIDENCE_WAVES, D(facts.plane.waves, 0), 1, 2, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_FLAPS_BEFORE, D(ties.past.short_losses, 0), 1, 2, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_EVEN_SPACING,
	 D(ties.past.even_spacing, 0),
	 2,
	 3,
	 ANSWER_NO,
	 ANSWER_YES,
	 {D(ties.past.outages_10d, 2)}},
	{EVIDENCE_SAME_CLOCK,
	 D(ties.past.watched_s, 0),
	 86399,
	 86400,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {D(ties.past.same_clock, 1)}},
	{EVIDENCE_HALF_HOUR,
	 D(facts.to_half_hour_s, 0),
	 60,
	 61,
	 ANSWER_YES,
	 ANSWER_NO,
	 {D(facts.clock_width_s, 10), D(facts.lasted_s, 1800)}},
	{EVIDENCE_HALF_HOUR,
	 D(facts.clock_width_s, 0),
	 600,
	 601,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {D(facts.to_half_hour_s, 0), D(facts.lasted_s, 1800)}},
	{EVIDENCE_NIGHT, D(facts.local_hour, 0), 5.9, 6, ANSWER_YES, ANSWER_NO, {{0}}},
	{EVIDENCE_SHORT, D(facts.lasted_s, 0), 7200, 7201, ANSWER_YES, ANSWER_NO, {N(story.state, INCIDENT_CLOSED)}},
	{EVIDENCE_HOURS, D(facts.lasted_s, 0), 14399, 14400, ANSWER_NO, ANSWER_YES, {N(story.state, INCIDENT_CLOSED)}},
	{EVIDENCE_SERVICES_ONE_BY_ONE,
	 D(facts.services.spread_s, 0),
	 2,
	 2.1,
	 ANSWER_NO,
	 ANSWER_UNKNOWN,
	 {U(facts.services.failed, 3)}},
	{EVIDENCE_SERVICES_ONE_BY_ONE,
	 D(facts.services.spread_s, 0),
	 3.9,
	 4,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {U(facts.services.failed, 3)}},
	{EVIDENCE_BLOCK_BY_BLOCK,
	 D(facts.services.block_spread_s, 0),
	 5,
	 5.1,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {D(facts.services.host_spread_s, 20)}},
	{EVIDENCE_BLOCK_BY_BLOCK,
	 D(facts.services.block_spread_s, 0),
	 9.9,
	 10,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {D(facts.services.host_spread_s, 20)}},
	{EVIDENCE_WITNESSES_FAIL,
	 D(facts.witness.unrelated_lost, 0),
	 0.49,
	 0.5,
	 ANSWER_NO,
	 ANSWER_YES,
	 {U(facts.witness.observers, 2)}},
	{EVIDENCE_BOTH_PLANES, D(facts.routes.lost, 0), 0.49, 0.5, ANSWER_UNKNOWN, ANSWER_YES, {SIG(SIGNAL_LOSS)}},
	{EVIDENCE_LOSS_RAMP,
	 D(story.precedence.partial_loss_s, 0),
	 2.9,
	 3,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {B(story.precedence.known), B(story.precedence.has_shape), D(story.precedence.log10_shape_bf, 1),
	  D(facts.plane.loss_peak, 0.9)}},
	{EVIDENCE_LOSS_RAMP,
	 D(facts.plane.loss_peak, 0),
	 0.89,
	 0.9,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {B(story.precedence.known), B(story.precedence.has_shape), D(story.precedence.log10_shape_bf, 1),
	  D(story.precedence.partial_loss_s, 3)}},
	{EVIDENCE_SESSIONS_STAY,
	 U(facts.sessions.lost, 0),
	 0,
	 1,
	 ANSWER_YES,
	 ANSWER_UNKNOWN,
	 {U(facts.sessions.seen, 5)}},
	{EVIDENCE_SESSIONS_STAY,
	 U(facts.sessions.lost, 0),
	 2,
	 3,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {U(facts.sessions.seen, 5)}},
	{EVIDENCE_DAEMON_DIED,
	 U(facts.sessions.silent, 0),
	 2,
	 3,
	 ANSWER_NO,
	 ANSWER_YES,
	 {U(facts.sessions.seen, 5), D(facts.plane.border_loss, 0.2)}},
	{EVIDENCE_DNS_ONLY,
	 U(facts.services.hosts_failed, 0),
	 3,
	 4,
	 ANSWER_YES,
	 ANSWER_NO,
	 {U(facts.services.dns, 2), U(facts.services.dns_failed, 2), U(facts.services.failed, 2),
	  U(facts.services.watched, 2), U(facts.services.hosts, 10)}},
	{EVIDENCE_DNS_ONLY,
	 U(facts.services.failed, 0),
	 4,
	 5,
	 ANSWER_YES,
	 ANSWER_NO, // two of four others fail with them
	 {U(facts.services.dns, 2), U(facts.services.dns_failed, 2), U(facts.services.watched, 6)}},
	{EVIDENCE_ONE_MACHINE,
	 U(facts.services.machines_failed, 0),
	 2,
	 3,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {U(facts.services.hosts, 5)}},
	{EVIDENCE_ONE_MACHINE,
	 U(facts.services.hosts, 0),
	 2,
	 3,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {U(facts.services.machines_failed, 1)}},
	{EVIDENCE_HTTP_ERRORS,
	 U(facts.services.http_errors, 0),
	 0,
	 3,
	 ANSWER_NO,
	 ANSWER_YES,
	 {U(facts.services.failed, 6)}},
	{EVIDENCE_REFUSED, U(facts.services.refused, 0), 0, 3, ANSWER_NO, ANSWER_YES, {U(facts.services.failed, 6)}},
	{EVIDENCE_WITNESSES_FAIL, B(facts.witness.gap), 0, 1, ANSWER_NO, ANSWER_YES, {U(facts.witness.observers, 2)}},
	{EVIDENCE_WITNESSES_FAIL,
	 U(facts.witness.collectors_turned, 0),
	 0,
	 1,
	 ANSWER_NO,
	 ANSWER_YES,
	 {U(facts.witness.collectors, 2)}},
	{EVIDENCE_WITNESSES_FAIL, U(facts.witness.observers, 0), 0, 1, ANSWER_UNKNOWN, ANSWER_NO, {{0}}},
	{EVIDENCE_ONE_WITNESS,
	 U(facts.witness.observers_impaired, 0),
	 0,
	 1,
	 ANSWER_YES,
	 ANSWER_UNKNOWN, // one that is fit cannot be alone
	 {U(facts.witness.observers, 2), U(facts.witness.observers_seeing, 1), D(facts.plane.loss_peak, 0.5)}},
	{EVIDENCE_LONG_LEAD,
	 D(story.precedence.lead_from, 0),
	 137,
	 137.1,
	 ANSWER_UNKNOWN,
	 ANSWER_YES, // usual hold time
	 {B(story.precedence.known), B(story.precedence.has_lead), D(story.precedence.lead_best, 200),
	  D(facts.hold_s, NAN)}},
	{EVIDENCE_ROUTES_WITH_LOSS,
	 D(story.precedence.lead_best, 0),
	 3,
	 3.1,
	 ANSWER_YES,
	 ANSWER_NO,
	 {B(story.precedence.known), B(story.precedence.has_lead)}},
	{EVIDENCE_HOLD_TIMER,
	 D(facts.routes.first_s, 0),
	 5.9,
	 6,
	 ANSWER_NO,
	 ANSWER_YES,
	 {D(facts.routes.lost, 1), SIG(SIGNAL_LOSS), D(facts.plane.fall_s, 1)}},
	{EVIDENCE_DETOUR,
	 D(facts.plane.floor_flat, 0),
	 0.69,
	 0.7,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {D(facts.plane.loss_peak, 0.9)}},
	{EVIDENCE_RETURN_ORDER, D(facts.services.return_classes, 0), 2, 3, ANSWER_UNKNOWN, ANSWER_YES, {{0}}},
	{EVIDENCE_RETURN_ORDER,
	 N(story.recovery_count, 0),
	 2,
	 3,
	 ANSWER_UNKNOWN,
	 ANSWER_NO,
	 {D(facts.services.return_classes, 1)}},
	{EVIDENCE_ONE_BLOCK,
	 U(facts.services.blocks, 0),
	 2,
	 3,
	 ANSWER_UNKNOWN,
	 ANSWER_YES,
	 {U(facts.services.blocks_failed, 1)}},
	{EVIDENCE_BOTH_PLANES, SIG(0), SIGNAL_LATENCY, SIGNAL_SERIES, ANSWER_UNKNOWN, ANSWER_YES, {SIG(SIGNAL_SERIES)}},
};

static void both_sides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		for (int above = 0; above < 2; above++) {
			const struct edge *g = &edges[i];
			struct incident n = blank();
			struct change at = g->at;
			for (int k = 0; k < EDGE_WITH && g->with[k].type; k++)
				change(&n, &g->with[k]);
			at.number = above ? g->above : g->below;
			change(&n, &at);
			int got = evidence_row(g->evidence)->look(&n, NULL).answer;
			if (got != (above ? g->answer_above : g->answer_below))
				fail_msg("%s, edge %zu at %g: %d", evidence_row(g->evidence)->name, i, at.number, got);
		}
}

// How much of a ratio counts: calm of an hour says less than calm of a week.
static void strengths(void **state)
{
	static const struct {
		uint8_t evidence;
		double watched_s, strength;
	} calm[] = {
		{EVIDENCE_SAME_CLOCK, 86400, 1.0 / 7},	{EVIDENCE_SAME_CLOCK, 7 * 86400, 1},
		{EVIDENCE_SAME_CLOCK, 30 * 86400, 1},	{EVIDENCE_PAST_OUTAGES, 86400, 0.1},
		{EVIDENCE_PAST_OUTAGES, 20 * 86400, 1}, {EVIDENCE_FLAPS_BEFORE, 86400, 1},
		{EVIDENCE_FLAPS_BEFORE, 86399, 0.5},	{EVIDENCE_FLAPS_BEFORE, 3599, 0.3},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(calm) / sizeof(*calm); i++) {
		struct incident n = blank();
		n.ties.past.same_clock = n.ties.past.outages_10d = n.ties.past.short_losses = 0;
		n.ties.past.watched_s = calm[i].watched_s;
		struct finding f = evidence_row(calm[i].evidence)->look(&n, NULL);
		assert_int_equal(f.answer, ANSWER_NO);
		assert_true(fabs(f.strength - calm[i].strength) < 1e-9);
	}
	struct incident n = blank();
	n.facts.plane.rtt_detour = 1.4; // round trips alone, without routes
	assert_true(fabs(evidence_row(EVIDENCE_DETOUR)->look(&n, NULL).strength - 0.5) < 1e-9);
	n.facts.routes.path_moved = 0.5;
	assert_true(fabs(evidence_row(EVIDENCE_DETOUR)->look(&n, NULL).strength - 1) < 1e-9);
}

// All answers to all edges, both sides of each, and to times of calm, as one number.
static uint64_t answers_hash(const struct decisions *d)
{
	static const double watched_s[] = {60, 3600, 7200, 86400, 8 * 86400, 20 * 86400};
	uint64_t hash = 0;
	for (size_t i = 0; i < 2 * ARRAY_LEN(edges); i++) {
		const struct edge *g = &edges[i / 2];
		struct incident n = blank();
		struct change at = g->at;
		for (int k = 0; k < EDGE_WITH && g->with[k].type; k++)
			change(&n, &g->with[k]);
		at.number = i % 2 ? g->above : g->below;
		change(&n, &at);
		struct finding f = evidence_row(g->evidence)->look(&n, d);
		hash = hash_pair(hash, hash_pair(f.answer, (uint64_t)(f.strength * 1e6)));
	}
	for (size_t i = 0; i < ARRAY_LEN(watched_s) * EVIDENCE_COUNT; i++) {
		struct incident n = blank();
		n.ties.past.same_clock = n.ties.past.outages_10d = n.ties.past.short_losses = 0;
		n.ties.past.watched_s = watched_s[i / EVIDENCE_COUNT];
		n.facts.hold_s = NAN;
		n.facts.plane.rtt_detour = 1.4;
		struct finding f = evidence_row((uint8_t)(i % EVIDENCE_COUNT))->look(&n, d);
		hash = hash_pair(hash, hash_pair(f.answer, (uint64_t)(f.strength * 1e6)));
	}
	return hash;
}

// Each limit is asked for: at one end of its bounds some answer is another one.
static void every_limit_moves_an_answer(void **state)
{
	static const struct decision_table *const tables[] = {&diagnose_decisions};
	(void)state;
	uint64_t plain = answers_hash(NULL);
	int missed = 0;
	for (unsigned which = JUDGE_HOLD_USUAL_S; which < DIAGNOSE_DECISIONS_END; which++) {
		const struct decision *row = &diagnose_rows[which % DECISION_ROWS_MAX];
		bool moved = false;
		for (int high = 0; high < 2; high++) {
			struct decisions d;
			decisions_join(tables, ARRAY_LEN(tables), &d);
			assert_int_equal(decisions_set(&d, row->name, high ? row->high : row->low, &row), 0);
			moved |= answers_hash(&d) != plain;
		}
		if (!moved)
			print_error("%s moves no answer\n", row->name);
		missed += !moved;
	}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(both_sides), cmocka_unit_test(strengths),
					   cmocka_unit_test(every_limit_moves_an_answer)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
