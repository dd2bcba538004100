// SPDX-License-Identifier: ISC
// Counts of blocks by belief; one event while enough of them are down.
#include "detect/share.h"

#include "base/alloc.h"
#include "base/must.h"
#include "model/carried.h"

#include <stdlib.h>

#define CONFIDENCE 0.9 // what the intervals are made for; stated with each

struct share {
	const struct decisions *decisions;
	uint32_t entity;
	struct detection_sink out;
	uint64_t up, down, most;	    // blocks now; most down in this event
	struct instant last_ok, first_fail; // earliest of the blocks that are down
	bool open;
	struct detection d;
};

struct share *share_create(const struct decisions *decisions, uint32_t entity, struct detection_sink out)
{
	struct share *s = alloc_zero(1, sizeof(*s));
	s->decisions = decisions;
	s->entity = entity;
	s->out = out;
	s->first_fail = INSTANT_NONE;
	return s;
}

void share_free(struct share *s)
{
	free(s);
}

static void share_open_event(struct share *s)
{
	s->open = true;
	s->d = (struct detection){.entity = s->entity, .signal = SIGNAL_BLOCKS};
	s->d.of_networks = (uint32_t)detect_value(s->decisions, SHARE_NETWORKS);
	s->d.start = (struct moment){s->first_fail, s->last_ok, s->first_fail, CONFIDENCE};
	s->d.end = (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
	for (int i = 0; i < PROFILE_COUNT; i++)
		s->d.fall[i] = s->d.rise[i] = INSTANT_NONE;
	s->most = 0;
}

static void share_refresh(struct share *s, struct instant now)
{
	uint64_t all = s->up + s->down;
	double left = all ? (double)s->up / (double)all : 1;
	bool opens = !s->open && s->down && left <= detect_value(s->decisions, LEVEL_OPEN);
	if (opens)
		share_open_event(s);
	if (!s->open)
		return;
	s->most = s->down > s->most ? s->down : s->most;
	s->d.baseline = all > s->d.baseline ? all : s->d.baseline;
	s->d.lowest = s->d.baseline > s->most ? s->d.baseline - s->most : 0;
	if (opens)
		s->out.take(s->out.context, &s->d, true);
	if (left < detect_value(s->decisions, LEVEL_CLOSE))
		return;
	s->d.end = (struct moment){now, instant_after(now, -NS_PER_S), now, CONFIDENCE};
	s->open = false;
	s->out.take(s->out.context, &s->d, false);
}

void share_take(struct share *s, const struct share_block *b)
{
	must(b);
	s->up = b->blocks_up;
	s->down = b->blocks_down;
	if (b->down && (!instant_known(s->first_fail) || b->first_fail.ns < s->first_fail.ns)) {
		s->first_fail = b->first_fail;
		s->last_ok = b->last_ok;
	}
	if (!s->down)
		s->first_fail = INSTANT_NONE;
	share_refresh(s, b->decided);
}

void share_now(struct share *s)
{
	if (s->open)
		s->out.take(s->out.context, &s->d, false);
}

void share_carry(struct carry *c, struct share *s)
{
	CARRY(c, s->up);
	CARRY(c, s->down);
	CARRY(c, s->most);
	CARRY(c, s->last_ok);
	CARRY(c, s->first_fail);
	CARRY(c, s->open);
	detection_carry(c, &s->d);
	carry_check(c, !s->open || (s->d.entity == s->entity && s->d.signal == SIGNAL_BLOCKS));
}
