// SPDX-License-Identifier: ISC
// The routing signals: observations in, samples per entity out. Owns the table, the space counts and the evidence.
#pragma once

#include "model/batch.h"
#include "model/entity.h"
#include "model/sample.h"
#include "signal/blind.h"
#include "signal/evidence.h"
#include "signal/table.h"

struct carry; // base/carry.h

struct routes;

#define ROUTES_LOSSES_MAX 65536 // settlements kept in which a prefix became invisible; the oldest half goes first

struct routes_loss { // a settlement in which prefixes became invisible, of whatever entity
	struct instant time;
	uint32_t lost, visible; // so many of those that were visible
};

struct sample_sink {
	void (*take)(void *context, const struct sample *s);
	void *context;
};

// `entities` may be empty: then only the table is kept. All borrowed.
struct routes *routes_create(const struct peer_table *peers, const struct entity_list *entities,
			     const struct definition *definition, uint32_t full_floor, struct sample_sink out);
void routes_free(struct routes *r);

// Applies a batch; whenever the data's second moves on, everything up to there is settled and samples of the entities
// that changed come out, stamped with the time of the last observation before. 0 or ERR_FULL.
int routes_take(struct routes *r, const struct batch *b);
void routes_finish(struct routes *r); // settles what is left

struct instant routes_now(const struct routes *r); // time of the newest observation; unknown before the first
const struct table *routes_table(const struct routes *r);
const struct evidence *routes_evidence(const struct routes *r); // null without entities
const struct blind_list *routes_blind(const struct routes *r);
const struct space *routes_space(const struct routes *r); // null without entities
// Whether the prefix was visible once and is of the entity's space.
bool routes_belongs(const struct routes *r, uint32_t entity, uint32_t prefix_id);
const struct routes_loss *routes_losses(const struct routes *r,
					size_t *ret_n); // in order of time; none without entities
void routes_carry(struct carry *c, struct routes *r);	// into an empty one
