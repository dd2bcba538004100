// SPDX-License-Identifier: ISC
// The shape of the data plane: ramps, steps, floors, the border.
#include "diagnose/evidence_priv.h"

struct finding look_latency_ramp(const struct incident *n, const struct decisions *d)
{
	double ratio = n->facts.plane.rtt_ramp;
	return finding(ratio >= limit(d, JUDGE_RTT_GREW), ratio < limit(d, JUDGE_RTT_FLAT), ratio, NAN);
}

struct finding look_connect_ramp(const struct incident *n, const struct decisions *d)
{
	double lead = n->facts.plane.connect_ramp_s;
	return finding(lead >= limit(d, JUDGE_RAMP_LONG) * width_s(&n->facts) && lead > 0, lead <= width_s(&n->facts),
		       lead, NAN);
}

struct finding look_border_answers(const struct incident *n, const struct decisions *d)
{
	double loss = n->facts.plane.border_loss;
	return finding(loss <= limit(d, JUDGE_BORDER_ALIVE), loss >= limit(d, JUDGE_BORDER_DEAD), loss, NAN);
}

struct finding look_fall_in_steps(const struct incident *n, const struct decisions *d)
{
	double steps = n->facts.plane.fall_steps;
	return finding(steps >= limit(d, JUDGE_STEPS_MANY), steps <= 1, steps, NAN);
}

struct finding look_return_in_steps(const struct incident *n, const struct decisions *d)
{
	double steps = n->facts.plane.return_steps;
	return finding(steps >= limit(d, JUDGE_STEPS_MANY), steps <= 1, steps, NAN);
}

struct finding look_flat_floor(const struct incident *n, const struct decisions *d)
{
	double flat = n->facts.plane.floor_flat;
	return finding(flat >= limit(d, JUDGE_FLOOR_FLAT), flat < limit(d, JUDGE_FLOOR_ROUGH), flat, NAN);
}

struct finding look_slow_decay(const struct incident *n, const struct decisions *d)
{
	const struct facts_plane *p = &n->facts.plane;
	double width = isnan(n->facts.width_s) ? n->facts.clock_width_s : n->facts.width_s;
	bool slow = p->fall_share <= limit(d, JUDGE_DECAY_SHARE) && p->fall_s >= limit(d, JUDGE_DECAY_LONG) * width;
	return finding(slow, p->fall_s <= limit(d, JUDGE_DECAY_SHORT) * width, p->fall_s, NAN);
}

struct finding look_block_by_block(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	double width = width_s(&n->facts), within = s->block_spread_s, all = s->host_spread_s;
	if (!(all >= limit(d, JUDGE_RAMP_LONG) * width))
		return finding_unknown();
	return finding(within <= fmax(limit(d, JUDGE_MARGIN_INTERVALS) * width, limit(d, JUDGE_BLOCK_WITHIN) * all),
		       within >= limit(d, JUDGE_BLOCK_NOT) * all, within, all);
}
