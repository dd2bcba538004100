// SPDX-License-Identifier: ISC
// Per prefix the peers that announced it, each with the path last heard as origin, upstream and a hash; per entity a
// bounded list of events.
#include "signal/route_log.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "base/must.h"
#include "base/numbers.h"
#include "signal/rows.h"

#include <stdlib.h>

struct events { // in the order in which they came
	struct route_log_event *at;
	size_t first, n, capacity; // those before `first` are over
	uint64_t news;		   // events of origins so far
	struct instant held;	   // all since then stay; unknown: as long as the horizon is
	bool followed;
};

#define PATH_UNKNOWN 0 // hash of a path that was announced before anybody listened

enum { SET_UNKNOWN, SET_IGNORED, SET_FOLLOWED };

struct route_log {
	const uint32_t *words; // of the batch at work
	struct space *space;
	const struct entity_list *entities;
	const struct table *table;
	struct events *of; // by entity
	struct rows *rows;
	uint8_t *sets; // by set of the space: SET_*
	size_t set_count;
	uint64_t *usual; // at the baseline: prefix << 32 | origin, of origins beside the table's; rising
	size_t usual_count, usual_capacity;
	uint64_t lost; // events that went for want of room
	bool baseline_done;
	int64_t horizon_ns;	    // events are kept for so long
	uint64_t news;		    // events of origins so far, of all
	uint32_t baseline_prefixes; // known when it was done
};

struct route_log *route_log_create(const struct decisions *decisions, const struct entity_list *entities,
				   struct space *space, const struct table *table)
{
	struct route_log *e = alloc_zero(1, sizeof(*e));
	e->horizon_ns = signal_ns(decisions, ROUTES_EVENTS_S);
	e->entities = entities;
	e->space = space;
	e->table = table;
	e->rows = rows_create();
	e->of = alloc_zero(entities->count, sizeof(*e->of));
	for (size_t i = 0; i < entities->count; i++)
		e->of[i] = (struct events){.held = INSTANT_NONE, .followed = entities->at[i].watched};
	return e;
}

void route_log_free(struct route_log *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->entities->count; i++)
		free(e->of[i].at);
	free(e->of);
	rows_free(e->rows);
	free(e->usual);
	free(e->sets);
	free(e);
}

// Those that came before `from` are over. What is over is moved out of the way once it is the larger part.
static void route_log_events_retire(struct events *of, struct instant from)
{
	while (of->first < of->n && of->at[of->first].time.ns < from.ns)
		of->first++;
	if (of->first < of->n - of->first || !of->first)
		return;
	of->n -= of->first;
	memmove(of->at, of->at + of->first, of->n * sizeof(*of->at));
	of->first = 0;
}

static struct instant route_log_events_horizon(const struct route_log *e, const struct events *of, struct instant now)
{
	struct instant from = instant_after(now, -e->horizon_ns);
	return instant_known(of->held) && of->held.ns < from.ns ? of->held : from;
}

static void route_log_event_put(struct route_log *e, struct events *of, const struct route_log_event *event)
{
	route_log_events_retire(of, route_log_events_horizon(e, of, event->time));
	if (of->n - of->first >= ROUTE_LOG_EVENTS_MAX) {
		e->lost += ROUTE_LOG_EVENTS_MAX / 2;
		of->first += ROUTE_LOG_EVENTS_MAX / 2;
		route_log_events_retire(of, INSTANT_NONE);
	}
	alloc_grow((void **)&of->at, of->n, &of->capacity, sizeof(*of->at));
	of->at[of->n++] = *event;
}

// Who watches changes later: whether this peer counted, and of how many, is known only now.
static void route_log_event_witness(const struct route_log *e, struct route_log_event *event)
{
	uint8_t family = dictionary_prefix(table_dictionary(e->table), event->prefix)->family;
	const struct health_peer *p = event->peer == PEER_NONE ? NULL : table_peer(e->table, event->peer);
	uint32_t networks = table_networks(e->table, family);
	event->counts = p && p->why[family == FAMILY_V6] == HEALTH_COUNTS;
	event->session_s = p && p->known_up ? (uint32_t)instant_seconds(p->state_since) : 0;
	event->networks = networks > UINT16_MAX ? UINT16_MAX : (uint16_t)networks;
}

// Nothing can be said of when it was, where a damaged file has no time: its state is kept by the table, as news it is none.
static void route_log_event_add(struct route_log *e, uint16_t set, const struct route_log_event *told)
{
	size_t n;
	if (!instant_known(told->time))
		return;
	struct route_log_event event = *told;
	route_log_event_witness(e, &event);
	const uint32_t *members = space_members(e->space, set, &n);
	bool news = event.kind == ROUTE_LOG_MORE_SPECIFIC || event.kind == ROUTE_LOG_NEW_ORIGIN;
	for (size_t i = 0; i < n; i++) {
		if (!e->of[members[i]].followed)
			continue;
		route_log_event_put(e, &e->of[members[i]], &event);
		e->of[members[i]].news += news;
		e->news += news;
	}
}

static bool route_log_any_followed(const struct route_log *e, uint16_t set)
{
	size_t n;
	const uint32_t *members = space_members(e->space, set, &n);
	for (size_t i = 0; i < n; i++)
		if (e->of[members[i]].followed)
			return true;
	return false;
}

// What a set is does not change: it is looked up once.
static bool route_log_set_followed(struct route_log *e, uint16_t set)
{
	if (set >= e->set_count) {
		size_t count = (size_t)set * 2 + 16;
		e->sets = alloc_resize(e->sets, count, sizeof(*e->sets));
		memset(e->sets + e->set_count, SET_UNKNOWN, count - e->set_count);
		e->set_count = count;
	}
	if (e->sets[set] == SET_UNKNOWN)
		e->sets[set] = route_log_any_followed(e, set) ? SET_FOLLOWED : SET_IGNORED;
	return e->sets[set] == SET_FOLLOWED;
}

static uint64_t route_log_usual_key(uint32_t prefix, uint32_t origin)
{
	return (uint64_t)prefix << 32 | origin;
}

// Whether the prefix had this origin at the baseline already: many have several (anycast, MOAS), and which of them a peer
// hears of changes with its paths.
static bool route_log_usual(const struct route_log *e, uint32_t prefix, uint32_t origin)
{
	uint64_t key = route_log_usual_key(prefix, origin);
	return origin == table_origin(e->table, prefix) ||
	       (e->usual_count && bsearch(&key, e->usual, e->usual_count, sizeof(*e->usual), numbers_by_uint64));
}

static void route_log_usual_gather(struct route_log *e)
{
	e->usual_count = 0;
	for (uint32_t id = 0; id < rows_count(e->rows); id++) {
		const struct heard_row *row = rows_of(e->rows, id);
		for (uint32_t i = 0; row && i < row->n; i++) {
			uint32_t origin = row->at[i].origin;
			if (!origin || origin == table_origin(e->table, id))
				continue;
			alloc_grow((void **)&e->usual, e->usual_count, &e->usual_capacity, sizeof(*e->usual));
			e->usual[e->usual_count++] = route_log_usual_key(id, origin);
		}
	}
	if (e->usual_count)
		qsort(e->usual, e->usual_count, sizeof(*e->usual), numbers_by_uint64);
}

// The nearest shorter prefix that is known, has an origin and covers this one; PREFIX_NONE: none.
static uint32_t route_log_covering(const struct route_log *e, const struct prefix *p)
{
	const struct dictionary *d = table_dictionary(e->table);
	uint8_t shortest = table_definition(e->table)->shortest[p->family == FAMILY_V6];
	struct prefix shorter = *p;
	while (shorter.length > shortest) {
		shorter.length--;
		prefix_mask(&shorter);
		uint32_t id = dictionary_find(d, &shorter);
		if (id != PREFIX_NONE && table_origin(e->table, id))
			return id;
	}
	return PREFIX_NONE;
}

// Whether the prefix was first seen after the baseline: ids are given in order of first sight.
static bool route_log_prefix_is_news(const struct route_log *e, uint32_t id)
{
	return id >= e->baseline_prefixes;
}

static uint32_t route_log_path_hash(const uint32_t *path, size_t n)
{
	uint64_t hash = n;
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ path[i]) * 0x9e3779b97f4a7c15ull;
	uint32_t folded = (uint32_t)hash_mix(hash);
	return folded == PATH_UNKNOWN ? 1 : folded;
}

// What the peer says of the prefix's origin, and how that differs from what it said before and from what is usual.
static void route_log_origin_told(struct route_log *e, const struct obs *o, uint32_t id, bool first_sight, uint16_t set)
{
	const struct heard *heard = rows_find(e->rows, id, o->peer);
	bool unknown = heard && heard->path_hash == PATH_UNKNOWN;
	uint32_t held = table_origin(e->table, id), cover = PREFIX_NONE;
	uint32_t before = heard && !heard->withdrawn ? heard->origin : 0;
	struct route_log_event event = {.time = o->time, .prefix = id, .peer = o->peer};
	if (before && before != o->origin) {
		event.kind = ROUTE_LOG_ORIGIN_LEFT;
		event.asn = before;
		event.other = o->origin;
		route_log_event_add(e, set, &event);
	}
	if (!e->baseline_done || unknown || !o->origin || before == o->origin)
		return;
	event.asn = o->origin;
	if (route_log_prefix_is_news(e, id))
		cover = route_log_covering(e, &o->prefix);
	event.kind = cover == PREFIX_NONE ? ROUTE_LOG_NEW_ORIGIN : ROUTE_LOG_MORE_SPECIFIC;
	event.other = cover == PREFIX_NONE ? held : table_origin(e->table, cover);
	bool usual = cover == PREFIX_NONE ? first_sight || route_log_usual(e, id, o->origin)
					  : route_log_usual(e, cover, o->origin);
	if (event.other && !usual)
		route_log_event_add(e, set, &event);
}

static uint32_t route_log_upstream_of(const struct route_log *e, const struct obs *o)
{
	const uint32_t *path = e->words + o->path_at;
	for (size_t i = o->path_count; i-- > 0;)
		if (path[i] != o->origin)
			return path[i];
	return 0;
}

static void route_log_announced(struct route_log *e, const struct obs *o, uint32_t id, bool first_sight, uint16_t set)
{
	uint32_t upstream = route_log_upstream_of(e, o),
		 hash = route_log_path_hash(e->words + o->path_at, o->path_count);
	struct heard *heard = rows_find(e->rows, id, o->peer);
	struct route_log_event event = {.time = o->time, .prefix = id, .peer = o->peer, .asn = upstream};
	if (heard && heard->withdrawn) {
		event.kind = ROUTE_LOG_RETURNED;
		event.other = o->origin;
		route_log_event_add(e, set, &event);
	}
	if (heard && heard->path_hash != PATH_UNKNOWN && heard->path_hash != hash) {
		event.kind = ROUTE_LOG_PATH_CHANGED;
		event.other = heard->upstream;
		route_log_event_add(e, set, &event);
	}
	route_log_origin_told(e, o, id, first_sight, set);
	struct heard now = {(uint16_t)o->peer, false, o->origin, upstream, hash, 0};
	now.since_s = instant_known(o->time) ? (uint32_t)instant_seconds(o->time) : 0;
	if (!heard) {
		rows_add(e->rows, id, &now);
		return;
	}
	now.since_s = heard->since_s;
	*heard = now;
}

void route_log_begin(struct route_log *e, uint32_t prefix, uint16_t set, const bool *begins, struct instant now)
{
	size_t n;
	const uint32_t *members = space_members(e->space, set, &n);
	bool before = false, from_now = false;
	for (size_t i = 0; i < n; i++) {
		bool followed = e->of[members[i]].followed;
		before |= followed && !begins[members[i]];
		from_now |= followed && begins[members[i]];
	}
	if (before || !from_now)
		return;
	struct heard heard = {.path_hash = PATH_UNKNOWN};
	heard.since_s = instant_known(now) ? (uint32_t)instant_seconds(now) : 0;
	rows_forget(e->rows, prefix);
	for (uint32_t peer = 0; peer < table_peers(e->table); peer++) {
		heard.peer = (uint16_t)peer;
		if (table_sees(e->table, prefix, peer))
			rows_add(e->rows, prefix, &heard);
	}
}

void route_log_words(struct route_log *e, const uint32_t *words)
{
	e->words = words;
}

void route_log_route(struct route_log *e, const struct obs *o, uint32_t prefix_id, bool first_sight, uint16_t set)
{
	if (!route_log_set_followed(e, set))
		return;
	if (o->kind != OBS_WITHDRAW) {
		route_log_announced(e, o, prefix_id, first_sight, set);
		return;
	}
	struct heard *heard = rows_find(e->rows, prefix_id, o->peer);
	if (heard)
		heard->withdrawn = true;
	struct route_log_event event = {.time = o->time,
					.kind = ROUTE_LOG_WITHDRAWN,
					.prefix = prefix_id,
					.peer = o->peer,
					.asn = heard ? heard->upstream : 0};
	route_log_event_add(e, set, &event);
}

void route_log_prefetch(const struct route_log *e, uint32_t prefix, int step)
{
	rows_prefetch(e->rows, prefix, step);
}

void route_log_sight(struct route_log *e, const struct route_log_sight *sight, uint16_t set)
{
	if ((sight->first && !e->baseline_done) || !route_log_set_followed(e, set))
		return;
	struct route_log_event event = {
		.time = sight->time,
		.kind = sight->visible ? ROUTE_LOG_VISIBLE : ROUTE_LOG_INVISIBLE,
		.prefix = sight->prefix,
		.peer = PEER_NONE,
		.asn = table_origin(e->table, sight->prefix),
	};
	route_log_event_add(e, set, &event);
}

void route_log_baseline_done(struct route_log *e)
{
	e->baseline_done = true;
	route_log_usual_gather(e);
	e->baseline_prefixes = dictionary_count(table_dictionary(e->table));
}

const struct route_log_event *route_log_events(const struct route_log *e, uint32_t entity, size_t *ret_n)
{
	must(ret_n);
	const struct events *of = &e->of[entity];
	*ret_n = of->n - of->first;
	return of->n ? of->at + of->first : NULL;
}

void route_log_hold(struct route_log *e, uint32_t entity, struct instant from)
{
	e->of[entity].held = from;
}

static bool route_log_is_path(const struct route_log_event *e)
{
	return e->kind == ROUTE_LOG_WITHDRAWN || e->kind == ROUTE_LOG_PATH_CHANGED || e->kind == ROUTE_LOG_RETURNED;
}

void route_log_retire_paths(struct route_log *e, uint32_t entity, struct instant before)
{
	struct events *of = &e->of[entity];
	size_t kept = 0;
	for (size_t i = of->first; i < of->n; i++)
		if (!route_log_is_path(&of->at[i]) || of->at[i].time.ns >= before.ns)
			of->at[kept++] = of->at[i];
	of->first = 0;
	of->n = kept;
	alloc_shrink((void **)&of->at, kept, &of->capacity, sizeof(*of->at));
}

uint64_t route_log_lost(const struct route_log *e)
{
	return e->lost;
}

size_t route_log_pairs(const struct route_log *e, uint32_t prefix)
{
	const struct heard_row *row = rows_of(e->rows, prefix);
	return row ? row->n : 0;
}

struct route_log_path route_log_pair(const struct route_log *e, uint32_t prefix, size_t at)
{
	must(at < route_log_pairs(e, prefix));
	const struct heard *h = &rows_of(e->rows, prefix)->at[at];
	return (struct route_log_path){h->peer, h->upstream, h->since_s, h->withdrawn};
}

size_t route_log_pair_of(const struct route_log *e, uint32_t prefix, uint32_t peer)
{
	const struct heard *h = rows_find(e->rows, prefix, peer);
	return h ? (size_t)(h - rows_of(e->rows, prefix)->at) : SIZE_MAX;
}

uint64_t route_log_news(const struct route_log *e, uint32_t entity)
{
	return e->of[entity].news;
}

uint64_t route_log_news_all(const struct route_log *e)
{
	return e->news;
}

bool route_log_followed(const struct route_log *e, uint32_t entity)
{
	return e->of[entity].followed;
}

static void route_log_event_carry(struct carry *c, const struct route_log *e, struct route_log_event *event)
{
	CARRY(c, event->time);
	CARRY(c, event->kind);
	CARRY(c, event->counts);
	CARRY(c, event->networks);
	CARRY(c, event->prefix);
	CARRY(c, event->peer);
	CARRY(c, event->asn);
	CARRY(c, event->other);
	CARRY(c, event->session_s);
	carry_check(c, instant_known(event->time) && event->kind <= ROUTE_LOG_VISIBLE);
	carry_check(c, event->prefix < dictionary_count(table_dictionary(e->table)));
	if (event->peer != PEER_NONE || event->kind < ROUTE_LOG_INVISIBLE)
		carry_within(c, CARRY_PEERS, event->peer);
}

// Those that are over are left behind.
static void route_log_events_carry(struct carry *c, const struct route_log *e, struct events *of)
{
	size_t n = of->n - of->first;
	CARRY(c, of->held);
	CARRY(c, of->news);
	carry_count(c, &n, 32);
	for (size_t i = 0; i < n && carry_good(c); i++) {
		struct route_log_event event = {0};
		if (!carry_loads(c))
			event = of->at[of->first + i];
		route_log_event_carry(c, e, &event);
		if (!carry_loads(c))
			continue;
		alloc_grow((void **)&of->at, of->n, &of->capacity, sizeof(*of->at));
		of->at[of->n++] = event;
	}
}

void route_log_carry(struct carry *c, struct route_log *e)
{
	size_t n = e->entities->count;
	carry_count(c, &n, 24);
	for (uint32_t i = 0; i < n && carry_good(c); i++) {
		uint32_t entity = i;
		struct events gone = {0};
		carry_entity(c, &entity);
		if (!carry_good(c))
			return;
		bool there = entity < e->entities->count;
		route_log_events_carry(c, e, there ? &e->of[entity] : &gone);
		free(gone.at);
	}
	rows_carry(c, e->rows);
	carry_check(c, rows_count(e->rows) <= dictionary_count(table_dictionary(e->table)));
	carry_list(c, CARRY_ARRAY(e->usual, e->usual_count, e->usual_capacity));
	for (size_t i = 1; i < e->usual_count && carry_loads(c) && carry_good(c); i++)
		carry_check(c, e->usual[i - 1] <= e->usual[i]);
	CARRY(c, e->lost);
	CARRY(c, e->baseline_done);
	CARRY(c, e->news);
	CARRY(c, e->baseline_prefixes);
}
