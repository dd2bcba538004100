// SPDX-License-Identifier: ISC
// What the list of incidents says of each of them: what came before it of the same entity, and at which times.
#include "facts/facts_priv.h"

#include "base/alloc.h"
#include "base/must.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400.0 // the calendar

bool facts_short_loss(const struct decisions *v, const struct detection *one, const struct moment *start)
{
	bool kind = one->signal == SIGNAL_LOSS || one->signal == SIGNAL_LATENCY || one->signal == SIGNAL_TIMEOUTS;
	return kind && instant_known(one->end.best) && one->end.best.ns < start->from.ns &&
	       instant_gap_s(one->end.best, start->from) <= facts_value(v, FACTS_SHORT_DAYS) * DAY_S;
}

struct facts_stretch facts_stretch_of(const struct detection *one)
{
	return (struct facts_stretch){one->start.best.ns, one->end.best.ns};
}

static int past_by_begin(const void *a, const void *b)
{
	const struct facts_stretch *x = a, *y = b;
	return (x->from > y->from) - (x->from < y->from);
}

size_t facts_stretches(struct facts_stretch *all, size_t count, int64_t apart_ns)
{
	must(all || !count);
	size_t found = 0;
	int64_t reach = INT64_MIN;
	if (count)
		qsort(all, count, sizeof(*all), past_by_begin);
	for (size_t i = 0; i < count; i++) {
		found += !found || all[i].from > reach;
		reach = all[i].to + apart_ns > reach ? all[i].to + apart_ns : reach;
	}
	return found;
}

static bool past_lost_before(const struct decisions *v, const struct incident *one, const struct incident *n)
{
	for (size_t i = 0; i < one->story.signal_count; i++)
		if (facts_short_loss(v, &one->story.signals[i], &n->story.start))
			return true;
	return false;
}

static bool past_outage(const struct incident *n)
{
	return n->story.scope != SCOPE_SERVICE && instant_known(n->story.start.best);
}

static bool past_same_clock(const struct decisions *v, double before_s)
{
	static const int days[] = {1, 2, 3, 4, 7};
	for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++)
		if (fabs(before_s - days[i] * DAY_S) <= facts_value(v, FACTS_CLOCK_WITHIN_S))
			return true;
	return false;
}

// How many starts before incident `which`, it included, have the same gap between them.
static double past_even_starts(const struct decisions *v, const struct incident_list *l, size_t which)
{
	const struct incident *n = &l->at[which];
	struct instant later = n->story.start.best;
	double gap = NAN, even = 1, slack = isnan(n->facts.width_s) ? 0 : 2 * n->facts.width_s;
	for (size_t i = which; i-- > 0;) {
		const struct incident *one = &l->at[i];
		if (one->story.entity != n->story.entity || !past_outage(one))
			continue;
		double own = instant_gap_s(one->story.start.best, later);
		if (!isnan(gap) &&
		    fabs(own - gap) > fmax(slack + n->facts.clock_width_s, facts_value(v, FACTS_EVEN_WITHIN) * gap))
			break;
		gap = isnan(gap) ? own : gap;
		later = one->story.start.best;
		even++;
	}
	return even >= facts_value(v, FACTS_EVEN_LEAST) ? even : 1;
}

struct facts_past facts_past(const struct decisions *v, const struct incident_list *l, size_t which,
			     struct instant watched_since)
{
	const struct incident *n = &l->at[which];
	struct facts_past p = {.watched_s = NAN};
	double short_losses = isnan(n->facts.short_losses) ? 0 : n->facts.short_losses, incidents = 0;
	if (instant_known(watched_since))
		p.watched_s = instant_gap_s(watched_since, n->story.start.best);
	for (size_t i = 0; i < which; i++) {
		const struct incident *one = &l->at[i];
		if (one->story.entity != n->story.entity || !instant_known(one->story.start.best))
			continue;
		double before_s = instant_gap_s(one->story.start.best, n->story.start.best);
		incidents += past_lost_before(v, one, n);
		p.outages_10d += past_outage(one) && before_s <= facts_value(v, FACTS_OUTAGE_DAYS) * DAY_S;
		p.same_clock += past_outage(one) && past_same_clock(v, before_s);
	}
	p.short_losses = fmax(short_losses, incidents);
	p.even_spacing = past_outage(n) ? past_even_starts(v, l, which) : 1;
	return p;
}
