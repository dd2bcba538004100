// SPDX-License-Identifier: ISC
// Sustained recovery, shares of a class, and order with ties.
#include "incident/recovery.h"

#include "base/must.h"

#include <stdlib.h>

struct instant recovery_of(const struct recovery_check *checks, size_t count, struct instant after)
{
	must(checks || !count);
	for (size_t i = 0; i < count; i++) {
		if (!checks[i].good || (instant_known(after) && checks[i].time.ns <= after.ns))
			continue;
		size_t good = 0;
		for (size_t k = i; k < count && k < i + RECOVERY_LOOK; k++)
			good += checks[k].good;
		if (good >= RECOVERY_GOOD)
			return checks[i].time;
	}
	return INSTANT_NONE;
}

static int recovery_instant_compare(const void *a, const void *b)
{
	const struct instant *x = a, *y = b;
	if (instant_known(*x) != instant_known(*y))
		return instant_known(*x) ? -1 : 1; // unknown last
	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

static struct instant recovery_share_at(const struct instant *units, size_t count, size_t tenths)
{
	return count ? units[(tenths * count + 9) / 10 - 1] : INSTANT_NONE;
}

struct recovery recovery_class(struct instant *units, size_t count)
{
	struct recovery r = {.units = count};
	qsort(units, count, sizeof(*units), recovery_instant_compare);
	while (r.recovered < count && instant_known(units[r.recovered]))
		r.recovered++;
	r.t10 = recovery_share_at(units, count, 1);
	r.t50 = recovery_share_at(units, count, 5);
	r.t90 = recovery_share_at(units, count, 9);
	return r;
}

static int64_t recovery_low_of(const struct moment *m)
{
	return instant_known(m->from) && m->from.ns < m->best.ns ? m->from.ns : m->best.ns;
}

static int64_t recovery_high_of(const struct moment *m)
{
	return instant_known(m->to) && m->to.ns > m->best.ns ? m->to.ns : m->best.ns;
}

// Indices of the known moments by their best time (insertion: there are as many as there are signals).
static size_t recovery_order_sort(const struct moment *moments, size_t count, size_t *order)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		if (!instant_known(moments[i].best))
			continue;
		size_t k = n++;
		for (; k > 0 && moments[order[k - 1]].best.ns > moments[i].best.ns; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	return n;
}

size_t recovery_order(const struct moment *moments, size_t count, double margin_s, size_t *group, size_t *order)
{
	size_t n = recovery_order_sort(moments, count, order), groups = 0;
	double margin = margin_s * (double)NS_PER_S;
	for (size_t i = 0; i < count; i++)
		group[i] = ORDER_NONE;
	for (size_t i = 0; i < n; i++) {
		const struct moment *m = &moments[order[i]];
		size_t place = groups;
		for (size_t k = 0; k < i; k++) {
			const struct moment *earlier = &moments[order[k]];
			bool clear = (double)(m->best.ns - earlier->best.ns) > margin &&
				     recovery_low_of(m) > recovery_high_of(earlier);
			if (!clear && group[order[k]] < place)
				place = group[order[k]];
		}
		for (size_t k = 0; k < i; k++) // whatever lies between is as little ordered
			if (group[order[k]] > place)
				group[order[k]] = place;
		group[order[i]] = place;
		groups = place + 1;
	}
	return groups;
}
