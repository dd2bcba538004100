// SPDX-License-Identifier: ISC
// DOC: the order in which a story is made
// Signals, span and scope come from the group; then the tests of describe.c, each of which may read what those before it wrote.
// The start is refined last, although the order of onsets and the phases would profit from it: the tests look around the
// interval in which the start lies, and a refined one is so narrow that what belongs to the onset falls outside of it.
#include "incident/story.h"

#include "incident/describe.h"

#include <stdlib.h>
#include <string.h>

#define SMOOTH_BINS 16 // places for story.smooth_intervals
#define STORY_PAUSE_WIDTHS                                                                                             \
	2 // what begins so soon behind a pause is not known to have begun after it; the grid of intervals

static bool story_routing(const struct detection *d)
{
	return d->signal < SIGNAL_ROUTING_COUNT;
}

static bool story_service(const struct detection *d)
{
	return d->signal >= SIGNAL_SERVICE_DNS && d->signal <= SIGNAL_CONNECT;
}

static struct moment story_no_moment(void)
{
	return (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
}

// It began with what failed first. An early sign may be the beginning of the cause, as in overload, or a slow server that had nothing to do
// with it: not further before the failure than the laboratory knows, the start lies between the two. Where the way there slowed it is told
// there; where checks did, which one server may do alone, where something failed.
static void story_start(struct story *n, const struct story_input *in)
{
	const struct detection *sign = NULL, *failed = story_failed_first(n);
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *d = &n->signals[i];
		if (detection_early_sign(d) && (!sign || d->start.best.ns < sign->start.best.ns))
			sign = d;
	}
	n->start = failed ? failed->start : sign ? sign->start : n->start;
	int64_t most = (int64_t)(incident_value(in->decisions, STORY_EARLY) * (double)in->dossier->width_ns);
	if (!failed || !sign || sign->start.best.ns >= n->start.best.ns ||
	    n->start.best.ns - sign->start.best.ns > most)
		return;
	if (sign->signal == SIGNAL_LATENCY)
		n->start.best = sign->start.best;
	n->start.from = sign->start.from.ns < n->start.from.ns ? sign->start.from : n->start.from;
	n->start.to = sign->start.to.ns > n->start.to.ns ? sign->start.to : n->start.to;
}

// Services that come back later are stages of the recovery, not part of the end.
static void story_span(struct story *n)
{
	bool core = false, open = false, service_open = false;
	for (size_t i = 0; i < n->signal_count; i++)
		core |= !story_service(&n->signals[i]);
	n->end = story_no_moment();
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *d = &n->signals[i];
		bool ended = instant_known(d->end.best);
		if (core && story_service(d)) {
			service_open |= !ended;
			continue;
		}
		open |= !ended;
		if (ended && (!instant_known(n->end.best) || d->end.best.ns > n->end.best.ns))
			n->end = d->end;
	}
	if (open)
		n->end = story_no_moment();
	n->state = open ? INCIDENT_OPEN : service_open ? INCIDENT_RECOVERING : INCIDENT_CLOSED;
}

static bool story_probed(const struct detection *d)
{
	return d->signal >= SIGNAL_LOSS && d->signal <= SIGNAL_BLOCKS;
}

// What is first seen behind a pause in which nobody looked may have been so from its beginning on.
static void story_moment_widen(struct moment *m, const struct coverage_of *of, int64_t width_ns)
{
	for (size_t i = 0; instant_known(m->best) && i < of->count; i++) {
		const struct coverage_span *s = &of->unseen[i];
		if (m->best.ns < s->from.ns || m->from.ns > s->to.ns + STORY_PAUSE_WIDTHS * width_ns)
			continue;
		if (m->from.ns > s->from.ns)
			m->from = s->from;
	}
}

// Blocks are up again with the answer that tells so: the one before was asked for at the pace of asking, and stayed out.
static void story_end_widen(struct detection *d, const struct dossier *of)
{
	int64_t asked = INT64_MIN, end = d->end.best.ns;
	for (size_t i = 0; i < of->bin_count && of->bins[i].time.ns + of->width_ns <= end; i++)
		asked = of->bins[i].time.ns > asked ? of->bins[i].time.ns : asked;
	bool longer = asked != INT64_MIN && asked + of->width_ns < end - of->width_ns;
	int64_t from = longer ? asked : end - of->width_ns;
	if (d->end.from.ns > from)
		d->end.from = instant_of_ns(from > d->start.best.ns ? from : d->start.best.ns);
}

static void story_pauses(struct story *n, const struct story_input *in)
{
	const struct coverage *c = &in->dossier->coverage;
	for (size_t i = 0; i < n->signal_count; i++) {
		struct detection *d = &n->signals[i];
		if (!story_probed(d) && !story_routing(d))
			continue;
		const struct coverage_of *of = story_probed(d) ? &c->of[COVERAGE_PROBES] : in->dossier->heard;
		int64_t width = story_probed(d) ? in->dossier->width_ns : NS_PER_S;
		if (d->signal == SIGNAL_BLOCKS && instant_known(d->end.best))
			story_end_widen(d, in->dossier);
		if (!of)
			continue;
		story_moment_widen(&d->start, of, width);
		story_moment_widen(&d->end, of, width);
	}
}

// Largest share of the entity's machines that gave no answer for a few intervals on end.
static void story_units(struct story *n, const struct story_input *in)
{
	const struct dossier *d = in->dossier;
	size_t bins = (size_t)incident_value(in->decisions, STORY_SMOOTH_BINS);
	int64_t end = instant_known(n->end.best) ? n->end.best.ns : INT64_MAX;
	double held[SMOOTH_BINS] = {0};
	uint32_t most = 0;
	size_t seen = 0;
	for (size_t i = 0; i < d->bin_count; i++) {
		const struct pulse_bin *b = &d->bins[i];
		if (b->time.ns < n->start.from.ns - d->width_ns || b->time.ns > end)
			continue;
		most = b->units > most ? b->units : most;
		held[seen++ % bins] = b->units ? (double)(b->units - b->units_up) / b->units : 0;
		double least = held[0];
		for (size_t k = 1; k < bins; k++)
			least = held[k] < least ? held[k] : least;
		if (seen >= bins && least > n->fraction_down)
			n->fraction_down = least;
	}
	n->units = most;
	n->units_down = (uint64_t)(n->fraction_down * most + 0.5);
}

static double story_depth(const struct detection *d)
{
	return d->baseline > d->lowest ? 1 - (double)d->lowest / (double)d->baseline : 0;
}

static void story_scope(struct story *n, const struct story_input *in)
{
	bool core = false;
	n->fraction_down = 0;
	story_units(n, in);
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *one = &n->signals[i];
		bool counts = story_routing(one) || one->signal == SIGNAL_SERIES || one->signal == SIGNAL_BLOCKS;
		core |= !story_service(one);
		if (one->signal == SIGNAL_ROUTES)
			n->addresses_down = (one->baseline - one->lowest) * 256;
		if (!n->units && story_routing(one)) {
			n->units = one->baseline;
			n->units_down = one->baseline - one->lowest;
		}
		if (counts && story_depth(one) > n->fraction_down)
			n->fraction_down = story_depth(one);
	}
	n->scope = !core							    ? SCOPE_SERVICE
		   : n->fraction_down >= incident_value(in->decisions, STORY_TOTAL) ? SCOPE_TOTAL
										    : SCOPE_PARTIAL;
}

// One entry a signal: a service that fails, answers and fails again within the incident is one onset and one return.
static void story_add_signal(struct story *n, const struct detection *d, struct limits *limits)
{
	for (size_t i = 0; i < n->signal_count; i++) {
		struct detection *held = &n->signals[i];
		if (held->signal != d->signal || held->series != d->series)
			continue;
		held->serial = d->serial < held->serial ? d->serial : held->serial;
		if (!instant_known(d->end.best) ||
		    (instant_known(held->end.best) && d->end.best.ns > held->end.best.ns))
			held->end = d->end;
		bool slower = d->signal == SIGNAL_LATENCY || d->signal == SIGNAL_CONNECT; // the worst is the highest
		if (slower ? d->lowest > held->lowest : d->lowest < held->lowest)
			held->lowest = d->lowest;
		for (int k = 0; k < PROFILE_COUNT; k++) {
			if (!instant_known(held->fall[k]))
				held->fall[k] = d->fall[k];
			held->rise[k] = instant_known(d->rise[k]) ? d->rise[k] : held->rise[k];
		}
		return;
	}
	if (n->signal_count < INCIDENT_SIGNALS_MAX)
		n->signals[n->signal_count++] = *d;
	else
		limits_reach(limits, LIMIT_SIGNALS);
}

static void story_list_origins(struct story *n, const struct incident_origin *at, size_t count, struct limits *limits)
{
	for (size_t i = 0; i < count && n->origin_count < INCIDENT_LIST_MAX; i++)
		n->origins[n->origin_count++] = at[i];
	if (n->origin_count < count)
		limits_reach(limits, LIMIT_ORIGINS);
}

// The last of them that was gone says how well that is known.
static struct moment story_origins_gone(const struct assemble_group *g)
{
	struct moment end = moment_of_second(g->gone);
	for (size_t i = 0; i < g->origin_count; i++)
		if (g->origins[i].gone.ns == g->gone.ns && instant_known(g->origins[i].gone_from) &&
		    g->origins[i].gone_from.ns < end.from.ns)
			end.from = g->origins[i].gone_from;
	return end;
}

// What routes and machines it took with it ends it too; services are stages of the recovery.
static void story_origins_end(struct story *n, const struct assemble_group *g)
{
	bool open = !instant_known(g->gone), service_open = false;
	struct moment end = open ? story_no_moment() : story_origins_gone(g);
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *d = &n->signals[i];
		bool ended = instant_known(d->end.best);
		if (story_service(d)) {
			service_open |= !ended;
			continue;
		}
		open |= !ended;
		if (ended && d->end.best.ns > end.best.ns)
			end = d->end;
	}
	n->end = open ? story_no_moment() : end;
	n->state = open ? INCIDENT_OPEN : service_open ? INCIDENT_RECOVERING : INCIDENT_CLOSED;
}

// A false route is known to a second, and lasts until the last of them is gone.
static void story_origins(struct story *n, const struct assemble_group *g, const struct story_input *in)
{
	const struct coverage_of *heard = in->dossier->heard;
	n->by_origins = true;
	n->start = moment_of_second(g->start);
	n->scope = SCOPE_PARTIAL;
	n->fraction_down = g->share;
	story_list_origins(n, g->origins, g->origin_count, in->limits);
	story_origins_end(n, g);
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *one = &n->signals[i];
		if (one->start.from.ns < n->start.from.ns)
			n->start.from = one->start.from;
		if (one->signal == SIGNAL_ROUTES)
			n->addresses_down = (one->baseline - one->lowest) * 256;
		if (!story_routing(one))
			continue;
		n->units = n->units ? n->units : one->baseline;
		n->units_down = n->units_down ? n->units_down : one->baseline - one->lowest;
		n->fraction_down = story_depth(one) > n->fraction_down ? story_depth(one) : n->fraction_down;
	}
	if (heard) {
		story_moment_widen(&n->start, heard, NS_PER_S);
		story_moment_widen(&n->end, heard, NS_PER_S);
	}
}

static void story_add_upstream(struct story *n, const struct route_log_event *e, struct limits *limits)
{
	for (size_t i = 0; i < n->upstream_count; i++)
		if (n->upstreams[i].asn == e->asn) {
			n->upstreams[i].routes++;
			if (e->time.ns < n->upstreams[i].first.ns) // of two feeds one may be a moment behind
				n->upstreams[i].first = e->time;
			return;
		}
	if (n->upstream_count < INCIDENT_LIST_MAX)
		n->upstreams[n->upstream_count++] = (struct incident_upstream){e->asn, e->time, 1};
	else
		limits_reach(limits, LIMIT_UPSTREAMS);
}

// From the events around the start: the order in which upstreams lost their routes, and path changes before it.
static void story_upstreams(struct story *n, const struct story_input *in)
{
	const struct routing *r = in->routes;
	int64_t before = incident_ns(in->decisions, STORY_CHURN_BEFORE_S);
	size_t count;
	if (!r || !routing_logged(r))
		return;
	const struct route_log_event *events = routing_events(r, n->entity, &count);
	int64_t onset = n->start.best.ns + INCIDENT_ONSET_NS;
	int64_t end = instant_known(n->end.best) && n->end.best.ns < onset ? n->end.best.ns : onset;
	for (size_t i = 0; i < count; i++) {
		const struct route_log_event *e = &events[i];
		int64_t at = e->time.ns;
		if (e->kind == ROUTE_LOG_PATH_CHANGED && at < n->start.best.ns && at >= n->start.best.ns - before)
			n->path_changes++;
		if (e->kind == ROUTE_LOG_WITHDRAWN && at >= n->start.from.ns - before && at <= end)
			story_add_upstream(n, e, in->limits);
	}
}

struct story story_of(const struct story_input *in, const struct assemble_group *g)
{
	struct story s = {.entity = in->dossier->entity, .start = story_no_moment(), .end = story_no_moment()};
	for (size_t i = 0; i < g->count; i++)
		story_add_signal(&s, g->at[i], in->limits);
	story_pauses(&s, in);
	if (g->origin_count) {
		story_origins(&s, g, in);
	} else {
		story_start(&s, in);
		story_span(&s);
		story_scope(&s, in);
		story_list_origins(&s, g->beside, g->beside_count, in->limits);
	}
	if (!instant_known(s.start.best))
		return s;
	describe_story(in, &s);
	if (story_is_settled(&s, in->earlier)) {
		memcpy(s.upstreams, in->earlier->story.upstreams, sizeof(s.upstreams));
		s.upstream_count = in->earlier->story.upstream_count;
		s.path_changes = in->earlier->story.path_changes;
	} else {
		story_upstreams(&s, in);
	}
	return s;
}
