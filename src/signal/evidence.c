// SPDX-License-Identifier: ISC
// Per prefix the peers that announced it, each with the path last heard as origin, upstream and a hash; per entity a
// bounded list of events.
#include "signal/evidence.h"

#include "base/alloc.h"

#include <stdlib.h>

#define ROW_FIRST 4

struct heard { // the route a peer last announced
	uint16_t peer;
	bool withdrawn;
	uint32_t origin, upstream;
	uint32_t path_hash;
	uint32_t since_s; // first heard; seconds since 1970, good until 2106
};

_Static_assert(PEERS_MAX <= UINT16_MAX, "a peer's number takes two bytes");

struct heard_row { // of a prefix, by peer in rising order
	struct heard *at;
	uint32_t n, capacity;
};

struct events {
	struct evidence_event *at;
	size_t n, capacity;
	bool followed;
};

struct evidence {
	struct space *space;
	const struct entity_list *entities;
	const struct table *table;
	struct events *of;	// by entity
	struct heard_row *rows; // by prefix
	size_t row_count, row_capacity, used;
	bool baseline_done;
	uint32_t baseline_prefixes; // known when it was done
};

struct evidence *evidence_create(const struct entity_list *entities, struct space *space, const struct table *table)
{
	struct evidence *e = alloc_zero(1, sizeof(*e));
	e->entities = entities;
	e->space = space;
	e->table = table;
	e->of = alloc_zero(entities->count, sizeof(*e->of));
	size_t watched = 0;
	for (size_t i = 0; i < entities->count; i++)
		if (entities->at[i].watched && watched++ < EVIDENCE_WATCHED_MAX)
			e->of[i].followed = true;
	if (watched > EVIDENCE_WATCHED_MAX)
		for (size_t i = 0; i < entities->count; i++)
			e->of[i].followed = false; // the whole world is watched: no one in such detail
	return e;
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->entities->count; i++)
		free(e->of[i].at);
	for (size_t i = 0; i < e->row_count; i++)
		free(e->rows[i].at);
	free(e->of);
	free(e->rows);
	free(e);
}

// Place of the peer in the row, or where it belongs. Peers mostly come in order of their numbers, as in a dump.
static uint32_t heard_place(const struct heard_row *row, uint32_t peer)
{
	uint32_t low = 0, high = row->n;
	if (high && row->at[high - 1].peer < peer)
		return high;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (row->at[middle].peer < peer)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct heard *heard_find(const struct evidence *e, uint32_t prefix, uint32_t peer)
{
	if (prefix >= e->row_count)
		return NULL;
	const struct heard_row *row = &e->rows[prefix];
	uint32_t at = heard_place(row, peer);
	return at < row->n && row->at[at].peer == peer ? &row->at[at] : NULL;
}

static void heard_add(struct evidence *e, uint32_t prefix, const struct heard *heard)
{
	for (; e->row_count <= prefix; e->row_count++) {
		alloc_grow((void **)&e->rows, e->row_count, &e->row_capacity, sizeof(*e->rows));
		e->rows[e->row_count] = (struct heard_row){0};
	}
	struct heard_row *row = &e->rows[prefix];
	if (row->n == row->capacity) {
		row->capacity = row->capacity ? row->capacity * 2 : ROW_FIRST;
		row->at = alloc_resize(row->at, row->capacity, sizeof(*row->at));
	}
	uint32_t at = heard_place(row, heard->peer);
	memmove(row->at + at + 1, row->at + at, (row->n - at) * sizeof(*row->at));
	row->at[at] = *heard;
	row->n++;
	e->used++;
}

static void event_add(struct evidence *e, uint16_t set, const struct evidence_event *event)
{
	size_t n;
	const uint32_t *members = space_members(e->space, set, &n);
	for (size_t i = 0; i < n; i++) {
		struct events *of = &e->of[members[i]];
		if (!of->followed)
			continue;
		if (of->n == EVIDENCE_EVENTS_MAX) {
			of->n /= 2;
			memmove(of->at, of->at + of->n, of->n * sizeof(*of->at));
		}
		alloc_grow((void **)&of->at, of->n, &of->capacity, sizeof(*of->at));
		of->at[of->n++] = *event;
	}
}

static bool followed(const struct evidence *e, uint16_t set)
{
	size_t n;
	const uint32_t *members = space_members(e->space, set, &n);
	for (size_t i = 0; i < n; i++)
		if (e->of[members[i]].followed)
			return true;
	return false;
}

// Origin of the nearest shorter prefix that is known and covers this one; 0 none.
static uint32_t covering_origin(const struct evidence *e, const struct prefix *p)
{
	const struct dictionary *d = table_dictionary(e->table);
	uint8_t shortest = table_definition(e->table)->shortest[p->family == FAMILY_V6];
	struct prefix shorter = *p;
	while (shorter.length > shortest) {
		shorter.length--;
		prefix_mask(&shorter);
		uint32_t id = dictionary_find(d, &shorter);
		if (id != PREFIX_NONE && table_origin(e->table, id))
			return table_origin(e->table, id);
	}
	return 0;
}

// Whether the prefix was first seen after the baseline: ids are given in order of first sight.
static bool prefix_is_news(const struct evidence *e, uint32_t id)
{
	return id >= e->baseline_prefixes;
}

static void announced(struct evidence *e, const struct obs *o, uint32_t id, bool first_sight, uint16_t set)
{
	uint32_t upstream = 0;
	for (size_t i = o->path_count; i-- > 0 && !upstream;)
		upstream = o->path[i] != o->origin ? o->path[i] : 0;
	uint32_t hash = (uint32_t)hash_bytes(o->path, o->path_count * sizeof(*o->path));
	struct heard *heard = heard_find(e, id, o->peer);
	struct evidence_event event = {.time = o->time, .prefix = id, .peer = o->peer, .asn = upstream};
	if (heard && heard->withdrawn) {
		event.kind = EVIDENCE_RETURNED;
		event_add(e, set, &event);
	}
	if (heard && heard->path_hash != hash) {
		event.kind = EVIDENCE_PATH_CHANGED;
		event.other = heard->upstream;
		event_add(e, set, &event);
	}
	uint32_t held = table_origin(e->table, id), heard_origin = heard ? heard->origin : 0;
	bool news = e->baseline_done && !heard && (first_sight || prefix_is_news(e, id));
	uint32_t cover = news ? covering_origin(e, &o->prefix) : 0;
	if (e->baseline_done && o->origin && !first_sight && held && held != o->origin && heard_origin != o->origin) {
		event = (struct evidence_event){o->time, EVIDENCE_NEW_ORIGIN, id, o->peer, o->origin, held};
		event_add(e, set, &event);
	} else if (o->origin && cover && cover != o->origin) {
		event = (struct evidence_event){o->time, EVIDENCE_MORE_SPECIFIC, id, o->peer, o->origin, cover};
		event_add(e, set, &event);
	}
	struct heard now = {(uint16_t)o->peer, false, o->origin, upstream, hash, (uint32_t)instant_seconds(o->time)};
	if (!heard) {
		heard_add(e, id, &now);
		return;
	}
	now.since_s = heard->since_s;
	*heard = now;
}

void evidence_route(struct evidence *e, const struct obs *o, uint32_t prefix_id, bool first_sight, uint16_t set)
{
	if (!followed(e, set))
		return;
	if (o->kind != OBS_WITHDRAW) {
		announced(e, o, prefix_id, first_sight, set);
		return;
	}
	struct heard *heard = heard_find(e, prefix_id, o->peer);
	if (heard)
		heard->withdrawn = true;
	struct evidence_event event = {o->time, EVIDENCE_WITHDRAWN, prefix_id, o->peer, heard ? heard->upstream : 0, 0};
	event_add(e, set, &event);
}

void evidence_sight(struct evidence *e, const struct evidence_sight *sight, uint16_t set)
{
	if ((sight->first && !e->baseline_done) || !followed(e, set))
		return;
	struct evidence_event event = {
		.time = sight->time,
		.kind = sight->visible ? EVIDENCE_VISIBLE : EVIDENCE_INVISIBLE,
		.prefix = sight->prefix,
		.peer = PEER_NONE,
		.asn = table_origin(e->table, sight->prefix),
	};
	event_add(e, set, &event);
}

void evidence_baseline_done(struct evidence *e)
{
	e->baseline_done = true;
	e->baseline_prefixes = dictionary_count(table_dictionary(e->table));
}

const struct evidence_event *evidence_events(const struct evidence *e, uint32_t entity, size_t *ret_n)
{
	*ret_n = e->of[entity].n;
	return e->of[entity].at;
}

size_t evidence_pairs(const struct evidence *e, uint32_t prefix)
{
	return prefix < e->row_count ? e->rows[prefix].n : 0;
}

struct evidence_path evidence_pair(const struct evidence *e, uint32_t prefix, size_t at)
{
	const struct heard *h = &e->rows[prefix].at[at];
	return (struct evidence_path){h->peer, h->upstream, h->since_s, h->withdrawn};
}

size_t evidence_pair_of(const struct evidence *e, uint32_t prefix, uint32_t peer)
{
	const struct heard *h = heard_find(e, prefix, peer);
	return h ? (size_t)(h - e->rows[prefix].at) : SIZE_MAX;
}

bool evidence_followed(const struct evidence *e, uint32_t entity)
{
	return e->of[entity].followed;
}
