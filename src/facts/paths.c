// SPDX-License-Identifier: ISC
// Through which upstreams the entity's prefixes were seen, which of these left, and how restless the paths were before.
#include "facts/facts_priv.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/numbers.h"

#include <math.h>
#include <stdlib.h>

struct upstream {
	uint32_t asn;
	uint32_t pairs, now;  // that went through it at the start; that do now
	struct instant first; // first pair that left it
	bool lost;
};

struct pair {		       // of a prefix of the entity and a peer
	uint32_t before, now;  // upstream at the start, and then; 0: no route, or none is known
	float since;	       // seconds from the start that it is as it is now
	float elsewhere, none; // seconds in the incident through another upstream, and without a route
	bool ours, told;       // told: some event spoke of it
};

struct facts_paths {
	const struct decisions *v;
	const struct routing *evidence;
	const struct facts_own *own;
	size_t *first; // by place in `own`: the first of its pairs; they stand in the order of the evidence
	struct pair *pairs;
	size_t count;
	struct upstream *upstreams;
	size_t upstream_count, upstream_capacity;
	struct index by_asn; // of the upstreams
	struct instant from, to;
};

// Its place in `own`, SIZE_MAX: none of the entity's.
static size_t paths_place_of(const struct facts_own *own, uint32_t prefix)
{
	const uint32_t *at = own->n ? bsearch(&prefix, own->at, own->n, sizeof(*own->at), numbers_by_uint32) : NULL;
	return at ? (size_t)(at - own->at) : SIZE_MAX;
}

// Made if new. Borrowed until the next new one; null for 0, which is no network.
static struct upstream *paths_upstream_of(struct facts_paths *p, uint32_t asn)
{
	uint32_t at;
	if (!asn)
		return NULL;
	for (struct index_walk walk = index_begin(hash_mix(asn)); index_next(&p->by_asn, &walk, &at);)
		if (p->upstreams[at].asn == asn)
			return &p->upstreams[at];
	index_add(&p->by_asn, hash_mix(asn), (uint32_t)p->upstream_count);
	alloc_grow((void **)&p->upstreams, p->upstream_count, &p->upstream_capacity, sizeof(*p->upstreams));
	p->upstreams[p->upstream_count] = (struct upstream){.asn = asn, .first = INSTANT_NONE};
	return &p->upstreams[p->upstream_count++];
}

static void paths_pairs_place(struct facts_paths *p)
{
	p->first = alloc_zero(p->own->n, sizeof(*p->first));
	for (size_t i = 0; i < p->own->n; i++) {
		p->first[i] = p->count;
		p->count += routing_pairs(p->evidence, p->own->at[i]);
	}
	p->pairs = alloc_zero(p->count, sizeof(*p->pairs));
}

// The pairs of the entity that were there at the start, as they are now.
static size_t paths_pairs_find(struct facts_paths *p)
{
	size_t n = 0;
	paths_pairs_place(p);
	for (size_t i = 0; i < p->own->n; i++)
		for (size_t k = 0; k < routing_pairs(p->evidence, p->own->at[i]); k++) {
			struct route_log_path path = routing_pair(p->evidence, p->own->at[i], k);
			if (path.since_s * NS_PER_S >= p->from.ns)
				continue;
			uint32_t before = path.withdrawn ? 0 : path.upstream;
			p->pairs[p->first[i] + k] = (struct pair){.before = before, .ours = true};
			n++;
		}
	return n;
}

static bool paths_of_path(const struct route_log_event *e)
{
	return e->kind == ROUTE_LOG_PATH_CHANGED || e->kind == ROUTE_LOG_WITHDRAWN || e->kind == ROUTE_LOG_RETURNED;
}

static struct pair *paths_pair_of(const struct facts_paths *p, const struct route_log_event *e)
{
	size_t own = paths_of_path(e) ? paths_place_of(p->own, e->prefix) : SIZE_MAX;
	size_t at = own != SIZE_MAX ? routing_pair_of(p->evidence, e->prefix, e->peer) : SIZE_MAX;
	return at != SIZE_MAX && p->pairs[p->first[own] + at].ours ? &p->pairs[p->first[own] + at] : NULL;
}

static uint32_t paths_upstream_after(const struct route_log_event *e)
{
	return e->kind == ROUTE_LOG_WITHDRAWN ? 0 : e->asn;
}

static uint32_t paths_upstream_before(const struct route_log_event *e)
{
	if (e->kind == ROUTE_LOG_RETURNED)
		return 0;
	return e->kind == ROUTE_LOG_WITHDRAWN ? e->asn : e->other;
}

// The last event before the start says what was then; if there is none, the first after it does.
static void paths_pairs_rewind(struct facts_paths *p, const struct route_log_event *events, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct pair *pair = paths_pair_of(p, &events[i]);
		bool after = events[i].time.ns >= p->from.ns;
		if (!pair || (after && pair->told))
			continue;
		pair->told = true;
		pair->before = after ? paths_upstream_before(&events[i]) : paths_upstream_after(&events[i]);
	}
	for (size_t i = 0; i < p->count; i++) {
		struct upstream *u = p->pairs[i].ours ? paths_upstream_of(p, p->pairs[i].before) : NULL;
		p->pairs[i].now = p->pairs[i].before;
		if (!u)
			continue;
		u->pairs++;
		u->now++;
	}
}

// Counts how long the pair was as it is.
static void paths_pair_until(const struct facts_paths *p, struct pair *pair, struct instant now)
{
	float at = (float)instant_gap_s(p->from, now);
	if (!pair->now)
		pair->none += at - pair->since;
	else if (pair->now != pair->before)
		pair->elsewhere += at - pair->since;
	pair->since = at;
}

static void paths_pair_event(struct facts_paths *p, const struct route_log_event *e)
{
	struct pair *pair = paths_pair_of(p, e);
	if (!pair || !pair->before)
		return;
	uint32_t to = paths_upstream_after(e);
	bool left = pair->now == pair->before && to != pair->before;
	bool back = pair->now != pair->before && to == pair->before;
	paths_pair_until(p, pair, e->time);
	pair->now = to;
	struct upstream *u = left || back ? paths_upstream_of(p, pair->before) : NULL;
	if (!u)
		return;
	u->now += back;
	u->now -= left;
	if (left && (!instant_known(u->first) || e->time.ns < u->first.ns))
		u->first = e->time;
	u->lost |= left && (double)u->now <= facts_value(p->v, FACTS_UPSTREAM_LEFT) * (double)u->pairs;
}

// A pair that tries other ways for a moment before it has none has not moved.
static size_t paths_pairs_moved(struct facts_paths *p, struct instant last)
{
	size_t moved = 0;
	struct instant to = p->to.ns < last.ns ? p->to : last;
	for (size_t i = 0; i < p->count; i++) {
		struct pair *pair = &p->pairs[i];
		if (!pair->ours || !pair->before)
			continue;
		paths_pair_until(p, pair, to);
		moved += pair->elsewhere > pair->none;
	}
	return moved;
}

static void paths_upstreams_count(const struct facts_paths *p, struct facts_routes *f)
{
	struct instant first = INSTANT_NONE, last = INSTANT_NONE;
	f->upstreams = f->upstreams_lost = 0;
	for (size_t i = 0; i < p->upstream_count; i++) {
		const struct upstream *u = &p->upstreams[i];
		f->upstreams += 1;
		if (!u->lost)
			continue;
		f->upstreams_lost += 1;
		first = instant_known(first) && first.ns < u->first.ns ? first : u->first;
		last = last.ns > u->first.ns ? last : u->first;
	}
	if (instant_known(first))
		f->upstream_spread_s = instant_gap_s(first, last);
}

// Seconds of the last word on a prefix's sight, by its place in `own`.
static double *paths_sights(const struct facts_own *own)
{
	double *at = alloc_zero(own->n, sizeof(*at));
	for (size_t i = 0; i < own->n; i++)
		at[i] = -INFINITY;
	return at;
}

// Marks the changes of path near which the prefix became visible or stopped being so: going forward those after it, going
// back those before it. These belong to another loss, not to unrest.
static void paths_near_sight(const struct facts_paths *p, const struct route_log_event *events, size_t n,
			     bool *ret_near)
{
	const struct facts_own *own = p->own;
	double convergence = facts_value(p->v, FACTS_CONVERGENCE_S);
	double *seen = paths_sights(own), *comes = paths_sights(own);
	for (size_t k = 0; k < 2 * n; k++) {
		size_t i = k < n ? k : 2 * n - 1 - k;
		const struct route_log_event *e = &events[i];
		size_t of = paths_place_of(own, e->prefix);
		if (of == SIZE_MAX)
			continue;
		double *last = &(k < n ? seen : comes)[of];
		double at = (double)e->time.ns / (double)NS_PER_S;
		at = k < n ? at : -at;
		if (e->kind == ROUTE_LOG_INVISIBLE || e->kind == ROUTE_LOG_VISIBLE)
			*last = at;
		ret_near[i] |= at - *last <= convergence;
	}
	free(seen);
	free(comes);
}

// Without those of a pair that had only just come: these are a session or a collector beginning.
static double paths_churn_count(const struct facts_paths *p, const struct route_log_event *events, size_t n)
{
	double changes = 0, convergence = facts_value(p->v, FACTS_CONVERGENCE_S);
	int64_t long_before = facts_ns(p->v, FACTS_CHURN_BEFORE_S);
	bool *near = alloc_zero(n, sizeof(*near));
	paths_near_sight(p, events, n, near);
	for (size_t i = 0; i < n; i++) {
		const struct route_log_event *e = &events[i];
		int64_t before_ns = p->from.ns - e->time.ns;
		if (near[i] || e->kind != ROUTE_LOG_PATH_CHANGED || before_ns <= 0 || before_ns > long_before)
			continue;
		size_t at = routing_pair_of(p->evidence, e->prefix, e->peer);
		changes += at != SIZE_MAX && (double)(instant_seconds(e->time) -
						      routing_pair(p->evidence, e->prefix, at).since_s) >= convergence;
	}
	free(near);
	return changes;
}

void facts_paths(const struct facts_input *in, const struct facts_own *own, const struct story *n,
		 struct facts_routes *f)
{
	const struct routing *r = in->routes;
	size_t count;
	const struct route_log_event *events = routing_events(r, n->entity, &count);
	struct facts_paths p = {.v = in->decisions, .evidence = r, .own = own};
	p.from = instant_after(facts_start(n), -facts_ns(in->decisions, FACTS_STAMP_S));
	p.to = story_onset_end(n);
	size_t pairs = paths_pairs_find(&p);
	paths_pairs_rewind(&p, events, count);
	for (size_t i = 0; i < count; i++)
		if (events[i].time.ns >= p.from.ns && events[i].time.ns <= p.to.ns)
			paths_pair_event(&p, &events[i]);
	paths_upstreams_count(&p, f);
	if (pairs) {
		f->churn = paths_churn_count(&p, events, count) / (double)pairs;
		f->path_moved = (double)paths_pairs_moved(&p, routing_now(r)) / (double)pairs;
	}
	free(p.first);
	free(p.pairs);
	free(p.upstreams);
	index_free(&p.by_asn);
}
