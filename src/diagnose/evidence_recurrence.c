// SPDX-License-Identifier: ISC
// Whether it had happened before, in waves, or at which times.
#include "diagnose/evidence_priv.h"

#define FLAPS_MANY 2
#define WAVES_MANY 2
#define EVEN_MANY  3
#define DAY_S	   86400.0
#define HOUR_S	   3600.0
#define HALF	   0.50
#define LITTLE	   0.30 // minutes of calm say little of a day

struct finding look_flaps_before(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_past *p = &n->ties.past;
	struct finding found = finding(p->short_losses >= FLAPS_MANY, p->short_losses < 1, p->short_losses, NAN);
	if (found.answer == ANSWER_NO)
		found.strength = p->watched_s >= DAY_S ? 1 : p->watched_s >= HOUR_S ? HALF : LITTLE;
	return found;
}

struct finding look_waves(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double waves = n->facts.plane.waves;
	return finding(waves >= WAVES_MANY, waves < 1, waves, NAN);
}

struct finding look_same_clock(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_past *p = &n->ties.past;
	if (!(p->watched_s >= DAY_S))
		return finding_unknown();
	struct finding found = finding(p->same_clock >= 1, true, p->same_clock, NAN);
	if (found.answer == ANSWER_NO)
		found.strength = fmin(1, p->watched_s / (7 * DAY_S));
	return found;
}

struct finding look_even_spacing(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_past *p = &n->ties.past;
	return finding(p->even_spacing >= EVEN_MANY, p->outages_10d >= EVEN_MANY - 1, p->even_spacing, NAN);
}

struct finding look_past_outages(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_past *p = &n->ties.past;
	if (!(p->watched_s >= DAY_S))
		return finding_unknown();
	struct finding found = finding(p->outages_10d >= 1, true, p->outages_10d, NAN);
	if (found.answer == ANSWER_NO)
		found.strength = fmin(1, p->watched_s / (10 * DAY_S));
	return found;
}
