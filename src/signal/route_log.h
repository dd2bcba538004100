// SPDX-License-Identifier: ISC
// What the routes of a watched entity did besides being visible or not: which upstream's routes left first, how much
// paths changed before, more-specific prefixes and origins that were not there before.
#pragma once

#include "model/obs.h"
#include "model/routing.h"
#include "signal/space.h"
#include "signal/table.h"

struct carry; // base/carry.h

// An event goes when it is older than this, unless it is held; and the oldest half of an entity's when there are too many
// of them, which is counted.
#define ROUTE_LOG_EVENTS_MAX (1u << 20) // per entity: 32 MB

struct route_log;

struct route_log *route_log_create(const struct decisions *decisions, const struct entity_list *entities,
				   struct space *space, const struct table *table);
void route_log_free(struct route_log *e);

// One applied route change; `set` the entities it belongs to (space.h).
void route_log_words(struct route_log *e, const uint32_t *words); // of the batch whose observations come next; borrowed
void route_log_route(struct route_log *e, const struct obs *o, uint32_t prefix_id, bool first_sight, uint16_t set);

// Asks the processor to fetch what route_log_route of this prefix will touch; twice, `step` 0 and 1.
void route_log_prefetch(const struct route_log *e, uint32_t prefix, int step);

// A prefix became visible, `first`: for the first time, or stopped being so.
struct route_log_sight {
	struct instant time;
	uint32_t prefix;
	bool visible, first;
};
void route_log_sight(struct route_log *e, const struct route_log_sight *sight, uint16_t set);

// Origins and prefixes seen from now on are news; before, they are the baseline.
void route_log_baseline_done(struct route_log *e);

const struct route_log_event *route_log_events(const struct route_log *e, uint32_t entity, size_t *ret_n);
// How many events of kinds MORE_SPECIFIC and NEW_ORIGIN there were so far: of one entity, of all together.
uint64_t route_log_news(const struct route_log *e, uint32_t entity);
uint64_t route_log_news_all(const struct route_log *e);
// Events since `from` stay however old they get: an incident that began then is open. Unknown: none is.
void route_log_hold(struct route_log *e, uint32_t entity, struct instant from);
// Forgets what paths did before that time (withdrawn, changed, returned): no incident that is open or yet to come asks.
// They are nearly all of the events; what prefixes and origins did stays until the horizon.
void route_log_retire_paths(struct route_log *e, uint32_t entity, struct instant before);
uint64_t route_log_lost(const struct route_log *e); // events that went before their time, of all entities
bool route_log_followed(const struct route_log *e, uint32_t entity); // false: no events are kept of it

// How many peers ever announced the prefix; 0 where no entity that is followed has it.
size_t route_log_pairs(const struct route_log *e, uint32_t prefix);
// One of them, `at` below route_log_pairs, by peer in rising order. Places are good until the next route.
struct route_log_path route_log_pair(const struct route_log *e, uint32_t prefix, size_t at);
size_t route_log_pair_of(const struct route_log *e, uint32_t prefix,
			 uint32_t peer); // its place; SIZE_MAX: never heard of
// Entities of which `begins` (by entity) says so are followed from `now` on, though the table has had this prefix of the set for
// longer: who has a route to it is known, which one is not, so that what they announce next is no news.
void route_log_begin(struct route_log *e, uint32_t prefix, uint16_t set, const bool *begins, struct instant now);
void route_log_carry(struct carry *c, struct route_log *e); // into an empty one
