// SPDX-License-Identifier: ISC
// DOC: the curve of a fall. Depth is measured from all to the lowest level that three points share. An order falls to a flat floor; what
// runs out of batteries goes down in steps or decays; what is repaired place by place returns in steps.
#include "facts/facts_priv.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDING 1e-9 // shares are quotients

struct facts_curve_shape {
	const struct decisions *v;
	const struct curve_point *at;
	size_t count;
	double floor, depth;
};

static double curve_floor_of(const struct decisions *v, const struct curve_point *p, size_t count)
{
	size_t points = (size_t)facts_value(v, FACTS_FLOOR_POINTS);
	double lowest = INFINITY;
	for (size_t i = 0; i + points <= count; i++) {
		double most = 0;
		for (size_t k = i; k < i + points; k++)
			most = fmax(most, p[k].share);
		lowest = fmin(lowest, most);
	}
	return lowest;
}

static bool curve_apart(const struct facts_curve_shape *s, double high, double low)
{
	return high - low > facts_value(s->v, FACTS_STEP_APART) - ROUNDING;
}

struct rest {			  // runs of points close together, each near the one before
	double last, least, most; // levels: newest, lowest, highest
	size_t points;		  // on them
	bool any;
};

// A slope is a chain of short rests and none of them a step: all of a step lies within facts.step_apart, and so far from both ends.
static bool curve_is_step(const struct facts_curve_shape *s, const struct rest *r)
{
	return r->any && !curve_apart(s, r->most, r->least) && curve_apart(s, r->least, s->floor) &&
	       curve_apart(s, 1, r->most);
}

static bool curve_rest_end(const struct facts_curve_shape *s, struct rest *r, size_t *resting)
{
	bool step = curve_is_step(s, r);
	*resting += step ? r->points : 0;
	*r = (struct rest){0};
	return step;
}

static void curve_rest_take(struct rest *r, double level, size_t points)
{
	r->points += points;
	r->least = r->any ? fmin(r->least, level) : level;
	r->most = r->any ? fmax(r->most, level) : level;
	r->last = level;
	r->any = true;
}

static struct rest curve_rest_at(const struct curve_point *p, size_t points)
{
	struct rest r = {.least = p[0].share, .most = p[0].share, .any = true};
	for (size_t k = 1; k < points; k++) {
		r.least = fmin(r.least, p[k].share);
		r.most = fmax(r.most, p[k].share);
	}
	r.last = (r.least + r.most) / 2;
	return r;
}

// The least share of points [i, to) by i, and the greatest of [from, i], both counted from `from`.
static void curve_bounds(const struct facts_curve_shape *s, size_t from, size_t to, double *least_after,
			 double *most_before)
{
	for (size_t i = to; i-- > from;)
		least_after[i - from] = fmin(s->at[i].share, i + 1 < to ? least_after[i - from + 1] : INFINITY);
	for (size_t i = from; i < to; i++)
		most_before[i - from] = fmax(s->at[i].share, i > from ? most_before[i - from - 1] : -INFINITY);
}

// Levels on which it rested among points [from, to) of a rise; where it came to in the end counts as one. What goes below
// a level later, or was above it before, swings about a slope and did not rest there.
static double curve_levels(const struct facts_curve_shape *s, size_t from, size_t to)
{
	double found = 1;
	double within = facts_value(s->v, FACTS_STEP_WITHIN);
	struct rest rest = {0};
	size_t points = (size_t)facts_value(s->v, FACTS_STEP_POINTS);
	size_t resting = 0, taken = from; // points on levels; the first that no level has
	double *least_after = alloc_zero(2 * (to - from) + 1, sizeof(double)), *most_before = least_after + (to - from);
	curve_bounds(s, from, to, least_after, most_before);
	for (size_t i = from; i + points <= to; i++) {
		struct rest now = curve_rest_at(s->at + i, points);
		bool settled = least_after[i - from] >= now.most - within - ROUNDING &&
			       most_before[i - from] <= now.least + within + ROUNDING;
		if (!settled) // nor are its own points further apart
			continue;
		if (rest.any && curve_apart(s, fmax(now.last, rest.last), fmin(now.last, rest.last)))
			found += curve_rest_end(s, &rest, &resting);
		curve_rest_take(&rest, now.last, i + points - (taken > i ? taken : i));
		taken = i + points;
	}
	found += curve_rest_end(s, &rest, &resting);
	free(least_after);
	return (double)resting >= facts_value(s->v, FACTS_STEP_TIME) * (double)(to - from) ? found : 1;
}

// A fall is a rise backwards.
static double curve_levels_of_fall(const struct facts_curve_shape *s, size_t from, size_t to)
{
	struct curve_point *back = alloc_zero(to - from + 1, sizeof(*back));
	for (size_t i = from; i < to; i++)
		back[to - 1 - i] = s->at[i];
	struct facts_curve_shape mirrored = {s->v, back, to - from, s->floor, s->depth};
	double found = curve_levels(&mirrored, 0, to - from);
	free(back);
	return found;
}

static size_t curve_first_below(const struct facts_curve_shape *s, size_t from, double share)
{
	while (from < s->count && s->at[from].share > share)
		from++;
	return from;
}

static void curve_fall(const struct facts_curve_shape *s, struct facts_plane *ret)
{
	size_t begin = curve_first_below(s, 0, 1 - 0.1 * s->depth),
	       end = curve_first_below(s, begin, 1 - 0.9 * s->depth);
	if (end >= s->count)
		return;
	ret->fall_s = s->at[end].time_s - s->at[begin].time_s;
	ret->fall_steps = curve_levels_of_fall(s, begin, end);
	double quarter = s->at[begin].time_s + ret->fall_s / 4;
	size_t at = begin;
	while (at < end && s->at[at + 1].time_s <= quarter)
		at++;
	ret->fall_share = fmin(1, (1 - s->at[at].share) / s->depth);
}

static void curve_rise(const struct facts_curve_shape *s, struct facts_plane *ret)
{
	size_t begin = s->count, end;
	while (begin > 0 && s->at[begin - 1].share > s->floor + 0.1 * s->depth)
		begin--;
	if (begin == s->count)
		return; // not back
	for (end = begin; end < s->count && s->at[end].share < s->floor + 0.9 * s->depth;)
		end++;
	if (end == s->count)
		return;
	ret->return_s = s->at[end].time_s - s->at[begin ? begin - 1 : 0].time_s;
	ret->return_steps = curve_levels(s, begin, end);
}

static void curve_flatness(const struct facts_curve_shape *s, struct facts_plane *ret)
{
	double half = 1 - s->depth / 2, deep = 1 - facts_value(s->v, FACTS_FLAT_DEPTH) * s->depth;
	size_t first = curve_first_below(s, 0, half), last = s->count, flat = 0;
	while (last > first && s->at[last - 1].share > half)
		last--;
	for (size_t i = first; i < last; i++)
		flat += s->at[i].share <= deep;
	if ((double)(last - first) >= facts_value(s->v, FACTS_FLOOR_POINTS))
		ret->floor_flat = (double)flat / (double)(last - first);
}

void facts_curve(const struct decisions *v, const struct curve_point *points, size_t count, double width_s,
		 struct facts_plane *ret)
{
	struct facts_curve_shape s = {v, points, count, curve_floor_of(v, points, count), 0};
	s.depth = 1 - s.floor;
	if (!(width_s > 0) || !(s.depth >= facts_value(v, FACTS_DEPTH_LEAST)) || isinf(s.floor))
		return;
	curve_fall(&s, ret);
	curve_rise(&s, ret);
	curve_flatness(&s, ret);
}
