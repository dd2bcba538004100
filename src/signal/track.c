// SPDX-License-Identifier: ISC
// DOC: up and down
// Down: since the last answer every observer that asked failed, TRACK_FAILS times each on average; the failure began in
// (last answer, first failure]. Up again: TRACK_GOOD good checks among TRACK_GOOD_OF, dated to the first of them.
#include "signal/track.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "model/probe.h"

#include <stdlib.h>

struct track_table {
	struct track *at;
	size_t count, capacity;
};

struct track_table *track_table_create(void)
{
	return alloc_zero(1, sizeof(struct track_table));
}

void track_table_free(struct track_table *t)
{
	if (!t)
		return;
	free(t->at);
	free(t);
}

struct track *track_of(struct track_table *t, uint32_t target)
{
	while (t->count <= target) {
		alloc_grow((void **)&t->at, t->count, &t->capacity, sizeof(*t->at));
		t->at[t->count++] =
			(struct track){.last_ok = INT64_MIN, .first_fail = INT64_MIN, .first_good = INT64_MIN};
	}
	return &t->at[target];
}

static struct instant at(int64_t ns)
{
	return (struct instant){ns};
}

static void change_fill(const struct track *k, int64_t t, bool down, struct target_change *ret)
{
	*ret = (struct target_change){
		.down = down,
		.decided = at(t),
		.last_ok = at(k->last_ok),
		.first_fail = at(k->first_fail),
		.recovered = at(down ? INT64_MIN : k->first_good),
		.onsets = k->onsets,
		.up_hours = (double)k->up_ns / 3.6e12,
		.outcome = k->outcome,
	};
}

static bool answered(struct track *k, int64_t t, struct target_change *ret)
{
	if (!k->down) {
		if (!k->ever_up)
			k->up_ns = -t;
		k->ever_up = true;
		k->last_ok = t > k->last_ok ? t : k->last_ok;
		k->fails = 0;
		k->failing = 0;
		k->first_fail = INT64_MIN;
		return false;
	}
	k->recent = (uint8_t)(k->recent << 1 | 1);
	if (k->recent_count < TRACK_GOOD_OF)
		k->recent_count++;
	if (k->first_good == INT64_MIN)
		k->first_good = t;
	if (__builtin_popcount(k->recent & ((1u << TRACK_GOOD_OF) - 1)) < TRACK_GOOD)
		return false;
	change_fill(k, t, false, ret);
	k->down = false;
	k->up_ns -= k->first_good;
	k->last_ok = t;
	k->fails = 0;
	k->failing = 0;
	k->first_fail = k->first_good = INT64_MIN;
	return true;
}

static bool failed(struct track *k, uint16_t observer, int64_t t, uint8_t outcome, struct target_change *ret)
{
	if (!k->ever_up)
		return false; // never seen up: unobservable, not down
	if (k->down) {
		k->recent = (uint8_t)(k->recent << 1);
		if (!(k->recent & ((1u << TRACK_GOOD_OF) - 1)))
			k->first_good = INT64_MIN;
		return false;
	}
	if (k->fails == 0) {
		k->first_fail = t;
		k->outcome = outcome;
	}
	if (k->fails < UINT16_MAX)
		k->fails++;
	k->failing |= 1u << observer % 32;
	if (k->fails < TRACK_FAILS * __builtin_popcount(k->failing))
		return false;
	k->up_ns += k->first_fail;
	change_fill(k, t, true, ret);
	k->onsets++;
	k->down = true;
	k->recent = 0;
	k->first_good = INT64_MIN;
	return true;
}

bool track_result(struct track *k, uint16_t observer, int64_t t, uint8_t outcome, struct target_change *ret)
{
	return outcome == PROBE_OK ? answered(k, t, ret) : failed(k, observer, t, outcome, ret);
}

static void track_one_track_carry(struct carry *c, struct track *k)
{
	CARRY(c, k->last_ok);
	CARRY(c, k->first_fail);
	CARRY(c, k->first_good);
	CARRY(c, k->up_ns);
	CARRY(c, k->failing);
	CARRY(c, k->onsets);
	CARRY(c, k->fails);
	CARRY(c, k->recent);
	CARRY(c, k->recent_count);
	CARRY(c, k->outcome);
	CARRY(c, k->ever_up);
	CARRY(c, k->down);
	carry_check(c, k->outcome < PROBE_OUTCOME_COUNT && k->recent_count <= TRACK_GOOD_OF);
}

void track_table_carry(struct carry *c, struct track_table *t)
{
	carry_room(c, CARRY_ARRAY(t->at, t->count, t->capacity), 40);
	for (size_t i = 0; i < t->count && carry_good(c); i++)
		track_one_track_carry(c, &t->at[i]);
	if (t->count)
		carry_within(c, CARRY_TARGETS, t->count - 1);
}
