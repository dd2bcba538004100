// SPDX-License-Identifier: ISC
// DOC: what belongs together
// Detections of one entity are one incident when they overlap or follow each other within a few watch intervals. Routes,
// agreed loss, services and published series open one; latency alone does not (a longer path is no outage). Loss that one
// observer alone reports needs a second kind of evidence beside it.
#include "incident/assemble.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define TOTAL_SHARE	  0.95		    // of the units (or of the usual space) gone: the whole entity
#define CHAIN_NS	  (10 * NS_PER_S)   // detections that follow each other so closely are one incident …
#define CHAIN_INTERVALS	  5		    // … or within so many watch intervals
#define CHAIN_ROUTES_NS	  (60 * NS_PER_S)   // … where no probe tells: path hunting takes that long
#define CHAIN_SERIES_NS	  (3600 * NS_PER_S) // … ready-made series with their bins of minutes
#define FLAP_NS		  (60 * NS_PER_S)   // what is over sooner is no outage where probes are as slow as that
#define SERVICE_INTERVALS 60 // watch intervals after a service failed in which what fails is one incident with it
#define LEAD_INTERVALS	  60 // latency rises at most so many watch intervals before what it announces
#define SMOOTH_BINS	  3  // intervals that the share of units down must hold

static int by_start(const void *a, const void *b)
{
	const struct detection *x = *(const struct detection *const *)a, *y = *(const struct detection *const *)b;
	if (x->start.best.ns != y->start.best.ns)
		return x->start.best.ns < y->start.best.ns ? -1 : 1;
	return (int)x->signal - (int)y->signal;
}

static int64_t chain_ns(const struct dossier *d, const struct detection *one)
{
	if (one->signal == SIGNAL_SERIES)
		return CHAIN_SERIES_NS;
	if (!d->width_ns)
		return CHAIN_ROUTES_NS;
	return d->width_ns * CHAIN_INTERVALS > CHAIN_NS ? d->width_ns * CHAIN_INTERVALS : CHAIN_NS;
}

static bool routing(const struct detection *d)
{
	return d->signal < SIGNAL_ROUTING_COUNT;
}

static bool service(const struct detection *d)
{
	return d->signal >= SIGNAL_SERVICE_DNS && d->signal <= SIGNAL_CONNECT;
}

// What joins an incident and opens none: a longer path, checks that are late.
static bool sign(const struct detection *d)
{
	return d->signal == SIGNAL_LATENCY || d->signal == SIGNAL_TIMEOUTS || d->signal == SIGNAL_CONNECT;
}

bool assemble_opens(const struct detection *one)
{
	return !sign(one);
}

struct group {
	const struct detection **at;
	size_t n;
};

static int64_t flap_ns(const struct dossier *d)
{
	return 2 * d->width_ns < FLAP_NS ? 2 * d->width_ns : FLAP_NS;
}

bool assemble_flap(const struct dossier *d, const struct detection *one)
{
	return d->width_ns && instant_known(one->end.best) && one->end.from.ns - one->start.to.ns < flap_ns(d);
}

// Routes, loss and blocks: what says that all of the entity is away.
static bool of_the_whole(const struct detection *d)
{
	return routing(d) || d->signal == SIGNAL_LOSS || d->signal == SIGNAL_BLOCKS;
}

// Drops what is of the whole and was, for all that is known, over within two watch intervals or a minute: maintenance does
// that, and probes are too slow to say more. `sorted` by start; returns how many are left.
static size_t flaps_drop(const struct dossier *d, const struct detection **sorted, size_t n)
{
	for (size_t i = 0; i < n;) {
		int64_t start = INT64_MAX, end = INT64_MIN, reach = INT64_MIN;
		size_t last = i;
		for (; last < n && (reach == INT64_MIN || sorted[last]->start.best.ns <= reach); last++) {
			const struct detection *one = sorted[last];
			bool over = instant_known(one->end.best);
			if (!of_the_whole(one))
				continue;
			start = one->start.to.ns < start ? one->start.to.ns : start;
			end = !over ? INT64_MAX : one->end.from.ns > end ? one->end.from.ns : end;
			int64_t until = over ? one->end.best.ns + d->width_ns : INT64_MAX;
			reach = until > reach ? until : reach;
		}
		for (size_t k = i; k < last; k++)
			if (of_the_whole(sorted[k]) && end != INT64_MAX && end - start < flap_ns(d))
				sorted[k] = NULL;
		i = last;
	}
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (sorted[i])
			sorted[kept++] = sorted[i];
	return kept;
}

// Whether this group may stand as an incident.
static bool stands(const struct group *g)
{
	bool routes = false, loss = false, lonely_loss = false, services = false, series = false;
	for (size_t i = 0; i < g->n; i++) {
		routes |= routing(g->at[i]);
		services |= service(g->at[i]) && !sign(g->at[i]);
		series |= g->at[i]->signal == SIGNAL_SERIES; // blocks are read off the pings of loss: no second kind
		loss |= g->at[i]->signal == SIGNAL_LOSS && g->at[i]->of_networks >= 2;
		lonely_loss |= g->at[i]->signal == SIGNAL_LOSS && g->at[i]->of_networks < 2;
	}
	if (lonely_loss && !routes && !services && !series)
		return false;
	return routes || loss || lonely_loss || services || series;
}

static bool has_loss(const struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->at[i]->signal == SIGNAL_LOSS)
			return true;
	return false;
}

static struct moment unknown_moment(void)
{
	return (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
}

static struct incident *incident_new(struct incident_list *list, uint32_t entity)
{
	alloc_grow((void **)&list->at, list->count, &list->capacity, sizeof(*list->at));
	struct incident *n = &list->at[list->count++];
	*n = (struct incident){.entity = entity, .start = unknown_moment(), .end = unknown_moment()};
	facts_unknown(&n->facts);
	return n;
}

// Services that come back later are stages of the recovery, not part of the end.
static void span_refresh(struct incident *n)
{
	bool core = false, open = false, service_open = false;
	for (size_t i = 0; i < n->signal_count; i++) {
		core |= !service(&n->signals[i]);
	}
	n->end = unknown_moment();
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *d = &n->signals[i];
		bool ended = instant_known(d->end.best);
		if (!instant_known(n->start.best) || d->start.best.ns < n->start.best.ns)
			n->start = d->start;
		if (core && service(d)) {
			service_open |= !ended;
			continue;
		}
		open |= !ended;
		if (ended && (!instant_known(n->end.best) || d->end.best.ns > n->end.best.ns))
			n->end = d->end;
	}
	if (open)
		n->end = unknown_moment();
	n->state = open ? INCIDENT_OPEN : service_open ? INCIDENT_RECOVERING : INCIDENT_CLOSED;
}

// Largest share of the entity's machines that gave no answer for SMOOTH_BINS intervals on end.
static void units_refresh(struct incident *n, const struct dossier *d)
{
	int64_t end = instant_known(n->end.best) ? n->end.best.ns : INT64_MAX;
	double held[SMOOTH_BINS] = {0};
	uint32_t most = 0;
	size_t seen = 0;
	for (size_t i = 0; i < d->bin_count; i++) {
		const struct pulse_bin *b = &d->bins[i];
		if (b->time.ns < n->start.from.ns - d->width_ns || b->time.ns > end)
			continue;
		most = b->units > most ? b->units : most;
		held[seen++ % SMOOTH_BINS] = b->units ? (double)(b->units - b->units_up) / b->units : 0;
		double least = held[0];
		for (size_t k = 1; k < SMOOTH_BINS; k++)
			least = held[k] < least ? held[k] : least;
		if (seen >= SMOOTH_BINS && least > n->fraction_down)
			n->fraction_down = least;
	}
	n->units = most;
	n->units_down = (uint64_t)(n->fraction_down * most + 0.5);
}

static double depth_of(const struct detection *d)
{
	return d->baseline > d->lowest ? 1 - (double)d->lowest / (double)d->baseline : 0;
}

static void scope_refresh(struct incident *n, const struct dossier *d)
{
	bool core = false;
	n->fraction_down = 0;
	units_refresh(n, d);
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *one = &n->signals[i];
		bool counts = routing(one) || one->signal == SIGNAL_SERIES || one->signal == SIGNAL_BLOCKS;
		core |= !service(one);
		if (one->signal == SIGNAL_ROUTES)
			n->addresses_down = (one->baseline - one->lowest) * 256;
		if (!n->units && routing(one)) {
			n->units = one->baseline;
			n->units_down = one->baseline - one->lowest;
		}
		if (counts && depth_of(one) > n->fraction_down)
			n->fraction_down = depth_of(one);
	}
	n->scope = !core ? SCOPE_SERVICE : n->fraction_down >= TOTAL_SHARE ? SCOPE_TOTAL : SCOPE_PARTIAL;
}

// One entry a signal: a service that fails, answers and fails again within the incident is one onset and one return.
static void signal_add(struct incident *n, const struct detection *d)
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
}

static void incident_from(const struct assemble_input *in, const struct group *g, struct incident_list *out)
{
	struct incident *n = incident_new(out, in->dossier->entity);
	for (size_t i = 0; i < g->n; i++)
		signal_add(n, g->at[i]);
	span_refresh(n);
	scope_refresh(n, in->dossier);
}

// Until when another detection may begin and still belong to this one. A service that stays dead draws nothing to it that
// comes much later.
static int64_t reach_of(const struct dossier *d, const struct detection *one)
{
	int64_t end = instant_known(one->end.best) ? one->end.best.ns : INT64_MAX;
	int64_t most = one->start.best.ns + SERVICE_INTERVALS * d->width_ns;
	if (service(one) && d->width_ns && end > most)
		end = most;
	return end == INT64_MAX ? end : end + chain_ns(d, one);
}

// The group at the front of the rest: those that begin within reach of the ones before.
static struct group group_first(const struct dossier *d, const struct detection **rest, size_t n)
{
	struct group g = {.at = rest};
	int64_t reach = INT64_MIN;
	while (g.n < n && (!g.n || rest[g.n]->start.best.ns <= reach)) {
		int64_t until = reach_of(d, rest[g.n++]);
		reach = until > reach ? until : reach;
	}
	return g;
}

// Latency that rose long before anything failed is a longer path, not the beginning of this: it may be named, but it
// must not date the incident back by hours. `sorted` by start; returns how many are left.
static size_t old_latency_drop(const struct dossier *d, const struct detection **sorted, size_t n)
{
	int64_t *next = alloc_zero(n + 1, sizeof(*next)); // start of the next detection of something else
	size_t kept = 0;
	bool failed = false;
	next[n] = INT64_MAX;
	for (size_t i = n; i-- > 0;)
		next[i] = sign(sorted[i]) ? next[i + 1] : sorted[i]->start.best.ns;
	for (size_t i = 0; i < n; i++) {
		failed |= !sign(sorted[i]);
		bool near = next[i] != INT64_MAX && next[i] - sorted[i]->start.best.ns <= LEAD_INTERVALS * d->width_ns;
		if (!sign(sorted[i]) || near || failed) // after a failure it is part of it
			sorted[kept++] = sorted[i];
	}
	free(next);
	return kept;
}

void assemble_entity(const struct assemble_input *in, struct incident_list *out)
{
	struct dossier *d = in->dossier;
	const struct detection **sorted = alloc_zero(d->detection_count, sizeof(*sorted));
	for (size_t i = 0; i < d->detection_count; i++)
		sorted[i] = &d->detections[i];
	if (d->detection_count) {
		memset(d->group, 0, d->detection_count * sizeof(*d->group));
		qsort(sorted, d->detection_count, sizeof(*sorted), by_start);
	}
	size_t n = d->width_ns ? flaps_drop(d, sorted, d->detection_count) : d->detection_count;
	n = old_latency_drop(d, sorted, n);
	for (size_t i = 0; i < n;) {
		struct group g = group_first(d, sorted + i, n - i);
		if (stands(&g)) {
			incident_from(in, &g, out);
			for (size_t k = 0; k < g.n; k++)
				d->group[g.at[k] - d->detections] = (uint32_t)out->count;
		} else {
			out->unconfirmed += has_loss(&g);
		}
		i += g.n;
	}
	free(sorted);
}

// What the dossier says of the signal belongs to group `to` now.
static void group_move(struct dossier *d, const struct detection *signal, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < d->detection_count; i++)
		if (d->group[i] == from && d->detections[i].signal == signal->signal &&
		    d->detections[i].series == signal->series)
			d->group[i] = to;
}

// A service that began to fail when the false route came, and the loss it hid: see the header.
static void split_services(struct dossier *dossier, struct incident_list *list, struct incident *own)
{
	for (size_t i = 0; i < list->count; i++) {
		struct incident *n = &list->at[i];
		size_t kept = 0;
		if (n == own)
			continue;
		for (size_t k = 0; k < n->signal_count; k++) {
			const struct detection *d = &n->signals[k];
			bool with_it = service(d) && llabs(d->start.best.ns - own->start.best.ns) <= CHAIN_NS;
			if (with_it && own->signal_count < INCIDENT_SIGNALS_MAX) {
				group_move(dossier, d, (uint32_t)i + 1, (uint32_t)(own - list->at) + 1);
				own->signals[own->signal_count++] = *d;
			} else {
				n->signals[kept++] = *d;
			}
		}
		if (kept == n->signal_count)
			continue;
		n->signal_count = kept;
		n->start = unknown_moment();
		if (kept)
			span_refresh(n);
	}
}

static struct incident *origin_incident(struct incident_list *list, struct instant first)
{
	for (size_t i = 0; i < list->count; i++) {
		struct incident *n = &list->at[i];
		bool still = !instant_known(n->end.best) || first.ns <= n->end.best.ns + CHAIN_ROUTES_NS;
		if (n->origin_count && still)
			return n;
	}
	return NULL;
}

// It lasts until the last of its origins is gone.
static void origin_end(struct incident *n, struct instant gone)
{
	bool first = !n->origin_count, before = instant_known(n->end.best);
	if (!first && before && instant_known(gone) && n->end.best.ns > gone.ns)
		return;
	if (instant_known(gone) && (first || before))
		n->end = (struct moment){gone, instant_after(gone, -NS_PER_S), instant_after(gone, NS_PER_S), 0.9};
	else
		n->end = unknown_moment();
	n->state = instant_known(n->end.best) ? INCIDENT_CLOSED : INCIDENT_OPEN;
}

void assemble_origin(struct dossier *dossier, struct incident_list *list, const struct incident_origin *news,
		     double share)
{
	struct incident *n = origin_incident(list, news->first);
	if (!n) {
		n = incident_new(list, dossier->entity);
		n->start = (struct moment){news->first, instant_after(news->first, -NS_PER_S),
					   instant_after(news->first, NS_PER_S), 0.9};
		n->scope = SCOPE_PARTIAL;
		split_services(dossier, list, n);
	}
	n->fraction_down = share > n->fraction_down ? share : n->fraction_down;
	origin_end(n, news->gone);
	if (n->origin_count < INCIDENT_LIST_MAX)
		n->origins[n->origin_count++] = *news;
}
