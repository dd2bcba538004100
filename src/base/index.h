// SPDX-License-Identifier: ISC
// A hash index: from the hash of something to its number in an array of its owner, who keeps the things themselves in the
// order in which they came and compares them. So going through all of them in that order is going through the array.
// A zeroed index is an empty one.
//
// DOC: form
// Open addressing with linear probing, at most half full. A slot holds number + 1 and 32 bits of the hash: nearly all
// that differ are told apart without a look at the owner's array, and growing asks nobody for a hash. Removal closes the
// gap, there are no tombstones. Numbers under equal hashes are found in the order in which they were added.
#pragma once

#include "base/attr.h"
#include "base/must.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NUMBERS_MAX (1u << 30) // of one index

struct index_slot {
	uint32_t held; // number + 1; 0: free
	uint32_t tag;  // of its hash
};

struct index {
	struct index_slot *slots; // a power of two, or null
	size_t slot_count, count;
};

// A walk over the numbers under one hash.
struct index_walk {
	size_t at;
	uint32_t tag;
};

static inline uint32_t index_tag(uint64_t hash)
{
	return (uint32_t)hash;
}

static inline struct index_walk index_begin(uint64_t hash)
{
	return (struct index_walk){index_tag(hash), index_tag(hash)};
}

// The next number under the walk's hash, or under one that looks the same: the owner compares. False: no more. The index
// must not change during a walk.
static inline bool index_next(const struct index *x, struct index_walk *walk, uint32_t *ret_number)
{
	if (UNLIKELY(!x->slot_count))
		return false;
	for (size_t mask = x->slot_count - 1;;) {
		const struct index_slot *slot = &x->slots[walk->at++ & mask];
		if (!slot->held)
			return false;
		if (slot->tag == walk->tag) {
			*ret_number = slot->held - 1;
			return true;
		}
	}
}

// Adds the number under the hash; that it is not there yet is the owner's care.
void index_add(struct index *x, uint64_t hash, uint32_t number);

// Takes the number, added under this hash, out. False: it is not there.
bool index_remove(struct index *x, uint64_t hash, uint32_t number);

// Room for so many numbers, so that a count known beforehand costs one allocation.
void index_reserve(struct index *x, size_t count);

// Forgets all numbers and keeps the memory; gives the memory back too.
void index_clear(struct index *x);
void index_free(struct index *x);
