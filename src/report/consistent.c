// SPDX-License-Identifier: ISC
// The rules, a row each. A rule says what is wrong: true is a contradiction.
#include "report/consistent.h"

#include "base/attr.h"
#include "report/refs.h"

#include <math.h>
#include <string.h>

#define SLACK_NS NS_PER_S // stamps of routes are whole seconds
#define NEARLY	 1e-6

static bool consistent_later(struct instant a, struct instant b)
{
	return instant_known(a) && instant_known(b) && a.ns > b.ns;
}

static bool consistent_much_later(struct instant a, struct instant b)
{
	return instant_known(a) && instant_known(b) && a.ns - b.ns > SLACK_NS;
}

static bool consistent_moment_torn(const struct moment *m)
{
	return instant_known(m->best) && (consistent_later(m->from, m->best) || consistent_later(m->best, m->to));
}

static bool consistent_moment_vague(const struct moment *m)
{
	return instant_known(m->best) &&
	       (!instant_known(m->from) || !instant_known(m->to) || m->confidence < 0 || m->confidence > 1);
}

static bool consistent_has_routing(const struct story *s)
{
	for (size_t i = 0; i < s->signal_count; i++)
		if (s->signals[i].signal < SIGNAL_ROUTING_COUNT)
			return true;
	return s->by_origins;
}

static struct instant consistent_last(const struct consistent_input *in)
{
	return instant_of_ns(story_last(&in->incident->story, in->data_end));
}

// ---- its span ----

static bool consistent_start_torn(const struct consistent_input *in)
{
	return !instant_known(in->incident->story.start.best) || consistent_moment_torn(&in->incident->story.start);
}

static bool consistent_end_torn(const struct consistent_input *in)
{
	return consistent_moment_torn(&in->incident->story.end);
}

static bool consistent_interval_missing(const struct consistent_input *in)
{
	return consistent_moment_vague(&in->incident->story.start) || consistent_moment_vague(&in->incident->story.end);
}

static bool consistent_ends_before_start(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	return consistent_later(s->start.best, s->end.best) || consistent_later(s->start.from, s->end.to);
}

static bool consistent_after_data(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	return consistent_much_later(s->start.best, in->data_end) || consistent_much_later(s->end.best, in->data_end);
}

static bool consistent_open_with_end(const struct consistent_input *in)
{
	return in->incident->story.state == INCIDENT_OPEN && instant_known(in->incident->story.end.best);
}

static bool consistent_closed_without_end(const struct consistent_input *in)
{
	enum incident_state state = in->incident->story.state;
	return (state == INCIDENT_CLOSED || state == INCIDENT_RECOVERING) &&
	       !instant_known(in->incident->story.end.best) && in->incident->story.signal_count;
}

static bool consistent_closed_with_open_signal(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->signal_count; i++)
		if (s->state == INCIDENT_CLOSED && !instant_known(s->signals[i].end.best))
			return true;
	return false;
}

static bool consistent_recovering_with_all_back(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->signal_count; i++)
		if (!instant_known(s->signals[i].end.best))
			return false;
	return s->state == INCIDENT_RECOVERING;
}

// ---- signals ----

static bool consistent_signal_before_incident(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->signal_count; i++)
		if (consistent_later(s->start.from, s->signals[i].start.to))
			return true;
	return false;
}

static bool consistent_signal_backwards(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->signal_count; i++)
		if (consistent_later(s->signals[i].start.best, s->signals[i].end.best))
			return true;
	return false;
}

static bool consistent_lowest_above_usual(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->signal_count; i++)
		if (s->signals[i].signal < SIGNAL_ROUTING_COUNT && s->signals[i].lowest > s->signals[i].baseline)
			return true;
	return false;
}

static bool consistent_order_against_starts(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->signal_count; i++)
		for (size_t k = 0; k < s->signal_count; k++)
			if (s->order_group[k] != UINT8_MAX && s->order_group[i] < s->order_group[k] &&
			    consistent_later(s->signals[i].start.best, s->signals[k].start.best))
				return true;
	return false;
}

static bool consistent_routes_without_witness(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->signal_count; i++)
		if (s->signals[i].signal < SIGNAL_ROUTING_COUNT &&
		    (!s->signals[i].of_networks || !s->signals[i].of_collectors))
			return true;
	return false;
}

// ---- how far ----

static bool consistent_more_down_than_there(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	return s->units_down > s->units || !(s->fraction_down >= 0 && s->fraction_down <= 1 + NEARLY);
}

static bool consistent_total_but_little(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	return s->scope == SCOPE_TOTAL && s->fraction_down < 0.5;
}

static bool consistent_addresses_without_routes(const struct consistent_input *in)
{
	return in->incident->story.addresses_down && !consistent_has_routing(&in->incident->story);
}

// ---- phases ----

static bool consistent_phases_torn(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->phase_count; i++) {
		const struct incident_phase *p = &s->phases[i];
		bool last = i + 1 == s->phase_count;
		if (consistent_later(p->from, p->to) ||
		    (!last && (!instant_known(p->to) || consistent_later(p->to, p[1].from))))
			return true;
	}
	return false;
}

static bool consistent_phase_outlives(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	const struct incident_phase *last = s->phase_count ? &s->phases[s->phase_count - 1] : NULL;
	if (!last || s->state != INCIDENT_CLOSED)
		return false;
	bool back = strcmp(last->phase, "back") == 0;
	return (!back && !instant_known(last->to)) || (!back && consistent_much_later(last->to, consistent_last(in)));
}

static bool consistent_phase_before_incident(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->phase_count; i++)
		if (instant_known(s->phases[i].to) && consistent_later(s->start.from, s->phases[i].to))
			return true;
	return false;
}

static bool consistent_phase_after_data(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->phase_count; i++)
		if (consistent_much_later(s->phases[i].from, in->data_end) ||
		    consistent_much_later(s->phases[i].to, in->data_end))
			return true;
	return false;
}

static bool consistent_back_while_open(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	const struct incident_phase *last = s->phase_count ? &s->phases[s->phase_count - 1] : NULL;
	return last && s->state == INCIDENT_CLOSED && strcmp(last->phase, "back") != 0 && !instant_known(last->to);
}

static bool consistent_unrouted_without_routes(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->phase_count; i++)
		if (strcmp(s->phases[i].phase, "unrouted") == 0 && !consistent_has_routing(s))
			return true;
	return false;
}

// ---- the tests ----

static bool consistent_units_of_concurrency(const struct consistent_input *in)
{
	const struct incident_concurrency *c = &in->incident->story.concurrency;
	return c->known && (c->failed > c->units || !c->verdict);
}

static bool consistent_lead_torn(const struct consistent_input *in)
{
	const struct incident_precedence *p = &in->incident->story.precedence;
	return p->known && p->has_lead &&
	       !(p->lead_from <= p->lead_best + NEARLY && p->lead_best <= p->lead_to + NEARLY);
}

static bool consistent_lead_without_routes(const struct consistent_input *in)
{
	const struct incident_precedence *p = &in->incident->story.precedence;
	return p->known && p->has_lead && !story_signal(&in->incident->story, SIGNAL_ROUTES);
}

static bool consistent_reading_without_data(const struct consistent_input *in)
{
	const struct incident_precedence *p = &in->incident->story.precedence;
	return p->known && p->reading && strcmp(p->reading, "no withdrawal") == 0 && !in->incident->facts.routes.known;
}

static bool consistent_no_data_but_routes(const struct consistent_input *in)
{
	const struct incident_precedence *p = &in->incident->story.precedence;
	return p->known && p->reading && strcmp(p->reading, READING_UNSEEN) == 0 &&
	       story_signal(&in->incident->story, SIGNAL_ROUTES);
}

// ---- recovery ----

static bool consistent_recovery_torn(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->recovery_count; i++) {
		const struct incident_recovery *r = &s->recovery[i];
		if (consistent_later(r->t10, r->t50) || consistent_later(r->t50, r->t90) ||
		    (instant_known(r->t50) && consistent_later(s->start.from, r->t50)))
			return true;
	}
	return false;
}

static bool consistent_rank_against_times(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->recovery_count; i++)
		for (size_t k = 0; k < s->recovery_count; k++)
			if (s->recovery[i].rank < s->recovery[k].rank &&
			    consistent_later(s->recovery[i].t50, s->recovery[k].t50))
				return true;
	return false;
}

// ---- services ----

static bool consistent_service_torn(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->service_count; i++) {
		const struct incident_service *x = &s->services[i];
		if (consistent_later(x->last_ok, x->failed) || consistent_later(x->last_bad, x->back) ||
		    consistent_later(x->failed, x->back) || !x->failures ||
		    instant_known(x->back) != (x->rank != UINT8_MAX))
			return true;
	}
	return false;
}

static bool consistent_services_against_ranks(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 1; i < s->service_count; i++) {
		const struct incident_service *before = &s->services[i - 1], *x = &s->services[i];
		if (before->rank > x->rank || consistent_later(before->back, x->back) ||
		    (before->rank < x->rank && instant_known(x->last_bad) &&
		     consistent_later(before->back, x->last_bad)))
			return true;
	}
	return false;
}

// ---- routes ----

static bool consistent_origin_torn(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->origin_count; i++) {
		const struct incident_origin *o = &s->origins[i];
		if (consistent_later(o->first, o->gone) || o->networks > o->of_networks || o->still > o->networks ||
		    o->without > o->of_networks ||
		    (instant_known(o->gone) && (o->still || instant_known(o->unheard))) ||
		    (!o->more_specific && o->origin == o->expected))
			return true;
	}
	return false;
}

// What rests on origins names one that is enough; a finding that nobody saw any stands beside none.
static bool consistent_origins_unnamed(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	bool enough = false;
	for (size_t i = 0; i < s->origin_count; i++)
		enough |= s->origins[i].enough;
	return s->by_origins && !enough;
}

static bool consistent_origin_denied(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	const struct verdict *v = &in->incident->verdict;
	bool seen = !(in->incident->facts.routes.witnesses >= 1);
	for (size_t i = 0; i < s->origin_count; i++)
		seen |= s->origins[i].first.ns >= s->start.from.ns && s->origins[i].first.ns <= story_onset_end(s).ns;
	return v->known && v->findings[EVIDENCE_FOREIGN_ORIGIN].answer == ANSWER_NO && seen;
}

// It is over, but an origin that it rests on is not.
static bool consistent_origin_outlives(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->origin_count; i++)
		if (s->by_origins && instant_known(s->end.best) &&
		    (!instant_known(s->origins[i].gone) || consistent_much_later(s->origins[i].gone, s->end.best)))
			return true;
	return false;
}

static bool consistent_upstream_empty(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	for (size_t i = 0; i < s->upstream_count; i++)
		if (!s->upstreams[i].routes || !instant_known(s->upstreams[i].first))
			return true;
	return false;
}

static bool consistent_share_out_of_bounds(const struct consistent_input *in)
{
	const struct facts *f = &in->incident->facts;
	return f->routes.lost < 0 || f->routes.lost > 1 + NEARLY || f->witness.coverage < 0 ||
	       f->witness.coverage > 1 + NEARLY;
}

static bool consistent_lasted(const struct consistent_input *in)
{
	const struct story *s = &in->incident->story;
	double lasted = in->incident->facts.lasted_s;
	return instant_known(s->end.best) && instant_known(s->start.best) && lasted == lasted &&
	       fabs(lasted - instant_gap_s(s->start.best, s->end.best)) > 1;
}

// ---- why ----

static bool consistent_probabilities(const struct consistent_input *in)
{
	const struct verdict *v = &in->incident->verdict;
	double sum = 0;
	for (size_t i = 0; v->known && i < CAUSE_COUNT; i++) {
		if (!(v->ranked[i].p >= 0 && v->ranked[i].p <= 1 + NEARLY))
			return true;
		sum += v->ranked[i].p;
	}
	return v->known && fabs(sum - 1) > 1e-3;
}

static bool consistent_ranking(const struct consistent_input *in)
{
	const struct verdict *v = &in->incident->verdict;
	for (size_t i = 1; v->known && i < CAUSE_COUNT; i++)
		if (v->ranked[i].p > v->ranked[i - 1].p + NEARLY)
			return true;
	return false;
}

static bool consistent_prior_bounds(const struct consistent_input *in)
{
	const struct verdict *v = &in->incident->verdict;
	for (size_t i = 0; v->known && i < CAUSE_COUNT; i++)
		if (v->ranked[i].p_low > v->ranked[i].p + NEARLY || v->ranked[i].p > v->ranked[i].p_high + NEARLY)
			return true;
	return false;
}

static bool consistent_sure_but_weak(const struct consistent_input *in)
{
	const struct verdict *v = &in->incident->verdict;
	return v->known && !v->abstained && v->ranked[0].p < v->least_p - NEARLY;
}

static bool consistent_similarity(const struct consistent_input *in)
{
	const struct ties *t = &in->incident->ties;
	for (size_t i = 0; i < t->similar_count; i++)
		if (!(t->similar[i].similarity >= 0 && t->similar[i].similarity <= 1 + NEARLY))
			return true;
	return false;
}

static bool consistent_merged_but_stands(const struct consistent_input *in)
{
	return in->incident->merged_into[0] && !in->incident->reason;
}

static bool consistent_finding_without_source(const struct consistent_input *in)
{
	return in->view && in->incident->verdict.known && !refs_any(in->view, in->incident);
}

static const struct {
	const char *name;
	bool (*broken)(const struct consistent_input *in);
} consistent_rules[] = {
	{"start-outside-its-interval", consistent_start_torn},
	{"end-outside-its-interval", consistent_end_torn},
	{"moment-without-interval", consistent_interval_missing},
	{"ends-before-it-starts", consistent_ends_before_start},
	{"later-than-the-data", consistent_after_data},
	{"open-with-an-end", consistent_open_with_end},
	{"over-without-an-end", consistent_closed_without_end},
	{"over-with-an-open-signal", consistent_closed_with_open_signal},
	{"not-all-back-but-all-are", consistent_recovering_with_all_back},
	{"signal-before-incident", consistent_signal_before_incident},
	{"signal-ends-before-it-starts", consistent_signal_backwards},
	{"lowest-above-usual", consistent_lowest_above_usual},
	{"order-against-starts", consistent_order_against_starts},
	{"routes-without-witness", consistent_routes_without_witness},
	{"more-down-than-there-are", consistent_more_down_than_there},
	{"total-but-little-is-down", consistent_total_but_little},
	{"addresses-without-routes", consistent_addresses_without_routes},
	{"phases-overlap", consistent_phases_torn},
	{"phase-outlives-incident", consistent_phase_outlives},
	{"phase-before-incident", consistent_phase_before_incident},
	{"phase-later-than-the-data", consistent_phase_after_data},
	{"over-without-being-back", consistent_back_while_open},
	{"unrouted-without-routes", consistent_unrouted_without_routes},
	{"more-failed-than-there-are", consistent_units_of_concurrency},
	{"lead-outside-its-interval", consistent_lead_torn},
	{"lead-without-routes", consistent_lead_without_routes},
	{"routes-stood-unseen", consistent_reading_without_data},
	{"no-routing-data-but-routes", consistent_no_data_but_routes},
	{"recovery-backwards", consistent_recovery_torn},
	{"rank-against-times", consistent_rank_against_times},
	{"service-torn", consistent_service_torn},
	{"services-against-ranks", consistent_services_against_ranks},
	{"origin-torn", consistent_origin_torn},
	{"rests-on-no-origin", consistent_origins_unnamed},
	{"origin-denied", consistent_origin_denied},
	{"origin-outlives-incident", consistent_origin_outlives},
	{"upstream-without-routes", consistent_upstream_empty},
	{"share-out-of-bounds", consistent_share_out_of_bounds},
	{"lasted-otherwise", consistent_lasted},
	{"probabilities-do-not-add-up", consistent_probabilities},
	{"ranking-against-probabilities", consistent_ranking},
	{"probability-outside-its-bounds", consistent_prior_bounds},
	{"sure-but-weak", consistent_sure_but_weak},
	{"similarity-out-of-bounds", consistent_similarity},
	{"merged-but-stands", consistent_merged_but_stands},
	{"finding-without-source", consistent_finding_without_source},
};

_Static_assert(sizeof(consistent_rules) / sizeof(*consistent_rules) <= CONTRADICTIONS_MAX,
	       "there is room for every rule");

size_t consistent_look(const struct consistent_input *in, const char *ret[CONTRADICTIONS_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(consistent_rules); i++)
		if (consistent_rules[i].broken(in))
			ret[n++] = consistent_rules[i].name;
	return n;
}
