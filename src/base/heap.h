// SPDX-License-Identifier: ISC
// A binary heap of items of one size, in one array: what comes first is at place 0. Its owner says how items compare
// and, where it wants to move or drop items later, is told where each stands.
//
// DOC: kinds
// A `struct heap_kind` is a static constant at the caller; the functions are always expanded where they are called, so
// that the comparison is no call through a pointer. An item has at most HEAP_ITEM_MAX bytes and is moved by memcpy.
// Which of equal items comes first is not said: an owner that cares compares a number of its own last.
#pragma once

#include "base/alloc.h"
#include "base/attr.h"
#include "base/must.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define HEAP_ITEM_MAX 64
#define HEAP_INLINE   __attribute__((always_inline)) static inline

struct heap {
	uint8_t *items;
	size_t count, capacity;
};

struct heap_kind {
	size_t size; // of an item, in bytes
	// Whether a comes before b; a strict order.
	bool (*before)(const void *owner, const void *a, const void *b);
	// The item stands at `place` from now on. May be null.
	void (*stands)(void *owner, const void *item, size_t place);
};

// The item at a place below h->count; borrowed until the next change. What is written to it is followed by heap_settle().
HEAP_INLINE void *heap_at(const struct heap *h, const struct heap_kind *kind, size_t place)
{
	return h->items + place * kind->size;
}

// Room for `capacity` items in all, so that a number known beforehand costs one allocation.
void heap_reserve(struct heap *h, const struct heap_kind *kind, size_t capacity);

// Gives the memory back; the heap is empty then and can be used again.
void heap_free(struct heap *h);

HEAP_INLINE void heap_place(struct heap *h, const struct heap_kind *kind, void *owner, size_t place, const void *item)
{
	void *at = heap_at(h, kind, place);
	memcpy(at, item, kind->size);
	if (kind->stands)
		kind->stands(owner, at, place);
}

// `item`, which is outside the heap, goes to the hole at `place` or above it.
HEAP_INLINE void heap_rise(struct heap *h, const struct heap_kind *kind, void *owner, size_t place, const void *item)
{
	while (place && kind->before(owner, item, heap_at(h, kind, (place - 1) / 2))) {
		heap_place(h, kind, owner, place, heap_at(h, kind, (place - 1) / 2));
		place = (place - 1) / 2;
	}
	heap_place(h, kind, owner, place, item);
}

// `item`, which is outside the heap, goes to the hole at `place` or below it.
HEAP_INLINE void heap_sink(struct heap *h, const struct heap_kind *kind, void *owner, size_t place, const void *item)
{
	for (;;) {
		size_t child = 2 * place + 1;
		if (child >= h->count)
			break;
		if (child + 1 < h->count && kind->before(owner, heap_at(h, kind, child + 1), heap_at(h, kind, child)))
			child++;
		if (!kind->before(owner, heap_at(h, kind, child), item))
			break;
		heap_place(h, kind, owner, place, heap_at(h, kind, child));
		place = child;
	}
	heap_place(h, kind, owner, place, item);
}

// The item at `place` was changed: it moves to where it belongs now.
HEAP_INLINE void heap_settle(struct heap *h, const struct heap_kind *kind, void *owner, size_t place)
{
	_Alignas(16) uint8_t item[HEAP_ITEM_MAX];
	must(place < h->count && kind->size <= HEAP_ITEM_MAX);
	memcpy(item, heap_at(h, kind, place), kind->size);
	if (place && kind->before(owner, item, heap_at(h, kind, (place - 1) / 2)))
		heap_rise(h, kind, owner, place, item);
	else
		heap_sink(h, kind, owner, place, item);
}

// Adds a copy of the item.
HEAP_INLINE void heap_put(struct heap *h, const struct heap_kind *kind, void *owner, const void *item)
{
	if (UNLIKELY(h->count == h->capacity))
		heap_reserve(h, kind, h->capacity ? 2 * h->capacity : 16);
	heap_rise(h, kind, owner, h->count++, item);
}

// Drops the item at `place`. Its owner is not told of it.
HEAP_INLINE void heap_drop(struct heap *h, const struct heap_kind *kind, void *owner, size_t place)
{
	_Alignas(16) uint8_t last[HEAP_ITEM_MAX];
	must(place < h->count && kind->size <= HEAP_ITEM_MAX);
	memcpy(last, heap_at(h, kind, --h->count), kind->size);
	if (place == h->count)
		return;
	if (place && kind->before(owner, last, heap_at(h, kind, (place - 1) / 2)))
		heap_rise(h, kind, owner, place, last);
	else
		heap_sink(h, kind, owner, place, last);
}

// Takes the first item out. The heap must not be empty.
HEAP_INLINE void heap_take(struct heap *h, const struct heap_kind *kind, void *owner, void *ret_item)
{
	must(h->count > 0);
	memcpy(ret_item, h->items, kind->size);
	heap_drop(h, kind, owner, 0);
}
