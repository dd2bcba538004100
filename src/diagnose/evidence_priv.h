// SPDX-License-Identifier: ISC
// What the functions of the evidence share, and their names.
#pragma once

#include "diagnose/evidence.h"

#include <math.h>

static inline struct finding finding_unknown(void)
{
	return (struct finding){ANSWER_UNKNOWN, 0, NAN, NAN};
}

// Yes, no, or neither: between two thresholds nothing is said.
static inline struct finding finding(bool yes, bool no, double value, double other)
{
	if (!yes && !no)
		return finding_unknown();
	return (struct finding){yes ? ANSWER_YES : ANSWER_NO, 1, value, other};
}

static inline double limit(const struct decisions *d, enum diagnose_decision which)
{
	return diagnose_value(d, which);
}

static inline double hold_s(const struct facts *f, const struct decisions *d)
{
	return isnan(f->hold_s) ? limit(d, JUDGE_HOLD_USUAL_S) : f->hold_s;
}

// Seconds from the loss to the first withdrawal; where the table was not known long enough for a detection, to the first prefix that
// became invisible. NaN: no route left, or nothing was lost.
static inline double lead_of(const struct incident *n, const struct decisions *d)
{
	if (n->story.precedence.known && n->story.precedence.has_lead)
		return n->story.precedence.lead_best;
	return n->facts.routes.lost >= limit(d, JUDGE_LOST_MOST) && story_signal(&n->story, SIGNAL_LOSS)
		       ? n->facts.routes.first_s
		       : NAN;
}

// Watch interval, seconds; of data without probes 0.
static inline double width_s(const struct facts *f)
{
	return isnan(f->width_s) ? 0 : f->width_s;
}

struct finding look_loss_ramp(const struct incident *n, const struct decisions *d);
struct finding look_long_lead(const struct incident *n, const struct decisions *d);
struct finding look_hold_timer(const struct incident *n, const struct decisions *d);
struct finding look_routes_with_loss(const struct incident *n, const struct decisions *d);
struct finding look_routes_stay(const struct incident *n, const struct decisions *d);
struct finding look_routes_only(const struct incident *n, const struct decisions *d);
struct finding look_hold_received(const struct incident *n, const struct decisions *d);
struct finding look_hold_sent(const struct incident *n, const struct decisions *d);
struct finding look_session_closed(const struct incident *n, const struct decisions *d);
struct finding look_shutdown_text(const struct incident *n, const struct decisions *d);
struct finding look_session_silent(const struct incident *n, const struct decisions *d);
struct finding look_sessions_stay(const struct incident *n, const struct decisions *d);
struct finding look_prefix_limit(const struct incident *n, const struct decisions *d);
struct finding look_session_error(const struct incident *n, const struct decisions *d);
struct finding look_daemon_died(const struct incident *n, const struct decisions *d);
struct finding look_announce_burst(const struct incident *n, const struct decisions *d);
struct finding look_one_by_one(const struct incident *n, const struct decisions *d);
struct finding look_churn_before(const struct incident *n, const struct decisions *d);
struct finding look_foreign_origin(const struct incident *n, const struct decisions *d);
struct finding look_detour(const struct incident *n, const struct decisions *d);
struct finding look_latency_ramp(const struct incident *n, const struct decisions *d);
struct finding look_connect_ramp(const struct incident *n, const struct decisions *d);
struct finding look_border_answers(const struct incident *n, const struct decisions *d);
struct finding look_fall_in_steps(const struct incident *n, const struct decisions *d);
struct finding look_return_in_steps(const struct incident *n, const struct decisions *d);
struct finding look_flat_floor(const struct incident *n, const struct decisions *d);
struct finding look_slow_decay(const struct incident *n, const struct decisions *d);
struct finding look_block_by_block(const struct incident *n, const struct decisions *d);
struct finding look_services_one_by_one(const struct incident *n, const struct decisions *d);
struct finding look_return_order(const struct incident *n, const struct decisions *d);
struct finding look_dns_only(const struct incident *n, const struct decisions *d);
struct finding look_http_errors(const struct incident *n, const struct decisions *d);
struct finding look_refused(const struct incident *n, const struct decisions *d);
struct finding look_alive_below(const struct incident *n, const struct decisions *d);
struct finding look_one_machine(const struct incident *n, const struct decisions *d);
struct finding look_independent(const struct incident *n, const struct decisions *d);
struct finding look_one_network(const struct incident *n, const struct decisions *d);
struct finding look_one_block(const struct incident *n, const struct decisions *d);
struct finding look_networks_in_step(const struct incident *n, const struct decisions *d);
struct finding look_upstreams_in_step(const struct incident *n, const struct decisions *d);
struct finding look_flaps_before(const struct incident *n, const struct decisions *d);
struct finding look_waves(const struct incident *n, const struct decisions *d);
struct finding look_same_clock(const struct incident *n, const struct decisions *d);
struct finding look_even_spacing(const struct incident *n, const struct decisions *d);
struct finding look_past_outages(const struct incident *n, const struct decisions *d);
struct finding look_half_hour(const struct incident *n, const struct decisions *d);
struct finding look_night(const struct incident *n, const struct decisions *d);
struct finding look_short(const struct incident *n, const struct decisions *d);
struct finding look_hours(const struct incident *n, const struct decisions *d);
struct finding look_one_witness(const struct incident *n, const struct decisions *d);
struct finding look_witnesses_fail(const struct incident *n, const struct decisions *d);
struct finding look_both_planes(const struct incident *n, const struct decisions *d);
