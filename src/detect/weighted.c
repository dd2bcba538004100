// SPDX-License-Identifier: ISC
// DOC: a median that follows
// The values stand in order, and a mark stands at the median with the weight of all before it. What comes or goes moves
// a few values by a place and the mark by as much as the weight demands, which is little where the usual value is usual.
#include "detect/weighted.h"

#include "base/alloc.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>

// Where the value is or belongs.
static size_t weighted_place(const struct weighted *w, uint64_t value)
{
	size_t low = 0, high = w->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (w->at[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void weighted_insert(struct weighted *w, size_t at, uint64_t value)
{
	alloc_grow((void **)&w->at, w->n, &w->capacity, sizeof(*w->at));
	memmove(w->at + at + 1, w->at + at, (w->n - at) * sizeof(*w->at));
	w->at[at] = (struct weighted_value){value, 0};
	w->middle += w->n && at <= w->middle;
	w->n++;
}

// It has no weight left, and none of it is counted as before the mark.
static void weighted_remove(struct weighted *w, size_t at)
{
	w->n--;
	memmove(w->at + at, w->at + at + 1, (w->n - at) * sizeof(*w->at));
	w->middle -= at < w->middle;
	if (w->middle < w->n || !w->middle)
		return;
	w->middle--; // the last one went
	w->before -= w->at[w->middle].weight;
}

void weighted_add(struct weighted *w, uint64_t value, int64_t weight)
{
	must(weight != 0);
	size_t at = weighted_place(w, value);
	if (at == w->n || w->at[at].value != value)
		weighted_insert(w, at, value);
	w->at[at].weight += weight;
	w->total += weight;
	if (at < w->middle)
		w->before += weight;
	if (!w->at[at].weight)
		weighted_remove(w, at);
}

bool weighted_median(struct weighted *w, uint64_t *ret_value)
{
	if (!w->n)
		return false;
	while (w->middle && w->before * 2 >= w->total)
		w->before -= w->at[--w->middle].weight;
	while (w->middle + 1 < w->n && (w->before + w->at[w->middle].weight) * 2 < w->total)
		w->before += w->at[w->middle++].weight;
	*ret_value = w->at[w->middle].value;
	return true;
}

void weighted_clear(struct weighted *w)
{
	w->n = w->middle = 0;
	w->before = w->total = 0;
}

void weighted_free(struct weighted *w)
{
	free(w->at);
	*w = (struct weighted){0};
}
