// SPDX-License-Identifier: ISC
// The routing signals: observations in, samples per entity out. Owns the table, the space counts and the evidence.
#pragma once

#include "model/batch.h"
#include "model/entity.h"
#include "model/routing_view.h"
#include "model/sample.h"
#include "signal/blind.h"
#include "signal/route_log.h"
#include "signal/table.h"

struct carry; // base/carry.h

struct routes;

struct sample_sink {
	void (*take)(void *context, const struct sample *s);
	void *context;
};

// `entities` may be empty: then only the table is kept. All borrowed.
struct routes *routes_create(const struct peer_table *peers, const struct entity_list *entities,
			     const struct visibility *by, struct sample_sink out);
void routes_free(struct routes *r);

// Applies a batch; whenever the data's second moves on, everything up to there is settled and samples of the entities
// that changed come out, stamped with the time of the last observation before. 0 or ERR_FULL.
int routes_take(struct routes *r, const struct batch *b);
void routes_finish(struct routes *r);	// settles what is left
#define ROUTES_QUIET_NS (10 * NS_PER_S) // without a word for so long, time alone is told

// Time went on to `now` without anything from the collectors: what is not settled is, and who has been silent for too long
// leaves the denominator.
void routes_tick(struct routes *r, struct instant now);

struct instant routes_now(const struct routes *r); // time of the newest observation; unknown before the first
const struct table *routes_table(const struct routes *r);
// What facts and incidents are made of; good as long as `r` is.
struct routing routes_routing(const struct routes *r);
const struct route_log *routes_route_log(const struct routes *r); // null without entities
const struct blind_list *routes_blind(const struct routes *r);
const struct space *routes_space(const struct routes *r); // null without entities
// The prefixes of the entity's space that were visible once, ids in rising order. Borrowed until the next batch.
const uint32_t *routes_own(const struct routes *r, uint32_t entity, size_t *ret_n);
const struct routes_loss *routes_losses(const struct routes *r,
					size_t *ret_n); // in order of time; none without entities

// What is still asked of an entity: every event since `from` (the beginning of an incident that is open, less what is
// looked at before it; unknown: none is open), and what paths did since `paths_from`. The rest of its past may go.
void routes_hold(struct routes *r, uint32_t entity, struct instant from, struct instant paths_from);

struct routes_limits { // what was left out because a limit was reached; all 0 unless the world is far larger than usual
	uint64_t events; // route events of an entity, more than EVIDENCE_EVENTS_MAX within the horizon
	uint64_t sets;	 // prefixes and blocks of more different sets of entities than SPACE_SETS_MAX
	uint64_t spans;	 // times at which a collector was blind: the oldest went
};
struct routes_limits routes_limits(const struct routes *r);
// After a state was carried in: the entities of which `begins` (by entity) says so were not in it. They begin with what the table
// knows, which is told as samples at once.
void routes_begin(struct routes *r, const bool *begins);
void routes_carry(struct carry *c, struct routes *r); // into an empty one
