// SPDX-License-Identifier: ISC
// What the routes of a watched entity did besides being visible or not: which upstream's routes left first, how much
// paths changed before, more-specific prefixes and origins that were not there before.
#pragma once

#include "model/obs.h"
#include "signal/space.h"
#include "signal/table.h"

struct carry; // base/carry.h

#define EVIDENCE_EVENTS_MAX  65536   // kept per entity; the oldest half goes first
#define EVIDENCE_ROUTES_MAX  1000000 // (prefix, peer) pairs whose path is remembered
#define EVIDENCE_WATCHED_MAX 64	     // entities followed in such detail

enum evidence_kind {
	EVIDENCE_WITHDRAWN,	// asn: the upstream (AS next to the origin) of the route that left
	EVIDENCE_PATH_CHANGED,	// asn: the new upstream, other: the one before
	EVIDENCE_MORE_SPECIFIC, // a new prefix inside one of another origin; asn: its origin, other: the covering origin
	EVIDENCE_NEW_ORIGIN,	// a prefix announced by another origin; asn: the new one, other: the old one
	EVIDENCE_RETURNED,	// a route that had left is back; asn: its upstream now
	EVIDENCE_INVISIBLE,	// stopped being visible, at the settlement `time`; asn: its origin; no peer
	EVIDENCE_VISIBLE,	// became visible; not told of the first time during the baseline
};

struct evidence_event {
	struct instant time;
	uint8_t kind;
	uint32_t prefix; // dictionary id
	uint32_t peer;
	uint32_t asn, other;
};

struct evidence_path { // of one (prefix, peer) pair: the route last heard, withdrawn since or not
	uint32_t prefix, peer;
	uint32_t upstream; // 0: the peer is the origin's own neighbour, or the path was not told
	int64_t since_s;   // second in which the pair was first heard of
	bool withdrawn;
};

struct evidence;

struct evidence *evidence_create(const struct entity_list *entities, struct space *space, const struct table *table);
void evidence_free(struct evidence *e);

// One applied route change; `set` the entities it belongs to (space.h).
void evidence_words(struct evidence *e, const uint32_t *words); // of the batch whose observations come next; borrowed
void evidence_route(struct evidence *e, const struct obs *o, uint32_t prefix_id, bool first_sight, uint16_t set);

// A prefix became visible, `first`: for the first time, or stopped being so.
struct evidence_sight {
	struct instant time;
	uint32_t prefix;
	bool visible, first;
};
void evidence_sight(struct evidence *e, const struct evidence_sight *sight, uint16_t set);

// Origins and prefixes seen from now on are news; before, they are the baseline.
void evidence_baseline_done(struct evidence *e);

const struct evidence_event *evidence_events(const struct evidence *e, uint32_t entity, size_t *ret_n);
// How many events of kinds MORE_SPECIFIC and NEW_ORIGIN there were so far: of one entity, of all together.
uint64_t evidence_news(const struct evidence *e, uint32_t entity);
uint64_t evidence_news_all(const struct evidence *e);
bool evidence_followed(const struct evidence *e, uint32_t entity); // false: no events are kept of it

// The pairs of all entities that are followed lie in slots, some of them empty. A slot is good until the next route.
size_t evidence_slots(const struct evidence *e);
bool evidence_path(const struct evidence *e, size_t slot, struct evidence_path *ret); // false: empty
size_t evidence_slot(const struct evidence *e, uint32_t prefix, uint32_t peer);	      // SIZE_MAX: never heard of
void evidence_carry(struct carry *c, struct evidence *e);			      // into an empty one
