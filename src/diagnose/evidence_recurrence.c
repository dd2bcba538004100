// SPDX-License-Identifier: ISC
// Whether it had happened before, in waves, or at which times.
#include "diagnose/evidence_priv.h"

#define SECONDS_A_DAY 86400 // the calendar

struct finding look_flaps_before(const struct incident *n, const struct decisions *d)
{
	const struct facts_past *p = &n->ties.past;
	struct finding found =
		finding(p->short_losses >= limit(d, JUDGE_FLAPS_MANY), p->short_losses < 1, p->short_losses, NAN);
	if (found.answer == ANSWER_NO)
		found.strength = p->watched_s >= limit(d, JUDGE_DAY_S)	       ? 1
				 : p->watched_s >= limit(d, JUDGE_CALM_HOUR_S) ? limit(d, JUDGE_CALM_HOUR)
									       : limit(d, JUDGE_CALM_LITTLE);
	return found;
}

struct finding look_waves(const struct incident *n, const struct decisions *d)
{
	double waves = n->facts.plane.waves;
	return finding(waves >= limit(d, JUDGE_WAVES_MANY), waves < 1, waves, NAN);
}

struct finding look_same_clock(const struct incident *n, const struct decisions *d)
{
	const struct facts_past *p = &n->ties.past;
	if (!(p->watched_s >= limit(d, JUDGE_DAY_S)))
		return finding_unknown();
	struct finding found = finding(p->same_clock >= 1, true, p->same_clock, NAN);
	if (found.answer == ANSWER_NO)
		found.strength = fmin(1, p->watched_s / (limit(d, JUDGE_CLOCK_DAYS) * SECONDS_A_DAY));
	return found;
}

struct finding look_even_spacing(const struct incident *n, const struct decisions *d)
{
	const struct facts_past *p = &n->ties.past;
	return finding(p->even_spacing >= limit(d, JUDGE_EVEN_MANY), p->outages_10d >= limit(d, JUDGE_EVEN_MANY) - 1,
		       p->even_spacing, NAN);
}

struct finding look_past_outages(const struct incident *n, const struct decisions *d)
{
	const struct facts_past *p = &n->ties.past;
	if (!(p->watched_s >= limit(d, JUDGE_DAY_S)))
		return finding_unknown();
	struct finding found = finding(p->outages_10d >= 1, true, p->outages_10d, NAN);
	if (found.answer == ANSWER_NO)
		found.strength = fmin(1, p->watched_s / (limit(d, JUDGE_PAST_DAYS) * SECONDS_A_DAY));
	return found;
}
