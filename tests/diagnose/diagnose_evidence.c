// SPDX-License-Identifier: ISC
// Each piece of evidence must be answered yes, no and not known by incidents that are made for it; its row is complete.
#include "made.h"

#include "diagnose/causes.h"
#include "diagnose/evidence.h"
#include "diagnose/ratios.h"

#include <math.h>
#include <string.h>

#define CHANGES_MAX 8

static const struct question {
	uint8_t evidence, answer;
	struct change changes[CHANGES_MAX];
} questions[] = {
	{EVIDENCE_LOSS_RAMP,
	 ANSWER_YES,
	 {B(story.precedence.known), B(story.precedence.has_shape), D(story.precedence.log10_shape_bf, 20),
	  D(story.precedence.partial_loss_s, 9), D(facts.plane.loss_peak, 1)}},
	{EVIDENCE_LOSS_RAMP,
	 ANSWER_NO,
	 {B(story.precedence.known), B(story.precedence.has_shape), D(story.precedence.log10_shape_bf, -9),
	  D(facts.plane.loss_peak, 1)}},
	{EVIDENCE_LOSS_RAMP,
	 ANSWER_UNKNOWN,
	 {B(story.precedence.known), B(story.precedence.has_shape), D(story.precedence.log10_shape_bf, 20),
	  D(story.precedence.partial_loss_s, 9), D(facts.plane.loss_peak, 0.3)}},
	{EVIDENCE_LONG_LEAD,
	 ANSWER_YES,
	 {B(story.precedence.known), B(story.precedence.has_lead), D(story.precedence.lead_best, 40),
	  D(story.precedence.lead_from, 38)}},
	{EVIDENCE_LONG_LEAD,
	 ANSWER_NO,
	 {B(story.precedence.known), B(story.precedence.has_lead), D(story.precedence.lead_best, 8),
	  D(story.precedence.lead_from, 7)}},
	{EVIDENCE_HOLD_TIMER,
	 ANSWER_YES,
	 {B(story.precedence.known), B(story.precedence.has_lead), D(story.precedence.lead_best, 8),
	  S(story.precedence.reading, "session expired after total loss")}},
	{EVIDENCE_HOLD_TIMER,
	 ANSWER_NO,
	 {B(story.precedence.known), B(story.precedence.has_lead), D(story.precedence.lead_best, 0),
	  S(story.precedence.reading, "tie")}},
	{EVIDENCE_ROUTES_WITH_LOSS,
	 ANSWER_YES,
	 {B(story.precedence.known), B(story.precedence.has_lead), D(story.precedence.lead_best, 1),
	  S(story.precedence.reading, "tie")}},
	{EVIDENCE_ROUTES_WITH_LOSS,
	 ANSWER_NO,
	 {B(story.precedence.known), B(story.precedence.has_lead), D(story.precedence.lead_best, 20)}},
	{EVIDENCE_ROUTES_STAY, ANSWER_YES, {B(facts.routes.known), D(facts.routes.lost, 0), D(story.fraction_down, 1)}},
	{EVIDENCE_ROUTES_STAY, ANSWER_NO, {B(facts.routes.known), D(facts.routes.lost, 1), D(story.fraction_down, 1)}},
	{EVIDENCE_ROUTES_STAY, ANSWER_UNKNOWN, {D(story.fraction_down, 1)}},
	{EVIDENCE_ROUTES_ONLY, ANSWER_YES, {D(facts.plane.loss_peak, 0), SIG(SIGNAL_ROUTES)}},
	{EVIDENCE_ROUTES_ONLY, ANSWER_NO, {D(facts.plane.loss_peak, 1), SIG(SIGNAL_ROUTES)}},
	{EVIDENCE_ROUTES_ONLY, ANSWER_UNKNOWN, {SIG(SIGNAL_ROUTES)}},
	{EVIDENCE_HOLD_RECEIVED, ANSWER_YES, {U(facts.sessions.seen, 2), U(facts.sessions.hold_received, 1)}},
	{EVIDENCE_HOLD_RECEIVED, ANSWER_NO, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_HOLD_SENT, ANSWER_YES, {U(facts.sessions.seen, 2), U(facts.sessions.hold_sent, 1)}},
	{EVIDENCE_HOLD_SENT, ANSWER_NO, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_SESSION_CLOSED, ANSWER_YES, {U(facts.sessions.seen, 2), U(facts.sessions.closed_by_entity, 1)}},
	{EVIDENCE_SESSION_CLOSED, ANSWER_NO, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_SHUTDOWN_TEXT, ANSWER_YES, {U(facts.sessions.seen, 2), U(facts.sessions.with_text, 1)}},
	{EVIDENCE_SHUTDOWN_TEXT, ANSWER_NO, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_SESSION_SILENT, ANSWER_YES, {U(facts.sessions.seen, 2), U(facts.sessions.silent, 1)}},
	{EVIDENCE_SESSION_SILENT, ANSWER_NO, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_PREFIX_LIMIT, ANSWER_YES, {U(facts.sessions.seen, 2), U(facts.sessions.prefix_limit, 1)}},
	{EVIDENCE_PREFIX_LIMIT, ANSWER_NO, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_SESSION_ERROR, ANSWER_YES, {U(facts.sessions.seen, 2), U(facts.sessions.error, 1)}},
	{EVIDENCE_SESSION_ERROR, ANSWER_NO, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_SESSIONS_STAY, ANSWER_YES, {U(facts.sessions.seen, 2)}},
	{EVIDENCE_SESSIONS_STAY, ANSWER_NO, {U(facts.sessions.seen, 2), U(facts.sessions.lost, 1)}},
	{EVIDENCE_DAEMON_DIED,
	 ANSWER_YES,
	 {U(facts.sessions.seen, 1), U(facts.sessions.silent, 1), D(facts.plane.border_loss, 0)}},
	{EVIDENCE_DAEMON_DIED,
	 ANSWER_NO,
	 {U(facts.sessions.seen, 1), U(facts.sessions.silent, 1), D(facts.plane.border_loss, 1)}},
	{EVIDENCE_DAEMON_DIED, ANSWER_UNKNOWN, {D(facts.plane.border_loss, 0)}},
	{EVIDENCE_ANNOUNCE_BURST, ANSWER_YES, {D(facts.routes.own_news, 4)}},
	{EVIDENCE_ANNOUNCE_BURST, ANSWER_NO, {D(facts.routes.own_news, 0)}},
	{EVIDENCE_ONE_BY_ONE, ANSWER_YES, {D(facts.routes.lost, 1), D(facts.routes.spread_s, 12)}},
	{EVIDENCE_ONE_BY_ONE, ANSWER_NO, {D(facts.routes.lost, 1), D(facts.routes.spread_s, 0)}},
	{EVIDENCE_ONE_BY_ONE, ANSWER_UNKNOWN, {D(facts.routes.lost, 0.2), D(facts.routes.spread_s, 12)}},
	{EVIDENCE_CHURN_BEFORE, ANSWER_YES, {D(facts.routes.churn, 0.5)}},
	{EVIDENCE_CHURN_BEFORE, ANSWER_NO, {D(facts.routes.churn, 0)}},
	{EVIDENCE_CHURN_BEFORE, ANSWER_UNKNOWN, {D(facts.routes.churn, 0.2)}},
	{EVIDENCE_FOREIGN_ORIGIN, ANSWER_YES, {B(facts.routes.known), D(facts.routes.new_origins, 1)}},
	{EVIDENCE_FOREIGN_ORIGIN,
	 ANSWER_NO,
	 {B(facts.routes.known), D(facts.routes.new_origins, 0), D(facts.routes.witnesses, 3)}},
	{EVIDENCE_DETOUR, ANSWER_YES, {D(facts.plane.rtt_detour, 1.4), D(facts.routes.path_moved, 0.6)}},
	{EVIDENCE_DETOUR, ANSWER_NO, {D(facts.plane.rtt_detour, 1), D(facts.routes.path_moved, 0.6)}},
	{EVIDENCE_LATENCY_RAMP, ANSWER_YES, {D(facts.plane.rtt_ramp, 4)}},
	{EVIDENCE_LATENCY_RAMP, ANSWER_NO, {D(facts.plane.rtt_ramp, 1)}},
	{EVIDENCE_LATENCY_RAMP, ANSWER_UNKNOWN, {D(facts.plane.rtt_ramp, 1.3)}},
	{EVIDENCE_CONNECT_RAMP, ANSWER_YES, {D(facts.plane.connect_ramp_s, 20)}},
	{EVIDENCE_CONNECT_RAMP, ANSWER_NO, {D(facts.plane.connect_ramp_s, 0)}},
	{EVIDENCE_BORDER_ANSWERS, ANSWER_YES, {D(facts.plane.border_loss, 0)}},
	{EVIDENCE_BORDER_ANSWERS, ANSWER_NO, {D(facts.plane.border_loss, 0.9)}},
	{EVIDENCE_BORDER_ANSWERS, ANSWER_UNKNOWN, {D(facts.plane.border_loss, 0.3)}},
	{EVIDENCE_FALL_IN_STEPS, ANSWER_YES, {D(facts.plane.fall_steps, 3)}},
	{EVIDENCE_FALL_IN_STEPS, ANSWER_NO, {D(facts.plane.fall_steps, 1)}},
	{EVIDENCE_FALL_IN_STEPS, ANSWER_UNKNOWN, {D(facts.plane.fall_steps, 2)}},
	{EVIDENCE_RETURN_IN_STEPS, ANSWER_YES, {D(facts.plane.return_steps, 3)}},
	{EVIDENCE_RETURN_IN_STEPS, ANSWER_NO, {D(facts.plane.return_steps, 1)}},
	{EVIDENCE_FLAT_FLOOR, ANSWER_YES, {D(facts.plane.floor_flat, 0.9)}},
	{EVIDENCE_FLAT_FLOOR, ANSWER_NO, {D(facts.plane.floor_flat, 0.1)}},
	{EVIDENCE_FLAT_FLOOR, ANSWER_UNKNOWN, {D(facts.plane.floor_flat, 0.5)}},
	{EVIDENCE_SLOW_DECAY, ANSWER_YES, {D(facts.plane.fall_share, 0.2), D(facts.plane.fall_s, 30)}},
	{EVIDENCE_SLOW_DECAY, ANSWER_NO, {D(facts.plane.fall_share, 1), D(facts.plane.fall_s, 1)}},
	{EVIDENCE_BLOCK_BY_BLOCK,
	 ANSWER_YES,
	 {D(facts.services.host_spread_s, 30), D(facts.services.block_spread_s, 1)}},
	{EVIDENCE_BLOCK_BY_BLOCK,
	 ANSWER_NO,
	 {D(facts.services.host_spread_s, 30), D(facts.services.block_spread_s, 25)}},
	{EVIDENCE_BLOCK_BY_BLOCK,
	 ANSWER_UNKNOWN,
	 {D(facts.services.host_spread_s, 1), D(facts.services.block_spread_s, 1)}},
	{EVIDENCE_SERVICES_ONE_BY_ONE, ANSWER_YES, {U(facts.services.failed, 4), D(facts.services.spread_s, 20)}},
	{EVIDENCE_SERVICES_ONE_BY_ONE, ANSWER_NO, {U(facts.services.failed, 4), D(facts.services.spread_s, 1)}},
	{EVIDENCE_SERVICES_ONE_BY_ONE, ANSWER_UNKNOWN, {U(facts.services.failed, 2), D(facts.services.spread_s, 20)}},
	{EVIDENCE_RETURN_ORDER, ANSWER_YES, {D(facts.services.return_classes, 3)}},
	{EVIDENCE_RETURN_ORDER, ANSWER_NO, {D(facts.services.return_classes, 1), N(story.recovery_count, 4)}},
	{EVIDENCE_DNS_ONLY,
	 ANSWER_YES,
	 {U(facts.services.watched, 4), U(facts.services.failed, 1), U(facts.services.dns, 1),
	  U(facts.services.dns_failed, 1), U(facts.services.hosts, 8)}},
	{EVIDENCE_DNS_ONLY,
	 ANSWER_NO,
	 {U(facts.services.watched, 4), U(facts.services.failed, 4), U(facts.services.dns, 1),
	  U(facts.services.dns_failed, 1), U(facts.services.hosts, 8), U(facts.services.hosts_failed, 8)}},
	{EVIDENCE_HTTP_ERRORS, ANSWER_YES, {U(facts.services.failed, 2), U(facts.services.http_errors, 2)}},
	{EVIDENCE_HTTP_ERRORS, ANSWER_NO, {U(facts.services.failed, 2)}},
	{EVIDENCE_REFUSED, ANSWER_YES, {U(facts.services.failed, 2), U(facts.services.refused, 1)}},
	{EVIDENCE_REFUSED, ANSWER_NO, {U(facts.services.failed, 2)}},
	{EVIDENCE_ALIVE_BELOW, ANSWER_YES, {U(facts.services.failed, 2), U(facts.services.failed_alive, 2)}},
	{EVIDENCE_ALIVE_BELOW, ANSWER_NO, {U(facts.services.failed, 2), U(facts.services.hosts, 4)}},
	{EVIDENCE_ONE_MACHINE, ANSWER_YES, {U(facts.services.machines_failed, 1), U(facts.services.hosts, 5)}},
	{EVIDENCE_ONE_MACHINE, ANSWER_NO, {U(facts.services.machines_failed, 5), U(facts.services.hosts, 5)}},
	{EVIDENCE_INDEPENDENT, ANSWER_YES, {B(story.concurrency.known), S(story.concurrency.verdict, "independent")}},
	{EVIDENCE_INDEPENDENT, ANSWER_NO, {B(story.concurrency.known), S(story.concurrency.verdict, "concurrent")}},
	{EVIDENCE_INDEPENDENT,
	 ANSWER_UNKNOWN,
	 {B(story.concurrency.known), S(story.concurrency.verdict, "insufficient")}},
	{EVIDENCE_ONE_NETWORK, ANSWER_YES, {D(facts.routes.networks, 3), D(facts.routes.networks_lost, 1)}},
	{EVIDENCE_ONE_NETWORK, ANSWER_NO, {D(facts.routes.networks, 3), D(facts.routes.networks_lost, 3)}},
	{EVIDENCE_ONE_NETWORK, ANSWER_UNKNOWN, {D(facts.routes.networks, 1), D(facts.routes.networks_lost, 1)}},
	{EVIDENCE_ONE_BLOCK, ANSWER_YES, {U(facts.services.blocks, 4), U(facts.services.blocks_failed, 1)}},
	{EVIDENCE_ONE_BLOCK, ANSWER_NO, {U(facts.services.blocks, 4), U(facts.services.blocks_failed, 4)}},
	{EVIDENCE_ONE_BLOCK, ANSWER_UNKNOWN, {U(facts.services.blocks, 2), U(facts.services.blocks_failed, 1)}},
	{EVIDENCE_NETWORKS_IN_STEP,
	 ANSWER_YES,
	 {D(facts.routes.networks_lost, 2), D(facts.routes.network_spread_s, 0)}},
	{EVIDENCE_NETWORKS_IN_STEP,
	 ANSWER_NO,
	 {D(facts.routes.networks_lost, 2), D(facts.routes.network_spread_s, 60)}},
	{EVIDENCE_NETWORKS_IN_STEP,
	 ANSWER_UNKNOWN,
	 {D(facts.routes.networks_lost, 1), D(facts.routes.network_spread_s, 0)}},
	{EVIDENCE_UPSTREAMS_IN_STEP,
	 ANSWER_YES,
	 {D(facts.routes.upstreams_lost, 2), D(facts.routes.upstream_spread_s, 0)}},
	{EVIDENCE_UPSTREAMS_IN_STEP,
	 ANSWER_NO,
	 {D(facts.routes.upstreams_lost, 2), D(facts.routes.upstream_spread_s, 60)}},
	{EVIDENCE_UPSTREAMS_IN_STEP,
	 ANSWER_UNKNOWN,
	 {D(facts.routes.upstreams_lost, 1), D(facts.routes.upstream_spread_s, 0)}},
	{EVIDENCE_FLAPS_BEFORE, ANSWER_YES, {D(ties.past.short_losses, 3), D(ties.past.watched_s, 90000)}},
	{EVIDENCE_FLAPS_BEFORE, ANSWER_NO, {D(ties.past.short_losses, 0), D(ties.past.watched_s, 90000)}},
	{EVIDENCE_FLAPS_BEFORE, ANSWER_UNKNOWN, {D(ties.past.short_losses, 1)}},
	{EVIDENCE_WAVES, ANSWER_YES, {D(facts.plane.waves, 3)}},
	{EVIDENCE_WAVES, ANSWER_NO, {D(facts.plane.waves, 0)}},
	{EVIDENCE_WAVES, ANSWER_UNKNOWN, {D(facts.plane.waves, 1)}},
	{EVIDENCE_SAME_CLOCK, ANSWER_YES, {D(ties.past.watched_s, 900000), D(ties.past.same_clock, 1)}},
	{EVIDENCE_SAME_CLOCK, ANSWER_NO, {D(ties.past.watched_s, 900000), D(ties.past.same_clock, 0)}},
	{EVIDENCE_SAME_CLOCK, ANSWER_UNKNOWN, {D(ties.past.watched_s, 900), D(ties.past.same_clock, 1)}},
	{EVIDENCE_EVEN_SPACING, ANSWER_YES, {D(ties.past.even_spacing, 3), D(ties.past.outages_10d, 2)}},
	{EVIDENCE_EVEN_SPACING, ANSWER_NO, {D(ties.past.even_spacing, 1), D(ties.past.outages_10d, 2)}},
	{EVIDENCE_EVEN_SPACING, ANSWER_UNKNOWN, {D(ties.past.even_spacing, 1), D(ties.past.outages_10d, 0)}},
	{EVIDENCE_PAST_OUTAGES, ANSWER_YES, {D(ties.past.watched_s, 900000), D(ties.past.outages_10d, 1)}},
	{EVIDENCE_PAST_OUTAGES, ANSWER_NO, {D(ties.past.watched_s, 900000), D(ties.past.outages_10d, 0)}},
	{EVIDENCE_PAST_OUTAGES, ANSWER_UNKNOWN, {D(ties.past.watched_s, 900), D(ties.past.outages_10d, 1)}},
	{EVIDENCE_HALF_HOUR,
	 ANSWER_YES,
	 {D(facts.clock_width_s, 10), D(facts.to_half_hour_s, 5), D(facts.lasted_s, 3600)}},
	{EVIDENCE_HALF_HOUR,
	 ANSWER_NO,
	 {D(facts.clock_width_s, 10), D(facts.to_half_hour_s, 700), D(facts.lasted_s, 3600)}},
	{EVIDENCE_HALF_HOUR,
	 ANSWER_UNKNOWN,
	 {D(facts.clock_width_s, 10), D(facts.to_half_hour_s, 5), D(facts.lasted_s, 60)}},
	{EVIDENCE_NIGHT, ANSWER_YES, {D(facts.local_hour, 3)}},
	{EVIDENCE_NIGHT, ANSWER_NO, {D(facts.local_hour, 15)}},
	{EVIDENCE_SHORT, ANSWER_YES, {D(facts.lasted_s, 3600), N(story.state, INCIDENT_CLOSED)}},
	{EVIDENCE_SHORT, ANSWER_NO, {D(facts.lasted_s, 9000)}},
	{EVIDENCE_SHORT, ANSWER_UNKNOWN, {D(facts.lasted_s, 60), N(story.state, INCIDENT_CLOSED)}},
	{EVIDENCE_HOURS, ANSWER_YES, {D(facts.lasted_s, 20000)}},
	{EVIDENCE_HOURS, ANSWER_NO, {D(facts.lasted_s, 3600), N(story.state, INCIDENT_CLOSED)}},
	{EVIDENCE_HOURS, ANSWER_UNKNOWN, {D(facts.lasted_s, 3600)}},
	{EVIDENCE_ONE_WITNESS,
	 ANSWER_YES,
	 {U(facts.witness.observers, 2), U(facts.witness.observers_seeing, 1), D(facts.plane.loss_peak, 0.5)}},
	{EVIDENCE_ONE_WITNESS,
	 ANSWER_NO,
	 {U(facts.witness.observers, 2), U(facts.witness.observers_seeing, 2), D(facts.plane.loss_peak, 0.5)}},
	{EVIDENCE_ONE_WITNESS,
	 ANSWER_UNKNOWN,
	 {U(facts.witness.observers, 1), U(facts.witness.observers_seeing, 1), D(facts.plane.loss_peak, 0.5)}},
	{EVIDENCE_WITNESSES_FAIL, ANSWER_YES, {U(facts.witness.observers, 2), U(facts.witness.observers_turned, 1)}},
	{EVIDENCE_WITNESSES_FAIL, ANSWER_NO, {U(facts.witness.observers, 2), U(facts.witness.observers_impaired, 1)}},
	{EVIDENCE_WITNESSES_FAIL, ANSWER_NO, {U(facts.witness.observers, 2)}},
	{EVIDENCE_BOTH_PLANES, ANSWER_YES, {SIG(SIGNAL_ROUTES), SIG(SIGNAL_LOSS)}},
	{EVIDENCE_BOTH_PLANES, ANSWER_NO, {SIG(SIGNAL_LOSS), B(facts.routes.known), U(facts.witness.observers, 2)}},
	{EVIDENCE_BOTH_PLANES, ANSWER_UNKNOWN, {SIG(SIGNAL_LOSS)}},
	{EVIDENCE_BOTH_PLANES, ANSWER_YES, {SIG(SIGNAL_SERIES), SIG(SIGNAL_SERIES)}},
	{EVIDENCE_BOTH_PLANES, ANSWER_UNKNOWN, {SIG(SIGNAL_SERIES)}},
	{EVIDENCE_BOTH_PLANES, ANSWER_YES, {SIG(SIGNAL_SERIES), SIG(SIGNAL_ROUTES)}},
};

static void answers(void **state)
{
	bool seen[EVIDENCE_COUNT][3] = {{false}};
	(void)state;
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		const struct question *q = &questions[i];
		struct incident n = blank();
		for (int k = 0; k < CHANGES_MAX && q->changes[k].type; k++)
			change(&n, &q->changes[k]);
		struct finding f = evidence_row(q->evidence)->look(&n, NULL);
		if (f.answer != q->answer)
			fail_msg("%s, question %zu: %d in place of %d", evidence_row(q->evidence)->name, i, f.answer,
				 q->answer);
		assert_true(f.answer == ANSWER_UNKNOWN || (f.strength > 0 && f.strength <= 1));
		seen[q->evidence][q->answer] = true;
	}
	for (int e = 0; e < EVIDENCE_COUNT; e++)
		if (!seen[e][ANSWER_YES] || !seen[e][ANSWER_NO])
			fail_msg("%s is never answered yes, or never no", evidence_row((uint8_t)e)->name);
}

// Of an incident of which nothing is known, nothing is said.
static void nothing_known(void **state)
{
	struct incident n = blank();
	(void)state;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
		if (evidence_row(e)->look(&n, NULL).answer != ANSWER_UNKNOWN)
			fail_msg("%s", evidence_row(e)->name);
}

// A clock of ten minutes says less of half hours than one of seconds, and one of an hour nothing.
static void coarse_clocks(void **state)
{
	struct incident n = blank();
	(void)state;
	n.facts.lasted_s = 7200;
	n.facts.to_half_hour_s = 0;
	n.facts.clock_width_s = 2;
	double fine = evidence_row(EVIDENCE_HALF_HOUR)->look(&n, NULL).strength;
	n.facts.clock_width_s = 600;
	double coarse = evidence_row(EVIDENCE_HALF_HOUR)->look(&n, NULL).strength;
	n.facts.clock_width_s = 7200;
	assert_true(fine > 0.9 && coarse < 0.7 && coarse > 0);
	assert_int_equal(evidence_row(EVIDENCE_HALF_HOUR)->look(&n, NULL).answer, ANSWER_UNKNOWN);
}

static void sentence(const char *text)
{
	static const char *const fills[] = {"{a}", "{b}", "{a:s}", "{b:s}", "{a:%}", "{b:%}", "{origins}"};
	assert_non_null(text);
	assert_true(strlen(text) >= 10 && strchr(".?", text[strlen(text) - 1]));
	for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
		bool known = false;
		for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++)
			known |= strncmp(at, fills[i], strlen(fills[i])) == 0;
		assert_true(known);
	}
}

static void rows_are_whole(void **state)
{
	double priors = 0;
	(void)state;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		const struct evidence_row *row = evidence_row(e);
		assert_int_equal(evidence_of(row->name), e); // and so the names are distinct
		sentence(row->yes);
		sentence(row->no);
		if (row->ask)
			sentence(row->ask);
		assert_true(row->source && row->family < FAMILY_COUNT);
		assert_true(ratios_shipped()->usual[e] > 0 && ratios_shipped()->usual[e] < 1);
	}
	for (uint8_t c = 0; c < CAUSE_COUNT; c++) {
		assert_int_equal(cause_of(cause_row(c)->word), c);
		assert_true(cause_row(c)->title && cause_prior(NULL, c) > 0);
		sentence(cause_row(c)->says);
		priors += cause_prior(NULL, c);
	}
	assert_true(fabs(priors - 1) < 0.05);
	assert_int_equal(cause_of("none"), -1);
	assert_int_equal(evidence_of("none"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(answers), cmocka_unit_test(nothing_known),
					   cmocka_unit_test(coarse_clocks), cmocka_unit_test(rows_are_whole)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
