// SPDX-License-Identifier: ISC
// Per collector a list of spans in order, none of which touch.
#include "signal/kept.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "model/peer.h"

#include <stdlib.h>
#include <string.h>

struct kept_list {
	struct kept_span *at;
	size_t count, capacity;
	bool refuted;
};

struct kept {
	struct kept_list of[COLLECTORS_MAX];
};

struct kept *kept_create(void)
{
	return alloc_zero(1, sizeof(struct kept));
}

void kept_free(struct kept *k)
{
	for (size_t i = 0; k && i < COLLECTORS_MAX; i++)
		free(k->of[i].at);
	free(k);
}

// The first span that ends at or after t.
static size_t kept_place(const struct kept_list *l, struct instant t)
{
	size_t low = 0, high = l->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (l->at[middle].to.ns < t.ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void kept_add(struct kept *k, uint16_t collector, struct instant from, struct instant to)
{
	struct kept_list *l = &k->of[collector];
	size_t first = kept_place(l, from), end = first;
	if (l->refuted || l->count == KEPT_SPANS_MAX || to.ns < from.ns)
		return;
	for (; end < l->count && l->at[end].from.ns <= to.ns; end++) {
		from = l->at[end].from.ns < from.ns ? l->at[end].from : from;
		to = l->at[end].to.ns > to.ns ? l->at[end].to : to;
	}
	if (end == first) {
		alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
		memmove(l->at + first + 1, l->at + first, (l->count - first) * sizeof(*l->at));
		l->count++;
	} else {
		memmove(l->at + first + 1, l->at + end, (l->count - end) * sizeof(*l->at));
		l->count -= end - first - 1;
	}
	l->at[first] = (struct kept_span){from, to};
}

void kept_refute(struct kept *k, uint16_t collector)
{
	k->of[collector].count = 0;
	k->of[collector].refuted = true;
}

bool kept_known(const struct kept *k, uint16_t collector)
{
	return k->of[collector].count > 0;
}

static int64_t kept_hole(int64_t from, int64_t to, struct kept_span *ret)
{
	if (to <= from)
		return 0;
	if (!instant_known(ret->from))
		ret->from = instant_of_ns(from);
	ret->to = instant_of_ns(to);
	return to - from;
}

int64_t kept_missing_ns(const struct kept *k, uint16_t collector, const struct kept_span *of, struct kept_span *ret)
{
	const struct kept_list *l = &k->of[collector];
	struct kept_span found = {INSTANT_NONE, INSTANT_NONE};
	int64_t missing = 0, at = of->from.ns;
	for (size_t i = l->count ? kept_place(l, of->from) : 0; i < l->count && at < of->to.ns; i++) {
		const struct kept_span *s = &l->at[i];
		missing += kept_hole(at, s->from.ns < of->to.ns ? s->from.ns : of->to.ns, &found);
		at = s->to.ns > at ? s->to.ns : at;
	}
	if (l->count)
		missing += kept_hole(at, of->to.ns, &found);
	if (missing)
		*ret = found;
	return missing;
}

static void kept_list_carry(struct carry *c, struct kept_list *l)
{
	CARRY(c, l->refuted);
	carry_list(c, CARRY_ARRAY(l->at, l->count, l->capacity));
	carry_check(c, l->count <= KEPT_SPANS_MAX);
	for (size_t i = 0; i < l->count && carry_loads(c) && carry_good(c); i++)
		carry_check(c, l->at[i].from.ns <= l->at[i].to.ns && (!i || l->at[i - 1].to.ns < l->at[i].from.ns));
}

void kept_carry(struct carry *c, struct kept *k)
{
	for (size_t i = 0; i < COLLECTORS_MAX && carry_good(c); i++)
		kept_list_carry(c, &k->of[i]);
}
