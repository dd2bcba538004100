// SPDX-License-Identifier: ISC
// Batches by dice: everything that a decoder could say, announced before it is used.
#pragma once

#include "../unit/unit.h"

#include "model/batch.h"

struct random_batch {
	uint64_t random;
	uint32_t announced[NAME_KIND_COUNT]; // so many numbers of each kind were announced
	struct batch_room room;
};

// The next batch of the stream; borrowed until the next call.
struct batch random_batch_next(struct random_batch *r);
void random_batch_end(struct random_batch *r);

// The same observations, paths, names and texts, whatever lies where.
bool batch_same(const struct batch *a, const struct batch *b);
