// SPDX-License-Identifier: ISC
// Sources are merged by time, so that nearly all probes come in order and the others are late by a few places. Where stamps are whole
// seconds, all that were asked in one second may come in any order: moving each to its place would cost the square of their number,
// one sort when the order is needed does not.
#include "signal/waiting.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_NEAR   8	     // a probe late by no more goes to its place at once
#define CAPACITY_KEPT 65536u // 1 MB; more is given back with its interval

_Static_assert(sizeof(struct waiting) == 16, "memory per target");
_Static_assert(TARGETS_MAX <= WAITING_TARGET + 1 && OBSERVERS_MAX <= WAITING_OBSERVER + 1, "fit their fields");
_Static_assert(PROBE_OUTCOME_COUNT <= WAITING_OUTCOME + 1, "fits its field");

static int waiting_text_compare(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

// Order of two probes of one time, by what they say.
static int waiting_said_compare(const struct target_table *targets, const struct waiting *a, const struct waiting *b)
{
	const struct target *x = target_at(targets, a->target), *y = target_at(targets, b->target);
	int order = a->target == b->target ? 0 : memcmp(&x->address, &y->address, sizeof(x->address));
	if (!order)
		order = (int)x->op - (int)y->op;
	if (!order)
		order = waiting_text_compare(x->name, y->name);
	if (!order && a->observer != b->observer)
		order = waiting_text_compare(observer_at(targets, a->observer)->id,
					     observer_at(targets, b->observer)->id);
	if (!order)
		order = (int)a->outcome - (int)b->outcome;
	return order ? order : (int)a->rtt_us - (int)b->rtt_us;
}

static int waiting_compare(const void *a, const void *b, void *targets)
{
	const struct waiting *x = a, *y = b;
	const struct target_table *const *held = targets;
	return x->t != y->t ? numbers_order(x->t, y->t) : waiting_said_compare(*held, x, y);
}

static bool waiting_before(const struct target_table *targets, const struct waiting *a, const struct waiting *b)
{
	return a->t != b->t ? a->t < b->t : waiting_said_compare(targets, a, b) < 0;
}

void waiting_add(struct waiting_list *l, const struct target_table *targets, const struct waiting *w)
{
	must(l && targets && w);
	alloc_grow((void **)&l->items, l->count, &l->capacity, sizeof(*l->items));
	l->oldest = l->count && l->oldest < w->t ? l->oldest : w->t;
	size_t at = l->count++, least = at > PLACES_NEAR ? at - PLACES_NEAR : 0;
	while (!l->unordered && at > least && waiting_before(targets, w, &l->items[at - 1]))
		at--;
	if (at == least && at && !l->unordered && waiting_before(targets, w, &l->items[at - 1])) {
		l->unordered = true;
		at = l->count - 1;
	}
	memmove(&l->items[at + 1], &l->items[at], (l->count - 1 - at) * sizeof(*l->items));
	l->items[at] = *w;
}

void waiting_order(struct waiting_list *l, const struct target_table *targets)
{
	if (l->unordered)
		qsort_r(l->items, l->count, sizeof(*l->items), waiting_compare, &targets);
	l->unordered = false;
}

void waiting_clear(struct waiting_list *l)
{
	l->count = 0;
	l->unordered = false;
	if (l->capacity > CAPACITY_KEPT)
		waiting_free(l);
}

void waiting_free(struct waiting_list *l)
{
	free(l->items);
	*l = (struct waiting_list){0};
}
