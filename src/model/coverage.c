// SPDX-License-Identifier: ISC
// Spans in which one kind of evidence saw nothing, and what all of them have in common.
#include "model/coverage.h"

#include "base/alloc.h"
#include "base/carry.h"

#include <stdlib.h>
#include <string.h>

#define COVERAGE_ENDS 4 // pauses: what ends that much earlier than the rest was no longer looked at

// What is old is told less finely. Two pauses and what was seen between them become one pause: nobody is told that more was
// seen than was.
static void coverage_coarsen(struct coverage_of *of)
{
	size_t half = of->count / 2, pairs = half / 2;
	for (size_t i = 0; i < pairs; i++)
		of->unseen[i] = (struct coverage_span){of->unseen[2 * i].from, of->unseen[2 * i + 1].to};
	memmove(of->unseen + pairs, of->unseen + 2 * pairs, (of->count - 2 * pairs) * sizeof(*of->unseen));
	of->count -= pairs;
}

static void coverage_add(struct coverage_of *of, struct instant from, struct instant to)
{
	if (to.ns <= from.ns)
		return;
	if (of->count == COVERAGE_SPANS_MAX)
		coverage_coarsen(of);
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

void coverage_asked(struct coverage_of *of, struct instant now)
{
	coverage_begins(of, now);
}

void coverage_seen(struct coverage_of *of, struct instant now, int64_t most_ns)
{
	of->most_ns = most_ns;
	of->up = instant_known(of->up) ? of->up : now;
	if (coverage_begins(of, now) || now.ns <= of->last.ns)
		return;
	if (now.ns - of->last.ns > most_ns)
		coverage_add(of, of->last, now);
	of->last = now;
}

void coverage_stands(struct coverage *c, enum coverage_kind kind, struct instant now)
{
	struct coverage_of *of = &c->of[kind];
	of->up = instant_known(of->up) ? of->up : now;
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
	if (!of->holds &&
	    end.ns - of->last.ns > COVERAGE_ENDS * of->most_ns) // files that belong together end at different times
		list[n++] = (struct coverage_span){of->last, end};
	*ret = list;
	return n;
}

size_t coverage_unseen(const struct coverage_of *of, struct instant end, int64_t least_ns, struct coverage_span **ret)
{
	struct coverage_span *all = NULL;
	size_t kept = 0;
	size_t n = of->known ? coverage_list(of, of->first, end, &all) : 0;
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

void coverage_of_carry(struct carry *c, struct coverage_of *of)
{
	CARRY(c, of->known);
	CARRY(c, of->holds);
	CARRY(c, of->first);
	CARRY(c, of->last);
	CARRY(c, of->up);
	CARRY(c, of->most_ns);
	carry_list(c, CARRY_ARRAY(of->unseen, of->count, of->capacity));
	carry_check(c, of->count <= COVERAGE_SPANS_MAX);
}

void coverage_carry(struct carry *c, struct coverage *x)
{
	for (int kind = 0; kind < COVERAGE_KINDS && carry_good(c); kind++)
		coverage_of_carry(c, &x->of[kind]);
}
