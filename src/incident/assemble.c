// SPDX-License-Identifier: ISC
// DOC: what belongs together
// Detections of one entity are one incident when they overlap or follow each other within a few watch intervals. Routes,
// agreed loss, services and published series open one; latency alone does not (a longer path is no outage). Loss that one
// observer alone reports needs a second kind of evidence beside it.
#include "incident/assemble.h"

#include "base/alloc.h"
#include "incident/displaced.h"
#include "incident/origins.h"

#include <stdlib.h>
#include <string.h>

static int assemble_by_start(const void *a, const void *b)
{
	const struct detection *x = *(const struct detection *const *)a, *y = *(const struct detection *const *)b;
	if (x->start.best.ns != y->start.best.ns)
		return x->start.best.ns < y->start.best.ns ? -1 : 1;
	return (int)x->signal - (int)y->signal;
}

static int64_t assemble_intervals_ns(const struct decisions *v, const struct dossier *d, enum incident_decision which)
{
	return (int64_t)(incident_value(v, which) * (double)d->width_ns);
}

static int64_t assemble_chain_ns(const struct decisions *v, const struct dossier *d, const struct detection *one)
{
	int64_t chain = incident_ns(v, ASSEMBLE_CHAIN_S),
		intervals = assemble_intervals_ns(v, d, ASSEMBLE_CHAIN_INTERVALS);
	if (one->signal == SIGNAL_SERIES)
		return incident_ns(v, ASSEMBLE_CHAIN_SERIES_S);
	if (!d->width_ns)
		return incident_ns(v, ASSEMBLE_CHAIN_ROUTES_S);
	return intervals > chain ? intervals : chain;
}

static bool assemble_routing(const struct detection *d)
{
	return d->signal < SIGNAL_ROUTING_COUNT;
}

static bool assemble_service(const struct detection *d)
{
	return d->signal >= SIGNAL_SERVICE_DNS && d->signal <= SIGNAL_CONNECT;
}

// What joins an incident and opens none: a longer path, checks that are late.
bool assemble_opens(const struct detection *one)
{
	return !detection_early_sign(one);
}

static int64_t assemble_flap_ns(const struct decisions *v, const struct dossier *d)
{
	int64_t flap = incident_ns(v, ASSEMBLE_FLAP_S),
		intervals = assemble_intervals_ns(v, d, ASSEMBLE_FLAP_INTERVALS);
	return intervals < flap ? intervals : flap;
}

bool assemble_flap(const struct decisions *v, const struct dossier *d, const struct detection *one)
{
	return d->width_ns && instant_known(one->end.best) &&
	       one->end.from.ns - one->start.to.ns < assemble_flap_ns(v, d);
}

// Routes, loss and blocks say that the entity as a whole is away; a service says it of itself alone.
static bool assemble_entity_wide(const struct detection *d)
{
	return assemble_routing(d) || d->signal == SIGNAL_LOSS || d->signal == SIGNAL_BLOCKS;
}

// Drops entity-wide detections that were, for all that is known, over within two watch intervals or a minute: maintenance does
// that, and probes are too slow to say more. `sorted` by start; returns how many are left.
static size_t assemble_drop_flaps(const struct decisions *v, const struct dossier *d, const struct detection **sorted,
				  size_t n)
{
	for (size_t i = 0; i < n;) {
		int64_t start = INT64_MAX, end = INT64_MIN, reach = INT64_MIN;
		size_t last = i;
		for (; last < n && (reach == INT64_MIN || sorted[last]->start.best.ns <= reach); last++) {
			const struct detection *one = sorted[last];
			bool over = instant_known(one->end.best);
			if (!assemble_entity_wide(one))
				continue;
			start = one->start.to.ns < start ? one->start.to.ns : start;
			end = !over ? INT64_MAX : one->end.from.ns > end ? one->end.from.ns : end;
			int64_t until = over ? one->end.best.ns + d->width_ns : INT64_MAX;
			reach = until > reach ? until : reach;
		}
		for (size_t k = i; k < last; k++)
			if (assemble_entity_wide(sorted[k]) && end != INT64_MAX && end - start < assemble_flap_ns(v, d))
				sorted[k] = NULL;
		i = last;
	}
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (sorted[i])
			sorted[kept++] = sorted[i];
	return kept;
}

// Whether what the group holds is enough for an incident: loss that one observer alone saw needs a second kind of evidence.
static bool assemble_is_incident(const struct decisions *v, const struct assemble_group *g)
{
	double least = incident_value(v, ASSEMBLE_NETWORKS_MIN);
	bool routes = false, loss = false, lonely_loss = false, services = false, series = false;
	for (size_t i = 0; i < g->count; i++) {
		routes |= assemble_routing(g->at[i]);
		services |= assemble_service(g->at[i]) && !detection_early_sign(g->at[i]);
		series |= g->at[i]->signal == SIGNAL_SERIES; // blocks are read off the pings of loss: no second kind
		loss |= g->at[i]->signal == SIGNAL_LOSS && g->at[i]->of_networks >= least;
		lonely_loss |= g->at[i]->signal == SIGNAL_LOSS && g->at[i]->of_networks < least;
	}
	if (lonely_loss && !routes && !services && !series)
		return false;
	return routes || loss || lonely_loss || services || series;
}

static bool assemble_has_loss(const struct assemble_group *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->at[i]->signal == SIGNAL_LOSS)
			return true;
	return false;
}

// Until when another detection may begin and still belong to this one. A service that stays dead draws nothing to it that
// comes much later.
static int64_t assemble_reach_of(const struct decisions *v, const struct dossier *d, const struct detection *one)
{
	int64_t end = instant_known(one->end.best) ? one->end.best.ns : INT64_MAX;
	int64_t most = one->start.best.ns + assemble_intervals_ns(v, d, ASSEMBLE_SERVICE_INTERVALS);
	if (assemble_service(one) && d->width_ns && end > most)
		end = most;
	return end == INT64_MAX ? end : end + assemble_chain_ns(v, d, one);
}

// How many at the front of the rest are one group: those that begin within reach of the ones before.
static size_t assemble_first(const struct decisions *v, const struct dossier *d, const struct detection **rest,
			     size_t n)
{
	size_t count = 0;
	int64_t reach = INT64_MIN;
	while (count < n && (!count || rest[count]->start.best.ns <= reach)) {
		int64_t until = assemble_reach_of(v, d, rest[count++]);
		reach = until > reach ? until : reach;
	}
	return count;
}

// Latency that rose long before anything failed is a longer path and not the beginning of the failure: kept in the group it
// would date the incident back by hours. `sorted` by start; returns how many are left.
static size_t assemble_drop_old_latency(const struct decisions *v, const struct dossier *d,
					const struct detection **sorted, size_t n)
{
	int64_t lead = assemble_intervals_ns(v, d, ASSEMBLE_LEAD_INTERVALS);
	int64_t *next = alloc_zero(n + 1, sizeof(*next)); // start of the next detection of something else
	size_t kept = 0;
	bool failed = false;
	next[n] = INT64_MAX;
	for (size_t i = n; i-- > 0;)
		next[i] = detection_early_sign(sorted[i]) ? next[i + 1] : sorted[i]->start.best.ns;
	for (size_t i = 0; i < n; i++) {
		failed |= !detection_early_sign(sorted[i]);
		bool near = next[i] != INT64_MAX && next[i] - sorted[i]->start.best.ns <= lead;
		if (!detection_early_sign(sorted[i]) || near || failed) // after a failure it is part of it
			sorted[kept++] = sorted[i];
	}
	free(next);
	return kept;
}

static struct assemble_group *assemble_add(struct assemble_groups *l)
{
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	struct assemble_group *g = &l->at[l->count++];
	*g = (struct assemble_group){.start = INSTANT_NONE, .gone = INSTANT_NONE};
	return g;
}

static void assemble_put(struct assemble_group *g, const struct detection *d)
{
	alloc_grow((void **)&g->at, g->count, &g->capacity, sizeof(*g->at));
	g->at[g->count++] = d;
}

static void assemble_detections(const struct decisions *v, struct dossier *d, struct assemble_groups *out)
{
	const struct detection **sorted = alloc_zero(d->detection_count, sizeof(*sorted));
	for (size_t i = 0; i < d->detection_count; i++)
		sorted[i] = &d->detections[i];
	if (d->detection_count) {
		memset(d->group, 0, d->detection_count * sizeof(*d->group));
		qsort(sorted, d->detection_count, sizeof(*sorted), assemble_by_start);
	}
	size_t n = d->width_ns ? assemble_drop_flaps(v, d, sorted, d->detection_count) : d->detection_count;
	n = assemble_drop_old_latency(v, d, sorted, n);
	for (size_t i = 0; i < n;) {
		struct assemble_group rest = {.at = sorted + i, .count = assemble_first(v, d, sorted + i, n - i)};
		i += rest.count;
		if (!assemble_is_incident(v, &rest)) {
			out->unconfirmed += assemble_has_loss(&rest);
			continue;
		}
		struct assemble_group *g = assemble_add(out);
		for (size_t k = 0; k < rest.count; k++) {
			assemble_put(g, rest.at[k]);
			d->group[rest.at[k] - d->detections] = (uint32_t)out->count;
		}
	}
	free(sorted);
}

// The first detection of the same signal as `k` in the group: an onset of a signal is its first one.
static const struct detection *assemble_onset(const struct assemble_group *g, const struct detection *k)
{
	size_t i = 0;
	while (g->at[i]->signal != k->signal || g->at[i]->series != k->series)
		i++;
	return g->at[i];
}

// Services that began to fail when the false route came, and the loss that hid behind them, are told with it (see the header).
static void assemble_split_services(const struct decisions *v, struct dossier *dossier, struct assemble_groups *l,
				    size_t own)
{
	for (size_t i = 0; i < own; i++) {
		struct assemble_group *g = &l->at[i];
		struct assemble_group whole = *g;
		g->at = NULL;
		g->count = g->capacity = 0;
		for (size_t k = 0; k < whole.count; k++) {
			const struct detection *d = whole.at[k], *onset = assemble_onset(&whole, d);
			bool with_it =
				!whole.origin_count && assemble_service(d) &&
				llabs(onset->start.best.ns - l->at[own].start.ns) <= incident_ns(v, ASSEMBLE_CHAIN_S);
			assemble_put(with_it ? &l->at[own] : g, d);
			if (with_it)
				dossier->group[d - dossier->detections] = (uint32_t)own + 1;
		}
		if (!g->origin_count && !assemble_is_incident(v, g)) { // what is left would not have been one
			for (size_t k = 0; k < g->count; k++)
				dossier->group[g->at[k] - dossier->detections] = 0;
			g->count = 0;
		}
		free(whole.at);
	}
}

// The stretch of news that is still going on, or was a moment ago, at `first`.
static struct assemble_group *assemble_stretch(const struct decisions *v, struct assemble_groups *l,
					       struct instant first)
{
	for (size_t i = 0; i < l->count; i++) {
		struct assemble_group *g = &l->at[i];
		bool still =
			!instant_known(g->gone) || first.ns <= g->gone.ns + incident_ns(v, ASSEMBLE_CHAIN_ROUTES_S);
		if (g->origin_count && still)
			return g;
	}
	return NULL;
}

// It lasts until the last of its origins is gone.
static void assemble_gone(struct assemble_group *g, const struct incident_origin *o)
{
	struct instant gone = o->gone;
	bool first = !g->origin_count, before = instant_known(g->gone);
	if (!first && before && instant_known(gone) && g->gone.ns > gone.ns)
		return;
	g->gone = instant_known(gone) && (first || before) ? gone : INSTANT_NONE;
}

void assemble_origin(const struct decisions *v, struct dossier *dossier, struct assemble_groups *groups,
		     const struct origin_event *event)
{
	struct assemble_group *g = assemble_stretch(v, groups, event->origin.first);
	if (!g) {
		g = assemble_add(groups);
		g->start = event->origin.first;
		assemble_split_services(v, dossier, groups, groups->count - 1);
	}
	g->share = event->share > g->share ? event->share : g->share;
	assemble_gone(g, &event->origin);
	alloc_grow((void **)&g->origins, g->origin_count, &g->origin_capacity, sizeof(*g->origins));
	g->origins[g->origin_count++] = event->origin;
}

// Whose group it is; those of origins come last.
static struct assemble_group *assemble_group_of(struct assemble_groups *l, const struct incident_origin *o)
{
	for (size_t i = l->count; i-- > 0;)
		for (size_t k = 0; k < l->at[i].origin_count; k++) {
			const struct incident_origin *own = &l->at[i].origins[k];
			if (own->origin == o->origin && own->first.ns == o->first.ns &&
			    prefix_equal(&own->prefix, &o->prefix))
				return &l->at[i];
		}
	return NULL;
}

// A detection of which other prefixes are the lesser part: it begins, ends and falls as these do.
static const struct detection *assemble_cut(struct assemble_groups *l, const struct detection *one,
					    const struct displaced *of)
{
	alloc_grow((void **)&l->cut, l->cut_count, &l->cut_capacity, sizeof(struct detection *));
	struct detection *d = l->cut[l->cut_count++] = alloc_zero(1, sizeof(*d));
	*d = *one;
	d->lowest = one->lowest + of->units < one->baseline ? one->lowest + of->units : one->baseline - 1;
	if (of->first.ns > one->start.to.ns)
		d->start = moment_of_second(of->first);
	if (instant_known(of->back) && (!instant_known(one->end.best) || of->back.ns < one->end.from.ns))
		d->end = moment_of_second(of->back);
	for (int k = 0; k < PROFILE_COUNT; k++)
		d->fall[k] = d->rise[k] = INSTANT_NONE; // of all together
	return d;
}

// The group that detection `k` of `g` goes to, `g` itself: it stays, and as what.
static struct assemble_group *assemble_displaced(const struct assemble_input *in, struct assemble_groups *l,
						 struct assemble_group *g, const struct origin_events *events,
						 const struct detection **one)
{
	const struct detection *d = *one;
	bool silent = d->signal == SIGNAL_LOSS || d->signal == SIGNAL_BLOCKS;
	size_t which = events->count;
	if (assemble_routing(d)) {
		struct displaced of = displaced_routes(in->routes, in->dossier->entity, d, events);
		which = of.by && !of.others ? of.which : which;
		if (of.by && of.others)
			*one = assemble_cut(l, d, &of);
	} else if (silent && in->targets) {
		which = displaced_machines(in->dossier, in->targets, d, events,
					   incident_ns(in->decisions, ASSEMBLE_CHAIN_S));
	}
	struct assemble_group *to = which < events->count ? assemble_group_of(l, &events->at[which].origin) : NULL;
	return to ? to : g;
}

static void assemble_empty(struct dossier *dossier, struct assemble_group *g)
{
	for (size_t k = 0; k < g->count; k++)
		if (g->at[k] >= dossier->detections && g->at[k] < dossier->detections + dossier->detection_count)
			dossier->group[g->at[k] - dossier->detections] = 0;
	g->count = 0;
}

// Routes that left, and machines that fell silent, because another network announced them are told with that.
static void assemble_join_origins(const struct assemble_input *in, struct assemble_groups *l,
				  const struct origin_events *events)
{
	for (size_t i = 0; i < l->count; i++) {
		size_t n = l->at[i].count, kept = 0;
		if (l->at[i].origin_count)
			continue;
		for (size_t k = 0; k < n; k++) {
			const struct detection *one = l->at[i].at[k], *was = one;
			struct assemble_group *to = assemble_displaced(in, l, &l->at[i], events, &one);
			if (to == &l->at[i]) {
				l->at[i].at[kept++] = one;
				continue;
			}
			assemble_put(to, was);
			in->dossier->group[was - in->dossier->detections] = (uint32_t)(to - l->at) + 1;
		}
		l->at[i].count = kept;
		if (kept < n && !assemble_is_incident(in->decisions, &l->at[i]))
			assemble_empty(in->dossier, &l->at[i]);
	}
	for (size_t i = 0; i < l->count; i++)
		if (l->at[i].origin_count && l->at[i].count)
			qsort(l->at[i].at, l->at[i].count, sizeof(struct detection *), assemble_by_start);
}

// From its first detection to the end of its last.
static void assemble_beside(struct assemble_group *g, const struct origin_events *events)
{
	int64_t from = INT64_MAX, to = INT64_MIN;
	for (size_t k = 0; k < g->count; k++) {
		const struct detection *d = g->at[k];
		int64_t end = instant_known(d->end.best) ? d->end.best.ns : INT64_MAX;
		from = d->start.best.ns < from && !detection_early_sign(d) ? d->start.best.ns : from;
		to = end > to ? end : to;
	}
	for (size_t i = 0; i < events->count; i++) {
		const struct incident_origin *o = &events->at[i].origin;
		bool over = instant_known(o->gone) &&
			    o->gone.ns - NS_PER_S <= from; // what was gone when it began did nothing to it
		if (over || o->first.ns > to)
			continue;
		alloc_grow((void **)&g->beside, g->beside_count, &g->beside_capacity, sizeof(*g->beside));
		g->beside[g->beside_count++] = *o;
	}
}

void assemble_entity(const struct assemble_input *in, struct assemble_groups *ret)
{
	*ret = (struct assemble_groups){0};
	assemble_detections(in->decisions, in->dossier, ret);
	if (!in->routes)
		return;
	struct origin_events events =
		origins_find(in->decisions, in->routes, in->entities, in->dossier->entity, in->limits);
	for (size_t i = 0; i < events.count; i++)
		if (events.at[i].origin.enough)
			assemble_origin(in->decisions, in->dossier, ret, &events.at[i]);
	if (events.count)
		assemble_join_origins(in, ret, &events);
	for (size_t i = 0; i < ret->count; i++)
		if (!ret->at[i].origin_count)
			assemble_beside(&ret->at[i], &events);
	free(events.at);
}

void assemble_free(struct assemble_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		free(groups->at[i].at);
		free(groups->at[i].origins);
		free(groups->at[i].beside);
	}
	for (size_t i = 0; i < groups->cut_count; i++)
		free(groups->cut[i]);
	free(groups->cut);
	free(groups->at);
	*groups = (struct assemble_groups){0};
}
