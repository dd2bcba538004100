// SPDX-License-Identifier: ISC
// From ranges that may overlap to disjoint ones.
//
// DOC: a sweep over the ranges by their first address, with a heap of those that have begun, the latest-said on top.
// The top owns the addresses from the sweep's position to its own end or to where a later-said range begins. A range
// that is already over when it comes to the top is dropped then. O(n log n); for disjoint input the heap holds one.
#include "base/alloc.h"
#include "base/heap.h"
#include "world/builder.h"

#include <stdlib.h>

static bool sweep_piece_before(const void *sweep, const void *a, const void *b)
{
	const struct piece *const *x = a, *const *y = b;
	(void)sweep;
	return (*x)->order > (*y)->order;
}

static const struct heap_kind sweep_latest_first = {.size = sizeof(const struct piece *), .before = sweep_piece_before};

static const struct piece *sweep_piece_top(const struct heap *h)
{
	return h->count ? *(const struct piece **)heap_at(h, &sweep_latest_first, 0) : NULL;
}

static void sweep_piece_emit(struct pieces *out, wide first, wide last, uint32_t value)
{
	if (value == 0)
		return;
	struct piece *before = out->count ? &out->items[out->count - 1] : NULL;
	if (before && before->value == value && before->last + 1 == first) {
		before->last = last;
		return;
	}
	alloc_grow((void **)&out->items, out->count, &out->capacity, sizeof(*out->items));
	out->items[out->count++] = (struct piece){.first = first, .last = last, .value = value};
}

static int sweep_piece_compare(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static struct piece *sweep_pieces_sorted(const struct pieces *in)
{
	struct piece *items = alloc_resize(NULL, in->count, sizeof(*items));
	bool sorted = true;
	for (size_t i = 0; i < in->count; i++) {
		items[i] = in->items[i];
		sorted = sorted && (i == 0 || items[i - 1].first <= items[i].first);
	}
	if (!sorted)
		qsort(items, in->count, sizeof(*items), sweep_piece_compare);
	return items;
}

void sweep_layer(const struct pieces *in, struct pieces *ret)
{
	struct piece *items = sweep_pieces_sorted(in);
	struct heap h = {0};
	size_t next = 0;
	wide at = 0;
	*ret = (struct pieces){0};
	for (;;) {
		const struct piece *top = sweep_piece_top(&h);
		if (top && top->last < at) {
			heap_drop(&h, &sweep_latest_first, NULL, 0);
			continue;
		}
		const struct piece *coming = next < in->count ? &items[next] : NULL;
		if (coming && (!top || coming->first <= top->last)) {
			if (top && coming->order > top->order && coming->first > at)
				sweep_piece_emit(ret, at, coming->first - 1, top->value);
			if (!top || coming->order > top->order)
				at = coming->first;
			heap_put(&h, &sweep_latest_first, NULL, &coming);
			next++;
			continue;
		}
		if (!top)
			break;
		sweep_piece_emit(ret, at, top->last, top->value);
		if (top->last == ~(wide)0)
			break; // nothing can follow, and at would wrap
		at = top->last + 1;
		heap_drop(&h, &sweep_latest_first, NULL, 0);
	}
	heap_free(&h);
	free(items);
}

static void sweep_span_emit(struct spans *out, struct world_span s)
{
	if (s.asn == 0 && s.country == 0)
		return;
	struct world_span *before = out->count ? &out->items[out->count - 1] : NULL;
	if (before && before->asn == s.asn && before->country == s.country && before->last + 1 == s.first) {
		before->last = s.last;
		return;
	}
	alloc_grow((void **)&out->items, out->count, &out->capacity, sizeof(*out->items));
	out->items[out->count++] = s;
}

// What a disjoint list says from `at` on, until *end inclusive (which is only ever lowered).
static uint32_t sweep_value_at(const struct pieces *list, size_t *next, wide at, wide *end)
{
	while (*next < list->count && list->items[*next].last < at)
		(*next)++;
	if (*next == list->count)
		return 0;
	const struct piece *p = &list->items[*next];
	wide until = p->first <= at ? p->last : p->first - 1;
	if (until < *end)
		*end = until;
	return p->first <= at ? p->value : 0;
}

void sweep_merge(const struct pieces *countries, const struct pieces *networks, struct spans *ret)
{
	size_t c = 0, n = 0;
	wide at = 0;
	*ret = (struct spans){0};
	for (;;) {
		wide end = ~(wide)0;
		uint32_t country = sweep_value_at(countries, &c, at, &end);
		uint32_t asn = sweep_value_at(networks, &n, at, &end);
		sweep_span_emit(ret, (struct world_span){at, end, asn, (uint16_t)country});
		if (end == ~(wide)0)
			return;
		at = end + 1;
	}
}
