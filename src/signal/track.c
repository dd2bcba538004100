// SPDX-License-Identifier: ISC
// DOC: up and down
// Down: since the last answer every observer that asked failed, TRACK_FAILS times each on average; the failure began in
// (last answer, first failure]. Up again: some good checks among a few, dated to the first of them.
#include "signal/track.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/carry.h"
#include "model/probe.h"

#include <stdlib.h>

#define FIRST_BITS 64 // observers that every track has room for

struct wide { // observers from FIRST_BITS on
	uint64_t bits[OBSERVERS_MAX / 64];
	uint32_t next; // while free: 1 + the next free one; 0 none
};

struct track_table {
	double fails; // see decisions.inc
	unsigned good, good_of;
	struct track *at;
	size_t count, capacity;
	struct wide *wide; // of the targets that fail at such observers now
	size_t wide_count, wide_capacity;
	uint32_t free; // 1 + the first free one; 0 none
};

struct track_table *track_table_create(const struct decisions *decisions)
{
	struct track_table *t = alloc_zero(1, sizeof(*t));
	t->fails = signal_value(decisions, TRACK_FAILS);
	t->good = (unsigned)signal_value(decisions, TRACK_GOOD);
	t->good_of = (unsigned)signal_value(decisions, TRACK_GOOD_OF);
	return t;
}

void track_table_free(struct track_table *t)
{
	if (!t)
		return;
	free(t->at);
	free(t->wide);
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

static struct wide *wide_of(struct track_table *t, struct track *k)
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
	t->wide[k->more - 1] = (struct wide){0};
	return &t->wide[k->more - 1];
}

static void failing_add(struct track_table *t, struct track *k, uint16_t observer)
{
	if (observer < FIRST_BITS)
		k->failing |= 1ull << observer;
	else
		wide_of(t, k)->bits[observer / 64] |= 1ull << observer % 64;
}

static void failing_clear(struct track_table *t, struct track *k)
{
	k->failing = 0;
	if (!k->more)
		return;
	t->wide[k->more - 1].next = t->free;
	t->free = k->more;
	k->more = 0;
}

static uint32_t failing_count(const struct track_table *t, const struct track *k)
{
	uint32_t n = (uint32_t)__builtin_popcountll(k->failing);
	for (size_t i = 0; k->more && i < ARRAY_LEN(t->wide->bits); i++)
		n += (uint32_t)__builtin_popcountll(t->wide[k->more - 1].bits[i]);
	return n;
}

static struct instant at(int64_t ns)
{
	return ns == INT64_MIN ? INSTANT_NONE : instant_of_ns(ns);
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

// The bits of the outcomes that decide whether it is up again.
static unsigned recent_mask(const struct track_table *t)
{
	return (1u << t->good_of) - 1;
}

static bool answered(struct track_table *table, struct track *k, int64_t t, struct target_change *ret)
{
	if (!k->down) {
		if (!k->ever_up)
			k->up_ns = -t;
		k->ever_up = true;
		k->last_ok = t > k->last_ok ? t : k->last_ok;
		k->fails = 0;
		failing_clear(table, k);
		k->first_fail = INT64_MIN;
		return false;
	}
	k->recent = (uint8_t)(k->recent << 1 | 1);
	if (k->recent_count < table->good_of)
		k->recent_count++;
	if (k->first_good == INT64_MIN)
		k->first_good = t;
	if (__builtin_popcount(k->recent & recent_mask(table)) < (int)table->good)
		return false;
	change_fill(k, t, false, ret);
	k->down = false;
	k->up_ns -= k->first_good;
	k->last_ok = t;
	k->fails = 0;
	failing_clear(table, k);
	k->first_fail = k->first_good = INT64_MIN;
	return true;
}

static bool failed(struct track_table *table, struct track *k, const struct track_outcome *o, struct target_change *ret)
{
	if (!k->ever_up)
		return false; // never seen up: unobservable, not down
	if (k->down) {
		k->recent = (uint8_t)(k->recent << 1);
		if (!(k->recent & recent_mask(table)))
			k->first_good = INT64_MIN;
		return false;
	}
	if (k->fails == 0) {
		k->first_fail = o->t;
		k->outcome = o->outcome;
	}
	if (k->fails < UINT16_MAX)
		k->fails++;
	failing_add(table, k, o->observer);
	if (k->fails < table->fails * failing_count(table, k))
		return false;
	k->up_ns += k->first_fail;
	change_fill(k, o->t, true, ret);
	k->onsets++;
	k->down = true;
	k->recent = 0;
	k->first_good = INT64_MIN;
	return true;
}

bool track_result(struct track_table *table, uint32_t target, const struct track_outcome *o, struct target_change *ret)
{
	struct track *k = track_of(table, target);
	return o->outcome == PROBE_OK ? answered(table, k, o->t, ret) : failed(table, k, o, ret);
}

// The observers beyond those that every track has room for, where any of them fails.
static void track_wide_carry(struct carry *c, struct track_table *t, struct track *k)
{
	bool more = k->more;
	CARRY(c, more);
	if (!more)
		return;
	if (carry_loads(c))
		k->more = 0;
	struct wide *wide = wide_of(t, k);
	CARRY(c, wide->bits);
}

static void track_one_carry(struct carry *c, struct track_table *t, struct track *k)
{
	CARRY(c, k->last_ok);
	CARRY(c, k->first_fail);
	CARRY(c, k->first_good);
	CARRY(c, k->up_ns);
	CARRY(c, k->failing);
	track_wide_carry(c, t, k);
	CARRY(c, k->onsets);
	CARRY(c, k->fails);
	CARRY(c, k->recent);
	CARRY(c, k->recent_count);
	CARRY(c, k->outcome);
	CARRY(c, k->ever_up);
	CARRY(c, k->down);
	carry_check(c, k->outcome < PROBE_OUTCOME_COUNT && k->recent_count <= t->good_of);
}

void track_table_carry(struct carry *c, struct track_table *t)
{
	carry_room(c, CARRY_ARRAY(t->at, t->count, t->capacity), 40);
	for (size_t i = 0; i < t->count && carry_good(c); i++)
		track_one_carry(c, t, &t->at[i]);
	if (t->count)
		carry_within(c, CARRY_TARGETS, t->count - 1);
}
