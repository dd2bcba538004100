// SPDX-License-Identifier: ISC
// A binary heap with places.
#include "check/deadlines.h"

#include "base/alloc.h"

void deadlines_create(struct deadlines *d, size_t slots)
{
	*d = (struct deadlines){.capacity = slots};
	d->heap = alloc_pages(slots * sizeof(*d->heap));
	d->place = alloc_pages(slots * sizeof(*d->place));
}

void deadlines_free(struct deadlines *d)
{
	if (d->heap)
		alloc_pages_free(d->heap, d->capacity * sizeof(*d->heap));
	if (d->place)
		alloc_pages_free(d->place, d->capacity * sizeof(*d->place));
	*d = (struct deadlines){0};
}

static void put(struct deadlines *d, size_t at, struct deadline one)
{
	d->heap[at] = one;
	d->place[one.slot] = (uint32_t)at + 1;
}

static void rise(struct deadlines *d, size_t at, struct deadline one)
{
	while (at && d->heap[(at - 1) / 2].at_ns > one.at_ns) {
		put(d, at, d->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(d, at, one);
}

static void sink(struct deadlines *d, size_t at, struct deadline one)
{
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= d->count)
			break;
		if (child + 1 < d->count && d->heap[child + 1].at_ns < d->heap[child].at_ns)
			child++;
		if (d->heap[child].at_ns >= one.at_ns)
			break;
		put(d, at, d->heap[child]);
		at = child;
	}
	put(d, at, one);
}

// `one` belongs somewhere near `at`, whose old content is void.
static void settle(struct deadlines *d, size_t at, struct deadline one)
{
	if (at && d->heap[(at - 1) / 2].at_ns > one.at_ns)
		rise(d, at, one);
	else
		sink(d, at, one);
}

void deadlines_set(struct deadlines *d, uint32_t slot, int64_t at_ns)
{
	size_t at = d->place[slot] ? d->place[slot] - 1 : d->count++;
	settle(d, at, (struct deadline){at_ns, slot});
}

void deadlines_drop(struct deadlines *d, uint32_t slot)
{
	if (!d->place[slot])
		return;
	size_t at = d->place[slot] - 1;
	struct deadline last = d->heap[--d->count];
	d->place[slot] = 0;
	if (at < d->count)
		settle(d, at, last);
}

bool deadlines_next(const struct deadlines *d, int64_t *ret_at_ns)
{
	if (!d->count)
		return false;
	*ret_at_ns = d->heap[0].at_ns;
	return true;
}

bool deadlines_take(struct deadlines *d, int64_t now_ns, uint32_t *ret_slot)
{
	if (!d->count || d->heap[0].at_ns > now_ns)
		return false;
	uint32_t slot = d->heap[0].slot;
	deadlines_drop(d, slot);
	*ret_slot = slot;
	return true;
}
