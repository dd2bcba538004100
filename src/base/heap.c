// SPDX-License-Identifier: ISC
// Memory of a heap.
#include "base/heap.h"

#include <stdlib.h>

void heap_reserve(struct heap *h, const struct heap_kind *kind, size_t capacity)
{
	must(kind->size > 0 && kind->size <= HEAP_ITEM_MAX);
	if (capacity <= h->capacity)
		return;
	h->items = alloc_resize(h->items, capacity, kind->size);
	h->capacity = capacity;
}

void heap_free(struct heap *h)
{
	free(h->items);
	*h = (struct heap){0};
}
