// SPDX-License-Identifier: ISC
// DOC: a table of arrival times
// A key has two lines of 8 slots where it may be; a line is one line of the cache. A slot holds 24 bits of the key's hash and
// its theoretical arrival time in units of 2^17 ns (131 us, rounded up, so the caps are kept), which lasts 4.5 years; beyond
// that everything waits. Two keys that look alike share their time: one waits for the other, and no cap is broken.
#include "schedule/buckets.h"

#include "base/attr.h"
#include "base/hash.h"
#include "base/must.h"

#define LINE	  8
#define UNIT_BITS 17
#define TIME_BITS 40
#define TAG_BITS  24
#define TAG_MASK  ((1ULL << TAG_BITS) - 1)
#define TIME_MASK ((1ULL << TIME_BITS) - 1)
#define FULL	  0.7 // of the slots: two lines to choose from are then both full once in 10,000 times

struct buckets_pace pace_of(uint32_t per_window, int64_t window, uint32_t burst, int64_t short_window)
{
	must(window > 0 && short_window > 0);
	if (!per_window || !burst)
		return (struct buckets_pace){.step = BUCKETS_NEVER};
	if (burst >= per_window) // the longer window alone decides
		return pace_burst(per_window, window, 1 + per_window / 10);
	// step * burst - slack >= short_window and step * per_window - slack >= window
	int64_t room = per_window - burst, step = (window - short_window + room - 1) / room;
	int64_t slack = step * burst - short_window;
	if (slack < step * (burst / 10)) // the shorter window decides
		return pace_burst(burst, short_window, 1 + burst / 10);
	return (struct buckets_pace){.step = step, .slack = slack};
}

struct buckets_pace pace_burst(uint32_t most, int64_t window, uint32_t burst)
{
	if (!most)
		return (struct buckets_pace){.step = BUCKETS_NEVER};
	burst = burst < 1 ? 1 : burst > most ? most : burst;
	// step * most - (burst - 1) * step >= window
	int64_t room = (int64_t)most - burst + 1, step = (window + room - 1) / room;
	return (struct buckets_pace){.step = step, .slack = step * (burst - 1)};
}

uint32_t buckets_lines(double keys)
{
	double lines = keys / (LINE * FULL) + 2;
	return lines < UINT32_MAX ? (uint32_t)lines : UINT32_MAX;
}

size_t buckets_bytes(uint32_t lines)
{
	return (size_t)lines * LINE * sizeof(uint64_t);
}

static uint64_t *buckets_line_of(const struct buckets *b, uint64_t hash, unsigned which)
{
	uint64_t h = which ? (hash * 0x9e3779b97f4a7c15ULL) >> 32 : hash & UINT32_MAX;
	return b->slots + (h * b->lines >> 32) * LINE;
}

void buckets_near(const struct buckets *b, uint64_t hash)
{
	__builtin_prefetch(buckets_line_of(b, hash, 0), 1);
	__builtin_prefetch(buckets_line_of(b, hash, 1), 1);
}

static int64_t buckets_time_of(uint64_t slot)
{
	return (int64_t)(slot >> TAG_BITS << UNIT_BITS);
}

// Which slots of a line hold this tag, and which hold a time that has not come: a bit each. Without a branch a slot, for half of
// them would be guessed wrong.
struct buckets_match {
	unsigned tagged, alive;
};

static inline struct buckets_match buckets_look_at(const uint64_t *line, uint64_t tag, uint64_t now_units)
{
	struct buckets_match l = {0};
	uint64_t passed = now_units << TAG_BITS | TAG_MASK; // the largest slot whose time has come
	for (unsigned i = 0; i < LINE; i++) {
		l.tagged |= (unsigned)((line[i] & TAG_MASK) == tag) << i;
		l.alive |= (unsigned)(line[i] > passed) << i;
	}
	return l;
}

// Of 8 bits, without the instruction that older processors lack.
static inline unsigned buckets_bits_of(unsigned x)
{
	x -= x >> 1 & 0x55;
	x = (x & 0x33) + (x >> 2 & 0x33);
	return (x + (x >> 4)) & 0xf;
}

static int64_t buckets_first_to_run_out(const uint64_t *one, const uint64_t *two)
{
	int64_t first = BUCKETS_NEVER;
	for (unsigned i = 0; i < LINE; i++) {
		first = buckets_time_of(one[i]) < first ? buckets_time_of(one[i]) : first;
		first = buckets_time_of(two[i]) < first ? buckets_time_of(two[i]) : first;
	}
	return first;
}

int64_t buckets_find(const struct buckets *b, int64_t now, struct claim *c)
{
	uint64_t tag = c->hash >> (64 - TAG_BITS), units = (uint64_t)now >> UNIT_BITS;
	c->slot = NULL;
	c->until = 0;
	if (c->pace.step == BUCKETS_NEVER || !b->lines || units >= TIME_MASK)
		return BUCKETS_NEVER;
	uint64_t *at_one = buckets_line_of(b, c->hash, 0), *at_two = buckets_line_of(b, c->hash, 1);
	struct buckets_match one = buckets_look_at(at_one, tag, units), two = buckets_look_at(at_two, tag, units);
	unsigned found = (one.tagged & one.alive) | (two.tagged & two.alive) << LINE;
	if (found) {
		unsigned i = (unsigned)__builtin_ctz(found);
		c->slot = (i < LINE ? at_one : at_two) + i % LINE;
		c->until = buckets_time_of(*c->slot);
		return c->until - c->pace.slack;
	}
	unsigned full = (1u << LINE) - 1, which = buckets_bits_of(two.alive) < buckets_bits_of(one.alive);
	unsigned alive = which ? two.alive : one.alive;
	if (alive == full) // then the other one is full, too
		return buckets_first_to_run_out(at_one, at_two);
	c->slot = (which ? at_two : at_one) + __builtin_ctz(~alive);
	return 0;
}

void buckets_charge(const struct claim *c, int64_t now)
{
	if (!c->slot)
		return;
	int64_t from = c->until > now && !c->pace.gap ? c->until : now, until = from + c->pace.step;
	uint64_t units = ((uint64_t)until + (1 << UNIT_BITS) - 1) >> UNIT_BITS;
	*c->slot = (units < TIME_MASK ? units : TIME_MASK) << TAG_BITS | c->hash >> (64 - TAG_BITS);
}
