// SPDX-License-Identifier: ISC
// Clock, hours and duration. Their rates are from published labels.
#include "diagnose/evidence_priv.h"

#define HALF_HOUR_S 1800.0 // of the clock

struct finding look_half_hour(const struct incident *n, const struct decisions *d)
{
	const struct facts *f = &n->facts;
	if (!(f->clock_width_s <= limit(d, JUDGE_CLOCK_COARSE_S)) ||
	    !(f->lasted_s >= limit(d, JUDGE_PUBLISHED_LEAST_S)))
		return finding_unknown();
	double within = fmax(limit(d, JUDGE_CLOCK_WITHIN_S), f->clock_width_s / 2);
	struct finding found = finding(f->to_half_hour_s <= within, true, f->to_half_hour_s, NAN);
	found.strength = 1 - fmin(1, 2 * within / HALF_HOUR_S);
	return found;
}

struct finding look_night(const struct incident *n, const struct decisions *d)
{
	double hour = n->facts.local_hour, until = limit(d, JUDGE_NIGHT_UNTIL_H);
	return finding(hour < until, hour >= until, hour, NAN);
}

// How long it lasted at least and at most: a start or an end in a gap may lie anywhere in it. What is not over has no most.
static void evidence_context_lasted_bounds(const struct incident *n, double *ret_least, double *ret_most)
{
	const struct story *s = &n->story;
	bool over = n->story.state == INCIDENT_CLOSED && instant_known(s->end.best);
	double late = instant_gap_s(s->start.best, s->start.to);
	*ret_least = over ? instant_gap_s(s->start.to, s->end.from) : n->facts.lasted_s - late;
	*ret_most = over ? instant_gap_s(s->start.from, s->end.to) : INFINITY;
}

struct finding look_short(const struct incident *n, const struct decisions *d)
{
	double lasted = n->facts.lasted_s, least, most;
	if (!(lasted >= limit(d, JUDGE_PUBLISHED_LEAST_S)))
		return finding_unknown();
	evidence_context_lasted_bounds(n, &least, &most);
	return finding(most <= limit(d, JUDGE_SHORT_S), least > limit(d, JUDGE_SHORT_S), lasted, NAN);
}

struct finding look_hours(const struct incident *n, const struct decisions *d)
{
	double lasted = n->facts.lasted_s, least, most;
	if (!(lasted >= limit(d, JUDGE_PUBLISHED_LEAST_S)))
		return finding_unknown();
	evidence_context_lasted_bounds(n, &least, &most);
	return finding(least >= limit(d, JUDGE_HOURS_S), most < limit(d, JUDGE_HOURS_S), lasted, NAN);
}
