// SPDX-License-Identifier: ISC
// Blocks of an entity that are believed down, as a share of those that can be judged: opens where the level detector
// would, with the onset of the blocks themselves. Pure.
#pragma once

#include "detect/level.h"

struct carry; // base/carry.h

struct share_block { // a block whose belief changed, and what all blocks of the entity are now
	bool down;
	struct instant last_ok, first_fail; // around its failure
	struct instant decided;
	uint64_t blocks_up, blocks_down; // up: or not certainly down
};

struct share;

// `decisions`: of the run, borrowed; null: the table's.
struct share *share_create(const struct decisions *decisions, uint32_t entity, struct detection_sink out);
void share_free(struct share *s);
void share_take(struct share *s, const struct share_block *b);
void share_now(struct share *s);		    // tells once more of what is open, as it stands; changes nothing
void share_carry(struct carry *c, struct share *s); // all but what it was created with
