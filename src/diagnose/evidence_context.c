// SPDX-License-Identifier: ISC
// Clock, hours and duration. Their rates are from published labels.
#include "diagnose/evidence_priv.h"

#define HALF_HOUR_S   1800.0 // of the clock
#define VAGUE_LEAST_S 60.0   // bounds of how long it lasted count where they are so far apart,
#define VAGUE_SHARE   0.1    // and that much of it

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
	const struct moment *start = &n->story.start, *end = &n->story.end;
	bool over = n->story.state == INCIDENT_CLOSED;
	*ret_least = n->facts.lasted_s;
	*ret_most = over ? n->facts.lasted_s : INFINITY;
	if (!instant_known(start->best) || !over || !instant_known(end->best))
		return;
	double least = instant_gap_s(start->to, end->from), most = instant_gap_s(start->from, end->to);
	if (most - least < VAGUE_LEAST_S || most - least < VAGUE_SHARE * n->facts.lasted_s)
		return; // as sharp as such things are
	*ret_least = least;
	*ret_most = most;
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
