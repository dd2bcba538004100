// SPDX-License-Identifier: ISC
// Per (prefix, peer) the path last heard, as origin, upstream and a hash; per entity a bounded list of events.
#include "signal/evidence.h"

#include "base/alloc.h"
#include "base/carry.h"

#include <stdlib.h>

#define FIRST_SLOTS (1u << 12)

struct heard {		       // the route a peer last announced
	uint32_t prefix, peer; // peer + 1; 0 empty
	uint32_t origin, upstream;
	uint32_t path_hash;
	uint32_t since_s; // first heard; seconds since 1970, good until 2106
	bool withdrawn;
};

struct events {
	struct evidence_event *at;
	size_t n, capacity;
	uint64_t news; // events of origins so far
	bool followed;
};

struct evidence {
	const uint32_t *words; // of the batch at work
	struct space *space;
	const struct entity_list *entities;
	const struct table *table;
	struct events *of; // by entity
	struct heard *slots;
	size_t slot_count, used;
	bool baseline_done;
	uint64_t news;		    // events of origins so far, of all
	uint32_t baseline_prefixes; // known when it was done
};

struct evidence *evidence_create(const struct entity_list *entities, struct space *space, const struct table *table)
{
	struct evidence *e = alloc_zero(1, sizeof(*e));
	e->entities = entities;
	e->space = space;
	e->table = table;
	e->of = alloc_zero(entities->count, sizeof(*e->of));
	e->slots = alloc_zero(FIRST_SLOTS, sizeof(*e->slots));
	e->slot_count = FIRST_SLOTS;
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
	free(e->of);
	free(e->slots);
	free(e);
}

static struct heard *slot_of(struct heard *slots, size_t count, uint32_t prefix, uint32_t peer)
{
	size_t i = hash_mix((uint64_t)prefix << 32 | peer) & (count - 1);
	while (slots[i].peer && (slots[i].prefix != prefix || slots[i].peer != peer + 1))
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static void slots_double(struct evidence *e)
{
	struct heard *old = e->slots;
	size_t count = e->slot_count;
	e->slot_count *= 2;
	e->slots = alloc_zero(e->slot_count, sizeof(*e->slots));
	for (size_t i = 0; i < count; i++)
		if (old[i].peer)
			*slot_of(e->slots, e->slot_count, old[i].prefix, old[i].peer - 1) = old[i];
	free(old);
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
		bool news = event->kind == EVIDENCE_MORE_SPECIFIC || event->kind == EVIDENCE_NEW_ORIGIN;
		of->news += news;
		e->news += news;
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
	const uint32_t *path = e->words + o->path_at;
	for (size_t i = o->path_count; i-- > 0 && !upstream;)
		upstream = path[i] != o->origin ? path[i] : 0;
	uint32_t hash = (uint32_t)hash_bytes(path, o->path_count * sizeof(*path));
	struct heard *heard = slot_of(e->slots, e->slot_count, id, o->peer);
	struct evidence_event event = {.time = o->time, .prefix = id, .peer = o->peer, .asn = upstream};
	if (heard->withdrawn) {
		event.kind = EVIDENCE_RETURNED;
		event_add(e, set, &event);
	}
	if (heard->peer && heard->path_hash != hash) {
		event.kind = EVIDENCE_PATH_CHANGED;
		event.other = heard->upstream;
		event_add(e, set, &event);
	}
	uint32_t held = table_origin(e->table, id);
	bool news = e->baseline_done && !heard->peer && (first_sight || prefix_is_news(e, id));
	uint32_t cover = news ? covering_origin(e, &o->prefix) : 0;
	if (e->baseline_done && o->origin && !first_sight && held && held != o->origin && heard->origin != o->origin) {
		event = (struct evidence_event){o->time, EVIDENCE_NEW_ORIGIN, id, o->peer, o->origin, held};
		event_add(e, set, &event);
	} else if (o->origin && cover && cover != o->origin) {
		event = (struct evidence_event){o->time, EVIDENCE_MORE_SPECIFIC, id, o->peer, o->origin, cover};
		event_add(e, set, &event);
	}
	if (!heard->peer && e->used >= EVIDENCE_ROUTES_MAX)
		return;
	e->used += !heard->peer;
	uint32_t since_s = heard->peer ? heard->since_s : (uint32_t)instant_seconds(o->time);
	*heard = (struct heard){id, o->peer + 1, o->origin, upstream, hash, since_s, false};
	if (e->used > e->slot_count / 2)
		slots_double(e);
}

void evidence_words(struct evidence *e, const uint32_t *words)
{
	e->words = words;
}

void evidence_route(struct evidence *e, const struct obs *o, uint32_t prefix_id, bool first_sight, uint16_t set)
{
	if (!followed(e, set))
		return;
	if (o->kind != OBS_WITHDRAW) {
		announced(e, o, prefix_id, first_sight, set);
		return;
	}
	struct heard *heard = slot_of(e->slots, e->slot_count, prefix_id, o->peer);
	heard->withdrawn = heard->peer;
	struct evidence_event event = {
		o->time, EVIDENCE_WITHDRAWN, prefix_id, o->peer, heard->peer ? heard->upstream : 0, 0};
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

size_t evidence_slots(const struct evidence *e)
{
	return e->slot_count;
}

bool evidence_path(const struct evidence *e, size_t slot, struct evidence_path *ret)
{
	const struct heard *h = &e->slots[slot];
	if (!h->peer)
		return false;
	*ret = (struct evidence_path){h->prefix, h->peer - 1, h->upstream, h->since_s, h->withdrawn};
	return true;
}

size_t evidence_slot(const struct evidence *e, uint32_t prefix, uint32_t peer)
{
	const struct heard *h = slot_of(e->slots, e->slot_count, prefix, peer);
	return h->peer ? (size_t)(h - e->slots) : SIZE_MAX;
}

uint64_t evidence_news(const struct evidence *e, uint32_t entity)
{
	return e->of[entity].news;
}

uint64_t evidence_news_all(const struct evidence *e)
{
	return e->news;
}

bool evidence_followed(const struct evidence *e, uint32_t entity)
{
	return e->of[entity].followed;
}

static void evidence_event_carry(struct carry *c, struct evidence_event *e)
{
	CARRY(c, e->time);
	CARRY(c, e->kind);
	CARRY(c, e->prefix);
	CARRY(c, e->peer);
	CARRY(c, e->asn);
	CARRY(c, e->other);
}
void evidence_carry(struct carry *c, struct evidence *e)
{
	size_t cap;
	for (size_t i = 0; i < e->entities->count; i++) {
		struct events *of = &e->of[i];
		carry_room(c, CARRY_ARRAY(of->at, of->n, of->capacity), 20);
		for (size_t k = 0; k < of->n; k++)
			evidence_event_carry(c, &of->at[k]);
		CARRY(c, of->news);
	}
	carry_list(c, CARRY_ARRAY(e->slots, e->slot_count, cap));
	CARRY(c, e->used);
	CARRY(c, e->baseline_done);
	CARRY(c, e->news);
	CARRY(c, e->baseline_prefixes);
}
