// SPDX-License-Identifier: ISC
// DOC: up and down
// Down: since the last answer every observer that asked failed, TRACK_FAILS times each on average; the failure began in
// (last answer, first failure]. Up again: some good checks among a few, dated to the first of them.
#include "signal/target_track.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/carry.h"
#include "model/probe.h"

#include <stdlib.h>

#define FIRST_BITS 64 // observers that every track has room for

struct target_track_wide { // observers from FIRST_BITS on
	uint64_t bits[OBSERVERS_MAX / 64];
	uint32_t next; // while free: 1 + the next free one; 0 none
};

struct target_track_table {
	double fails; // see decisions.inc
	unsigned good, good_of;
	struct target_track *at;
	size_t count, capacity;
	struct target_track_wide *wide; // of the targets that fail at such observers now
	size_t wide_count, wide_capacity;
	uint32_t free; // 1 + the first free one; 0 none
};

struct target_track_table *target_track_table_create(const struct decisions *decisions)
{
	struct target_track_table *t = alloc_zero(1, sizeof(*t));
	t->fails = signal_value(decisions, TRACK_FAILS);
	t->good = (unsigned)signal_value(decisions, TRACK_GOOD);
	t->good_of = (unsigned)signal_value(decisions, TRACK_GOOD_OF);
	return t;
}

void target_track_table_free(struct target_track_table *t)
{
	if (!t)
		return;
	free(t->at);
	free(t->wide);
	free(t);
}

struct target_track *target_track_of(struct target_track_table *t, uint32_t target)
{
	while (t->count <= target) {
		alloc_grow((void **)&t->at, t->count, &t->capacity, sizeof(*t->at));
		t->at[t->count++] = (struct target_track){
			.last_ok = INT64_MIN, .first_fail = INT64_MIN, .first_good = INT64_MIN, .last_fail = INT64_MIN};
	}
	return &t->at[target];
}

static struct target_track_wide *target_track_wide_of(struct target_track_table *t, struct target_track *k)
{
	if (!k->more && t->free) {
		k->more = t->free;
		t->free = t->wide[k->more - 1].next;
	} else if (!k->more) {
		alloc_grow((void **)&t->wide, t->wide_count, &t->wide_capacity, sizeof(*t->wide));
		k->more = (uint32_t)++t->wide_count;
	} else {
		return &t->wide[k->more - 1];
	}
	t->wide[k->more - 1] = (struct target_track_wide){0};
	return &t->wide[k->more - 1];
}

static void target_track_failing_add(struct target_track_table *t, struct target_track *k, uint16_t observer)
{
	if (observer < FIRST_BITS)
		k->failing |= 1ull << observer;
	else
		target_track_wide_of(t, k)->bits[observer / 64] |= 1ull << observer % 64;
}

static void target_track_failing_clear(struct target_track_table *t, struct target_track *k)
{
	k->failing = 0;
	if (!k->more)
		return;
	t->wide[k->more - 1].next = t->free;
	t->free = k->more;
	k->more = 0;
}

static uint32_t target_track_failing_count(const struct target_track_table *t, const struct target_track *k)
{
	uint32_t n = (uint32_t)__builtin_popcountll(k->failing);
	for (size_t i = 0; k->more && i < ARRAY_LEN(t->wide->bits); i++)
		n += (uint32_t)__builtin_popcountll(t->wide[k->more - 1].bits[i]);
	return n;
}

static struct instant target_track_at(int64_t ns)
{
	return ns == INT64_MIN ? INSTANT_NONE : instant_of_ns(ns);
}

static void target_track_change_fill(const struct target_track *k, int64_t t, bool down, struct target_change *ret)
{
	*ret = (struct target_change){
		.down = down,
		.decided = target_track_at(t),
		.last_ok = target_track_at(k->last_ok),
		.first_fail = target_track_at(k->first_fail),
		.recovered = target_track_at(down ? INT64_MIN : k->first_good),
		.last_bad = target_track_at(down ? INT64_MIN : k->last_fail),
		.onsets = k->onsets,
		.up_hours = (double)k->up_ns / 3.6e12,
		.outcome = k->outcome,
	};
}

// The bits of the outcomes that decide whether it is up again.
static unsigned target_track_recent_mask(const struct target_track_table *t)
{
	return (1u << t->good_of) - 1;
}

static bool target_track_answered(struct target_track_table *table, struct target_track *k, int64_t t,
				  struct target_change *ret)
{
	if (!k->down) {
		if (!k->ever_up)
			k->up_ns = -t;
		k->ever_up = true;
		k->last_ok = t > k->last_ok ? t : k->last_ok;
		k->fails = 0;
		target_track_failing_clear(table, k);
		k->first_fail = INT64_MIN;
		return false;
	}
	k->recent = (uint8_t)(k->recent << 1 | 1);
	if (k->recent_count < table->good_of)
		k->recent_count++;
	if (k->first_good == INT64_MIN)
		k->first_good = t;
	if (__builtin_popcount(k->recent & target_track_recent_mask(table)) < (int)table->good)
		return false;
	target_track_change_fill(k, t, false, ret);
	k->down = false;
	k->up_ns -= k->first_good;
	k->last_ok = t;
	k->fails = 0;
	target_track_failing_clear(table, k);
	k->first_fail = k->first_good = INT64_MIN;
	return true;
}

static bool target_track_failed(struct target_track_table *table, struct target_track *k,
				const struct target_track_outcome *o, struct target_change *ret)
{
	if (!k->ever_up)
		return false; // never seen up: unobservable, not down
	if (k->down) {
		k->recent = (uint8_t)(k->recent << 1);
		if (!(k->recent & target_track_recent_mask(table)))
			k->first_good = INT64_MIN;
		if (k->first_good == INT64_MIN)
			k->last_fail = o->t;
		return false;
	}
	if (k->fails == 0) {
		k->first_fail = o->t;
		k->outcome = o->outcome;
	}
	if (k->fails < UINT16_MAX)
		k->fails++;
	target_track_failing_add(table, k, o->observer);
	if (k->fails < table->fails * target_track_failing_count(table, k))
		return false;
	k->up_ns += k->first_fail;
	target_track_change_fill(k, o->t, true, ret);
	k->onsets++;
	k->down = true;
	k->recent = 0;
	k->first_good = INT64_MIN;
	k->last_fail = o->t;
	return true;
}

bool target_track_result(struct target_track_table *table, uint32_t target, const struct target_track_outcome *o,
			 struct target_change *ret)
{
	struct target_track *k = target_track_of(table, target);
	return o->outcome == PROBE_OK ? target_track_answered(table, k, o->t, ret)
				      : target_track_failed(table, k, o, ret);
}

// The observers beyond those that every track has room for, where any of them fails.
static void target_track_wide_carry(struct carry *c, struct target_track_table *t, struct target_track *k)
{
	bool more = k->more;
	CARRY(c, more);
	if (!more)
		return;
	if (carry_loads(c))
		k->more = 0;
	struct target_track_wide *wide = target_track_wide_of(t, k);
	CARRY(c, wide->bits);
}

static void target_track_one_carry(struct carry *c, struct target_track_table *t, struct target_track *k)
{
	CARRY(c, k->last_ok);
	CARRY(c, k->first_fail);
	CARRY(c, k->first_good);
	CARRY(c, k->last_fail);
	CARRY(c, k->up_ns);
	CARRY(c, k->failing);
	target_track_wide_carry(c, t, k);
	CARRY(c, k->onsets);
	CARRY(c, k->fails);
	CARRY(c, k->recent);
	CARRY(c, k->recent_count);
	CARRY(c, k->outcome);
	CARRY(c, k->ever_up);
	CARRY(c, k->down);
	carry_check(c, k->outcome < PROBE_OUTCOME_COUNT && k->recent_count <= t->good_of);
}

void target_track_table_carry(struct carry *c, struct target_track_table *t)
{
	carry_room(c, CARRY_ARRAY(t->at, t->count, t->capacity), 40);
	for (size_t i = 0; i < t->count && carry_good(c); i++)
		target_track_one_carry(c, t, &t->at[i]);
	if (t->count)
		carry_within(c, CARRY_TARGETS, t->count - 1);
}
