// SPDX-License-Identifier: ISC
// The shape of the data plane: ramps, steps, floors, the border.
#include "diagnose/evidence_priv.h"

#define RTT_GREW     1.5
#define RTT_FLAT     1.2
#define RAMP_LONG    4 // watch intervals
#define BORDER_ALIVE 0.20
#define HALF	     0.50
#define STEPS_MANY   3
#define FLOOR_FLAT   0.70
#define FLOOR_ROUGH  0.40
#define DECAY_LONG   6 // watch intervals
#define DECAY_SHORT  3

struct finding look_latency_ramp(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double ratio = n->facts.plane.rtt_ramp;
	return finding(ratio >= RTT_GREW, ratio < RTT_FLAT, ratio, NAN);
}

struct finding look_connect_ramp(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double lead = n->facts.plane.connect_ramp_s;
	return finding(lead >= RAMP_LONG * width_s(&n->facts) && lead > 0, lead <= width_s(&n->facts), lead, NAN);
}

struct finding look_border_answers(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double loss = n->facts.plane.border_loss;
	return finding(loss <= BORDER_ALIVE, loss >= HALF, loss, NAN);
}

struct finding look_fall_in_steps(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double steps = n->facts.plane.fall_steps;
	return finding(steps >= STEPS_MANY, steps <= 1, steps, NAN);
}

struct finding look_return_in_steps(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double steps = n->facts.plane.return_steps;
	return finding(steps >= STEPS_MANY, steps <= 1, steps, NAN);
}

struct finding look_flat_floor(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double flat = n->facts.plane.floor_flat;
	return finding(flat >= FLOOR_FLAT, flat < FLOOR_ROUGH, flat, NAN);
}

struct finding look_slow_decay(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_plane *p = &n->facts.plane;
	double width = isnan(n->facts.width_s) ? n->facts.clock_width_s : n->facts.width_s;
	bool slow = p->fall_share <= HALF && p->fall_s >= DECAY_LONG * width;
	return finding(slow, p->fall_s <= DECAY_SHORT * width, p->fall_s, NAN);
}

struct finding look_block_by_block(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_services *s = &n->facts.services;
	double width = width_s(&n->facts), within = s->block_spread_s, all = s->host_spread_s;
	if (!(all >= RAMP_LONG * width))
		return finding_unknown();
	return finding(within <= fmax(2 * width, all / 4), within >= all / 2, within, all);
}
