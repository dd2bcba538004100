// SPDX-License-Identifier: ISC
// A hash index.
#include "base/index.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 16

static void index_put(struct index *x, struct index_slot held)
{
	size_t mask = x->slot_count - 1, at = held.tag & mask;
	while (x->slots[at].held)
		at = (at + 1) & mask;
	x->slots[at] = held;
}

// Goes round from behind a free slot, so that a run of slots that wraps is taken from its beginning: equal hashes keep
// their order.
static void index_widen(struct index *x, size_t slot_count)
{
	struct index old = *x;
	size_t mask = old.slot_count - 1, free_at = 0;
	x->slots = alloc_zero(slot_count, sizeof(*x->slots));
	x->slot_count = slot_count;
	while (old.slot_count && old.slots[free_at].held)
		free_at++;
	for (size_t i = 1; i < old.slot_count; i++)
		if (old.slots[(free_at + i) & mask].held)
			index_put(x, old.slots[(free_at + i) & mask]);
	free(old.slots);
}

void index_reserve(struct index *x, size_t count)
{
	size_t slot_count = x->slot_count ? x->slot_count : SLOTS_FIRST;
	must(count <= INDEX_NUMBERS_MAX);
	while (slot_count / 2 < count)
		slot_count *= 2;
	if (slot_count > x->slot_count)
		index_widen(x, slot_count);
}

void index_add(struct index *x, uint64_t hash, uint32_t number)
{
	must(number < UINT32_MAX);
	if (UNLIKELY(x->count + 1 > x->slot_count / 2))
		index_reserve(x, x->count + 1);
	index_put(x, (struct index_slot){number + 1, index_tag(hash)});
	x->count++;
}

// Slots behind the gap move into it where that brings them no further than their own place.
static void index_close(struct index *x, size_t gap)
{
	size_t mask = x->slot_count - 1;
	for (size_t at = (gap + 1) & mask; x->slots[at].held; at = (at + 1) & mask) {
		size_t from_home = (at - x->slots[at].tag) & mask, from_gap = (at - gap) & mask;
		if (from_home < from_gap)
			continue;
		x->slots[gap] = x->slots[at];
		gap = at;
	}
	x->slots[gap] = (struct index_slot){0};
}

bool index_remove(struct index *x, uint64_t hash, uint32_t number)
{
	struct index_walk walk = index_begin(hash);
	uint32_t held;
	while (index_next(x, &walk, &held))
		if (held == number) {
			index_close(x, (walk.at - 1) & (x->slot_count - 1));
			x->count--;
			return true;
		}
	return false;
}

void index_clear(struct index *x)
{
	if (x->slot_count)
		memset(x->slots, 0, x->slot_count * sizeof(*x->slots));
	x->count = 0;
}

void index_free(struct index *x)
{
	free(x->slots);
	*x = (struct index){0};
}
