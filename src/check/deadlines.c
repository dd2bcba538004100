// SPDX-License-Identifier: ISC
// A heap with places.
#include "check/deadlines.h"

#include "base/alloc.h"

static bool deadlines_before(const void *deadlines, const void *a, const void *b)
{
	(void)deadlines;
	return ((const struct deadline *)a)->at_ns < ((const struct deadline *)b)->at_ns;
}

static void deadlines_stands(void *deadlines, const void *item, size_t place)
{
	((struct deadlines *)deadlines)->place[((const struct deadline *)item)->slot] = (uint32_t)place + 1;
}

static const struct heap_kind deadlines_by_moment = {sizeof(struct deadline), deadlines_before, deadlines_stands};

void deadlines_create(struct deadlines *d, size_t slots)
{
	*d = (struct deadlines){.slots = slots};
	d->place = alloc_pages(slots * sizeof(*d->place));
}

void deadlines_free(struct deadlines *d)
{
	heap_free(&d->heap);
	if (d->place)
		alloc_pages_free(d->place, d->slots * sizeof(*d->place));
	*d = (struct deadlines){0};
}

void deadlines_set(struct deadlines *d, uint32_t slot, int64_t at_ns)
{
	must(slot < d->slots);
	struct deadline one = {at_ns, slot}, *held;
	if (!d->place[slot]) {
		heap_put(&d->heap, &deadlines_by_moment, d, &one);
		return;
	}
	held = heap_at(&d->heap, &deadlines_by_moment, d->place[slot] - 1);
	held->at_ns = at_ns;
	heap_settle(&d->heap, &deadlines_by_moment, d, d->place[slot] - 1);
}

void deadlines_drop(struct deadlines *d, uint32_t slot)
{
	must(slot < d->slots);
	if (!d->place[slot])
		return;
	heap_drop(&d->heap, &deadlines_by_moment, d, d->place[slot] - 1);
	d->place[slot] = 0;
}

static const struct deadline *deadlines_first(const struct deadlines *d)
{
	return d->heap.count ? heap_at(&d->heap, &deadlines_by_moment, 0) : NULL;
}

bool deadlines_next(const struct deadlines *d, int64_t *ret_at_ns)
{
	const struct deadline *first = deadlines_first(d);
	if (!first)
		return false;
	*ret_at_ns = first->at_ns;
	return true;
}

bool deadlines_take(struct deadlines *d, int64_t now_ns, uint32_t *ret_slot)
{
	const struct deadline *first = deadlines_first(d);
	if (!first || first->at_ns > now_ns)
		return false;
	uint32_t slot = first->slot;
	deadlines_drop(d, slot);
	*ret_slot = slot;
	return true;
}
