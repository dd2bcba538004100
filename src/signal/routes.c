// SPDX-License-Identifier: ISC
// Joins table, space and evidence, and keeps the clock of the data: one settlement a second of it.
#include "signal/routes.h"

#include "base/alloc.h"
#include "base/carry.h"

#include <stdlib.h>

struct follow {		       // per entity
	uint64_t sight_sum[2]; // sum over its prefixes of the networks that see them
	uint32_t prefixes[2];  // that were visible at least once
	uint32_t *own;	       // these, in rising order
	size_t own_count, own_capacity;
	bool changed;
};

struct routes {
	struct table *table;
	struct space *space;
	struct route_log *evidence;
	struct blind *blind;
	struct table_listener listener;
	const struct entity_list *entities;
	struct follow *follow;
	uint16_t *set;	// by prefix id: entities it belongs to
	uint16_t *seen; // by prefix id: networks counted into sight_sum
	bool *counted;	// by prefix id: was visible once
	size_t known;	// prefix ids covered by the three
	size_t capacity[3];
	struct sample_sink out;
	struct instant now;
	bool pending;	  // something was taken that is not settled
	uint64_t settled; // settlements with a denominator so far
	uint32_t visible; // prefixes
	struct routes_loss *losses;
	int64_t losses_ns;			      // they are kept for so long
	size_t loss_first, loss_count, loss_capacity; // those before loss_first are over
};

static uint16_t routes_set_of(const struct routes *r, uint32_t id)
{
	const struct prefix *p = dictionary_prefix(table_dictionary(r->table), id);
	uint8_t shortest = table_definition(r->table)->shortest[p->family == FAMILY_V6];
	return p->length < shortest ? SPACE_NOBODY : space_set_of(r->space, p);
}

static void routes_learn_prefixes(struct routes *r)
{
	const struct dictionary *d = table_dictionary(r->table);
	while (r->known < dictionary_count(d)) {
		alloc_pages_grow((void **)&r->set, r->known, &r->capacity[0], sizeof(*r->set));
		alloc_pages_grow((void **)&r->seen, r->known, &r->capacity[1], sizeof(*r->seen));
		alloc_pages_grow((void **)&r->counted, r->known, &r->capacity[2], sizeof(*r->counted));
		r->set[r->known] = routes_set_of(r, (uint32_t)r->known);
		r->seen[r->known] = 0;
		r->counted[r->known++] = false;
	}
}

static void routes_on_route(void *context, const struct obs *o, uint32_t id, bool first_sight)
{
	struct routes *r = context;
	routes_learn_prefixes(r);
	if (r->set[id] != SPACE_NOBODY)
		route_log_route(r->evidence, o, id, first_sight, r->set[id]);
}

static void routes_on_prefetch(void *context, uint32_t id, int step)
{
	const struct routes *r = context;
	route_log_prefetch(r->evidence, id, step);
}

struct routes *routes_create(const struct peer_table *peers, const struct entity_list *entities,
			     const struct visibility *by, struct sample_sink out)
{
	struct routes *r = alloc_zero(1, sizeof(*r));
	r->table = table_create(peers, by);
	r->blind = blind_create(peers);
	r->losses_ns = signal_ns(by->decisions, ROUTES_LOSSES_S);
	r->entities = entities;
	r->out = out;
	r->now = INSTANT_NONE;
	if (!entities->count)
		return r;
	r->space = space_create(entities);
	r->evidence = route_log_create(by->decisions, entities, r->space, r->table);
	r->follow = alloc_zero(entities->count, sizeof(*r->follow));
	r->listener = (struct table_listener){routes_on_route, routes_on_prefetch, r};
	table_listen(r->table, &r->listener);
	return r;
}

void routes_free(struct routes *r)
{
	if (!r)
		return;
	route_log_free(r->evidence);
	blind_free(r->blind);
	if (r->space)
		space_free(r->space);
	table_free(r->table);
	for (size_t i = 0; r->follow && i < r->entities->count; i++)
		free(r->follow[i].own);
	free(r->follow);
	alloc_pages_free(r->set, r->capacity[0] * sizeof(*r->set));
	alloc_pages_free(r->seen, r->capacity[1] * sizeof(*r->seen));
	alloc_pages_free(r->counted, r->capacity[2] * sizeof(*r->counted));
	free(r->losses);
	free(r);
}

// Ids mostly come in rising order.
static void routes_own_add(struct follow *w, uint32_t id)
{
	alloc_grow((void **)&w->own, w->own_count, &w->own_capacity, sizeof(*w->own));
	size_t at = w->own_count++;
	for (; at && w->own[at - 1] > id; at--)
		w->own[at] = w->own[at - 1];
	w->own[at] = id;
}

// Counts the prefix's new sight into its entities.
static void routes_sight_changed(struct routes *r, uint32_t id)
{
	size_t n;
	const uint32_t *members = space_members(r->space, r->set[id], &n);
	uint16_t seen = table_seen(r->table, id);
	bool visible = table_visible(r->table, id), first = visible && !r->counted[id];
	int f = dictionary_prefix(table_dictionary(r->table), id)->family == FAMILY_V6;
	for (size_t i = 0; i < n; i++) {
		struct follow *w = &r->follow[members[i]];
		w->changed = true;
		w->prefixes[f] += first;
		if (first)
			routes_own_add(w, id);
		if (r->counted[id] || first)
			w->sight_sum[f] += (uint64_t)seen - (r->counted[id] ? r->seen[id] : 0);
	}
	r->counted[id] |= visible;
	r->seen[id] = seen;
}

static double routes_sight_of(const struct routes *r, const struct follow *w, uint8_t family)
{
	int f = family == FAMILY_V6;
	double whole = (double)w->prefixes[f] * table_denominator(r->table, family);
	return whole > 0 ? (double)w->sight_sum[f] / whole : 0;
}

static void routes_put_samples(struct routes *r, uint32_t entity)
{
	const struct follow *w = &r->follow[entity];
	struct instant silent = table_silent_since(r->table);
	for (uint8_t signal = SIGNAL_ROUTES; signal <= SIGNAL_ROUTES6; signal++) {
		uint8_t family = signal == SIGNAL_ROUTES6 ? FAMILY_V6 : FAMILY_V4;
		struct sample s = {
			.time = r->now,
			.silent_ns = instant_known(silent) && silent.ns < r->now.ns ? r->now.ns - silent.ns : 0,
			.entity = entity,
			.signal = signal,
			.value = signal == SIGNAL_ROUTES6 ? space_slash48(r->space, entity)
							  : space_slash24(r->space, entity),
			.own = signal == SIGNAL_ROUTES6 ? space_slash48_own(r->space, entity)
							: space_slash24_own(r->space, entity),
			.sight = routes_sight_of(r, w, family),
			.of_networks = table_networks(r->table, family),
			.of_collectors = table_collectors(r->table, family),
		};
		r->out.take(r->out.context, &s);
	}
}

// One a second at most, so a span of time bounds their number.
static void routes_losses_retire(struct routes *r)
{
	while (r->loss_first < r->loss_count && r->losses[r->loss_first].time.ns < r->now.ns - r->losses_ns)
		r->loss_first++;
	if (r->loss_first < r->loss_count - r->loss_first || !r->loss_first)
		return;
	r->loss_count -= r->loss_first;
	memmove(r->losses, r->losses + r->loss_first, r->loss_count * sizeof(*r->losses));
	r->loss_first = 0;
}

static void routes_loss_add(struct routes *r, uint32_t lost)
{
	routes_losses_retire(r);
	alloc_grow((void **)&r->losses, r->loss_count, &r->loss_capacity, sizeof(*r->losses));
	r->losses[r->loss_count++] = (struct routes_loss){r->now, lost, r->visible};
}

// Tells the evidence which prefixes of entities came into sight or left it, and counts all that left.
static void routes_sights_told(struct routes *r, const uint32_t *flip, size_t n)
{
	uint32_t lost = 0, gained = 0;
	for (size_t i = 0; i < n; i++) {
		bool visible = table_visible(r->table, flip[i]);
		struct route_log_sight sight = {r->now, flip[i], visible, visible && !r->counted[flip[i]]};
		lost += !visible;
		gained += visible;
		if (r->set[flip[i]] != SPACE_NOBODY)
			route_log_sight(r->evidence, &sight, r->set[flip[i]]);
	}
	bool anybody = table_networks(r->table, FAMILY_V4) + table_networks(r->table, FAMILY_V6) > 0;
	if (lost && anybody) // else nothing went: nobody looks
		routes_loss_add(r, lost);
	r->visible += gained - lost;
}

// `data`: by what was observed, not by time alone.
static void routes_settle(struct routes *r, bool data)
{
	r->pending = false;
	table_settle(r->table, r->now);
	if (table_recounted(r->table) || table_silence_moved(r->table))
		blind_update(r->blind, r->table, r->now);
	if (!r->entities->count)
		return;
	routes_learn_prefixes(r);
	size_t flips, touched;
	const uint32_t *flip = table_flips(r->table, &flips), *touch = table_touched(r->table, &touched);
	const struct dictionary *d = table_dictionary(r->table);
	for (size_t i = 0; i < flips; i++)
		space_flip(r->space, dictionary_prefix(d, flip[i]), table_visible(r->table, flip[i]));
	routes_sights_told(r, flip, flips);
	for (size_t i = 0; i < flips; i++)
		if (r->set[flip[i]] != SPACE_NOBODY)
			routes_sight_changed(r, flip[i]);
	for (size_t i = 0; i < touched; i++)
		if (r->set[touch[i]] != SPACE_NOBODY)
			routes_sight_changed(r, touch[i]);
	bool all = table_recounted(r->table);
	for (uint32_t e = 0; e < r->entities->count; e++) {
		if (all || r->follow[e].changed)
			routes_put_samples(r, e);
		r->follow[e].changed = false;
	}
	r->settled += data && table_networks(r->table, FAMILY_V4) + table_networks(r->table, FAMILY_V6);
	if (data && r->settled == 2)
		route_log_baseline_done(r->evidence);
}

// What comes at an unknown time belongs to the second that is running.
static int64_t routes_second(struct instant t)
{
	return instant_known(t) ? instant_seconds(t) : INT64_MIN;
}

int routes_take(struct routes *r, const struct batch *b)
{
	const struct obs *batch = b->obs;
	size_t n = b->count;
	if (r->evidence)
		route_log_words(r->evidence, b->words);
	for (size_t first = 0; first < n;) {
		int64_t second = routes_second(batch[first].time);
		// Without entities nobody asks before the end.
		if (r->entities->count && r->pending && instant_known(r->now) && second > instant_seconds(r->now))
			routes_settle(r, true);
		size_t end = first;
		for (; end < n && routes_second(batch[end].time) <= second; end++)
			if (!instant_known(r->now) || batch[end].time.ns > r->now.ns)
				r->now = batch[end].time;
		r->pending = true;
		int code = table_take(r->table, batch + first, end - first);
		if (code < 0)
			return code;
		first = end;
	}
	return 0;
}

void routes_finish(struct routes *r)
{
	if (instant_known(r->now))
		routes_settle(r, true);
}

void routes_tick(struct routes *r, struct instant now)
{
	if (!instant_known(r->now) || !r->entities->count || now.ns - r->now.ns < ROUTES_QUIET_NS)
		return;
	if (r->pending)
		routes_settle(r, true);
	r->now = now;
	routes_settle(r, false);
}

struct instant routes_now(const struct routes *r)
{
	return r->now;
}

const struct table *routes_table(const struct routes *r)
{
	return r->table;
}

const struct route_log *routes_route_log(const struct routes *r)
{
	return r->evidence;
}

const struct space *routes_space(const struct routes *r)
{
	return r->space;
}

const struct blind_list *routes_blind(const struct routes *r)
{
	return blind_spans(r->blind);
}

const uint32_t *routes_own(const struct routes *r, uint32_t entity, size_t *ret_n)
{
	*ret_n = r->follow[entity].own_count;
	return r->follow[entity].own;
}

const struct routes_loss *routes_losses(const struct routes *r, size_t *ret_n)
{
	*ret_n = r->loss_count - r->loss_first;
	return r->loss_count ? r->losses + r->loss_first : NULL;
}

void routes_hold(struct routes *r, uint32_t entity, struct instant from, struct instant paths_from)
{
	if (!r->evidence)
		return;
	route_log_hold(r->evidence, entity, from);
	route_log_retire_paths(r->evidence, entity, paths_from);
}

struct routes_limits routes_limits(const struct routes *r)
{
	return (struct routes_limits){
		.events = r->evidence ? route_log_lost(r->evidence) : 0,
		.sets = r->space ? space_sets_lost(r->space) : 0,
		.spans = blind_lost(r->blind),
	};
}

// What follows from the prefixes and the entities as they are now: an entity that is watched for the first time is one, too.
static void routes_follow_again(struct routes *r)
{
	const struct dictionary *d = table_dictionary(r->table);
	r->visible = 0;
	for (uint32_t id = 0; id < r->known; id++) {
		const struct prefix *p = dictionary_prefix(d, id);
		int f = p->family == FAMILY_V6;
		size_t n;
		bool visible = table_visible(r->table, id);
		r->visible += visible;
		if (visible)
			space_flip(r->space, p, true);
		if (r->set[id] == SPACE_NOBODY || !r->counted[id])
			continue;
		const uint32_t *members = space_members(r->space, r->set[id], &n);
		for (size_t i = 0; i < n; i++) {
			routes_own_add(&r->follow[members[i]], id);
			r->follow[members[i]].prefixes[f]++;
			r->follow[members[i]].sight_sum[f] += r->seen[id];
		}
	}
}

static bool routes_set_begins(const struct routes *r, uint16_t set, const bool *begins)
{
	size_t n, i = 0;
	const uint32_t *members = space_members(r->space, set, &n);
	while (i < n && begins[members[i]])
		i++;
	return i == n;
}

void routes_begin(struct routes *r, const bool *begins)
{
	if (!r->entities->count)
		return;
	for (uint32_t id = 0; id < r->known; id++) {
		if (r->set[id] == SPACE_NOBODY)
			continue;
		route_log_begin(r->evidence, id, r->set[id], begins, r->now);
		if (routes_set_begins(r, r->set[id], begins))
			routes_sight_changed(r, id); // of nobody's prefixes it was not counted who sees them
	}
	for (uint32_t e = 0; e < r->entities->count && r->settled; e++)
		if (begins[e])
			routes_put_samples(r, e);
}

static void routes_prefixes_carry(struct carry *c, struct routes *r)
{
	size_t n = r->known;
	carry_pages(c, CARRY_ARRAY(r->seen, n, r->capacity[1]));
	for (size_t i = 0; i < n && carry_good(c); i++) {
		bool counted = !carry_loads(c) && r->counted[i];
		CARRY(c, counted);
		if (!carry_loads(c))
			continue;
		alloc_pages_grow((void **)&r->counted, i, &r->capacity[2], sizeof(*r->counted));
		r->counted[i] = counted;
	}
	carry_check(c, n <= dictionary_count(table_dictionary(r->table)));
	if (!carry_loads(c) || !carry_good(c))
		return;
	for (; r->known < n; r->known++) {
		alloc_pages_grow((void **)&r->set, r->known, &r->capacity[0], sizeof(*r->set));
		r->set[r->known] = routes_set_of(r, (uint32_t)r->known);
	}
	routes_follow_again(r);
}

// Those that are over are left behind.
static void routes_losses_carry(struct carry *c, struct routes *r)
{
	size_t n = r->loss_count - r->loss_first;
	carry_count(c, &n, 16);
	for (size_t i = 0; i < n && carry_good(c); i++) {
		struct routes_loss loss = {0};
		if (!carry_loads(c))
			loss = r->losses[r->loss_first + i];
		CARRY(c, loss.time);
		CARRY(c, loss.lost);
		CARRY(c, loss.visible);
		if (!carry_loads(c))
			continue;
		alloc_grow((void **)&r->losses, r->loss_count, &r->loss_capacity, sizeof(*r->losses));
		r->losses[r->loss_count++] = loss;
	}
}

void routes_carry(struct carry *c, struct routes *r)
{
	table_carry(c, r->table);
	blind_carry(c, r->blind);
	CARRY(c, r->now);
	CARRY(c, r->settled);
	CARRY(c, r->pending);
	if (!r->entities->count)
		return;
	routes_prefixes_carry(c, r);
	route_log_carry(c, r->evidence);
	for (uint32_t e = 0; e < r->entities->count && carry_loads(c) && carry_good(c); e++) {
		size_t n = 0;
		(void)route_log_events(r->evidence, e, &n);
		carry_check(c, instant_known(r->now) || !n); // what was seen was seen at a time
	}
	routes_losses_carry(c, r);
}
