// SPDX-License-Identifier: ISC
// Spans in which one kind of evidence saw nothing, and what all of them have in common.
#include "model/coverage.h"

#include "base/alloc.h"
#include "base/carry.h"

#include <stdlib.h>
#include <string.h>

static void coverage_add(struct coverage_of *of, struct instant from, struct instant to)
{
	if (to.ns <= from.ns)
		return;
	if (of->count == COVERAGE_SPANS_MAX) {
		of->count /= 2;
		memmove(of->unseen, of->unseen + COVERAGE_SPANS_MAX - of->count, of->count * sizeof(*of->unseen));
	}
	alloc_grow((void **)&of->unseen, of->count, &of->capacity, sizeof(*of->unseen));
	of->unseen[of->count++] = (struct coverage_span){from, to};
}

static bool coverage_begins(struct coverage_of *of, struct instant now)
{
	if (of->known)
		return false;
	of->known = true;
	of->first = of->last = now;
	return true;
}

void coverage_seen(struct coverage *c, enum coverage_kind kind, struct instant now, int64_t most_ns)
{
	struct coverage_of *of = &c->of[kind];
	of->most_ns = most_ns;
	if (coverage_begins(of, now) || now.ns <= of->last.ns)
		return;
	if (now.ns - of->last.ns > most_ns)
		coverage_add(of, of->last, now);
	of->last = now;
}

void coverage_stands(struct coverage *c, enum coverage_kind kind, struct instant now)
{
	struct coverage_of *of = &c->of[kind];
	if (!coverage_begins(of, now) && !of->holds)
		coverage_add(of, of->last, now);
	of->holds = true;
}

void coverage_lost(struct coverage *c, enum coverage_kind kind, struct instant since)
{
	struct coverage_of *of = &c->of[kind];
	if (!of->holds)
		return;
	of->holds = false;
	of->last = since.ns > of->first.ns ? since : of->first;
}

// All that one kind did not see from `begin` to `end`, in order; the caller's.
static size_t coverage_list(const struct coverage_of *of, struct instant begin, struct instant end,
			    struct coverage_span **ret)
{
	struct coverage_span *list = alloc_zero(of->count + 2, sizeof(*list));
	size_t n = 0;
	if (of->first.ns > begin.ns)
		list[n++] = (struct coverage_span){begin, of->first};
	for (size_t i = 0; i < of->count; i++)
		list[n++] = of->unseen[i];
	if (!of->holds && end.ns - of->last.ns > of->most_ns)
		list[n++] = (struct coverage_span){of->last, end};
	*ret = list;
	return n;
}

static size_t coverage_common(const struct coverage_span *a, size_t a_count, const struct coverage_span *b,
			      size_t b_count, struct coverage_span **ret)
{
	struct coverage_span *both = alloc_zero(a_count + b_count, sizeof(*both));
	size_t n = 0;
	for (size_t i = 0, k = 0; i < a_count && k < b_count;) {
		struct instant from = a[i].from.ns > b[k].from.ns ? a[i].from : b[k].from;
		struct instant to = a[i].to.ns < b[k].to.ns ? a[i].to : b[k].to;
		if (from.ns < to.ns)
			both[n++] = (struct coverage_span){from, to};
		if (a[i].to.ns < b[k].to.ns)
			i++;
		else
			k++;
	}
	*ret = both;
	return n;
}

static bool coverage_begin(const struct coverage *c, struct instant *ret)
{
	bool any = false;
	for (int kind = 0; kind < COVERAGE_KINDS; kind++) {
		const struct coverage_of *of = &c->of[kind];
		if (of->known && (!any || of->first.ns < ret->ns))
			*ret = of->first;
		any |= of->known;
	}
	return any;
}

size_t coverage_unseen(const struct coverage *c, struct instant end, int64_t least_ns, struct coverage_span **ret)
{
	struct coverage_span *all = NULL;
	struct instant begin = INSTANT_NONE;
	size_t n = 0, kept = 0;
	bool any = false;
	for (int kind = 0; coverage_begin(c, &begin) && kind < COVERAGE_KINDS; kind++) {
		struct coverage_span *one = NULL, *before = all;
		if (!c->of[kind].known)
			continue;
		size_t count = coverage_list(&c->of[kind], begin, end, &one);
		n = any ? coverage_common(before, n, one, count, &all) : count;
		if (any)
			free(one);
		else
			all = one;
		free(before);
		any = true;
	}
	for (size_t i = 0; i < n; i++)
		if (all[i].to.ns - all[i].from.ns > least_ns)
			all[kept++] = all[i];
	*ret = all;
	return kept;
}

void coverage_free(struct coverage *c)
{
	for (int kind = 0; kind < COVERAGE_KINDS; kind++)
		free(c->of[kind].unseen);
	*c = (struct coverage){0};
}

static void coverage_of_carry(struct carry *c, struct coverage_of *of)
{
	CARRY(c, of->known);
	CARRY(c, of->holds);
	CARRY(c, of->first);
	CARRY(c, of->last);
	CARRY(c, of->most_ns);
	carry_list(c, CARRY_ARRAY(of->unseen, of->count, of->capacity));
	carry_check(c, of->count <= COVERAGE_SPANS_MAX);
}

void coverage_carry(struct carry *c, struct coverage *x)
{
	for (int kind = 0; kind < COVERAGE_KINDS && carry_good(c); kind++)
		coverage_of_carry(c, &x->of[kind]);
}
