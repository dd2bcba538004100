// SPDX-License-Identifier: ISC
// When the next of many checks runs out of time: a heap of (moment, slot) that knows where each slot stands, so that any of
// them can be moved or dropped. Moments that come in order, the usual case, are added without a swap.
#pragma once

#include "base/attr.h"
#include "base/heap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadline {
	int64_t at_ns;
	uint32_t slot;
};

struct deadlines {
	struct heap heap; // struct deadline
	uint32_t *place;  // by slot: 1 + its place in the heap; 0 not there
	size_t slots;
};

void deadlines_create(struct deadlines *d, size_t slots); // slots 0 to slots - 1
void deadlines_free(struct deadlines *d);
void deadlines_set(struct deadlines *d, uint32_t slot, int64_t at_ns); // adds or moves
void deadlines_drop(struct deadlines *d, uint32_t slot);	       // nothing when it is not there
bool deadlines_next(const struct deadlines *d, int64_t *ret_at_ns);
// Takes one that is due at now_ns or before out.
bool deadlines_take(struct deadlines *d, int64_t now_ns, uint32_t *ret_slot);
