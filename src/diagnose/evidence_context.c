// SPDX-License-Identifier: ISC
// Clock, hours and duration. Their rates are from published labels.
#include "diagnose/evidence_priv.h"

#define HALF_HOUR_S    1800.0 // of shorter outages the published rates of clocks and hours say nothing
#define HOUR_S	       3600.0
#define CLOCK_COARSE_S 600.0 // a start known no better says nothing of clocks
#define CLOCK_WITHIN_S 60.0
#define NIGHT_UNTIL    6.0

struct finding look_half_hour(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts *f = &n->facts;
	if (!(f->clock_width_s <= CLOCK_COARSE_S) || !(f->lasted_s >= HALF_HOUR_S))
		return finding_unknown();
	double within = fmax(CLOCK_WITHIN_S, f->clock_width_s / 2);
	struct finding found = finding(f->to_half_hour_s <= within, true, f->to_half_hour_s, NAN);
	found.strength = 1 - fmin(1, 2 * within / HALF_HOUR_S);
	return found;
}

struct finding look_night(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double hour = n->facts.local_hour;
	return finding(hour < NIGHT_UNTIL, hour >= NIGHT_UNTIL, hour, NAN);
}

struct finding look_short(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double lasted = n->facts.lasted_s;
	if (!(lasted >= HALF_HOUR_S))
		return finding_unknown();
	return finding(lasted <= 2 * HOUR_S && n->story.state == INCIDENT_CLOSED, lasted > 2 * HOUR_S, lasted, NAN);
}

struct finding look_hours(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double lasted = n->facts.lasted_s;
	if (!(lasted >= HALF_HOUR_S))
		return finding_unknown();
	return finding(lasted >= 4 * HOUR_S, n->story.state == INCIDENT_CLOSED, lasted, NAN);
}
