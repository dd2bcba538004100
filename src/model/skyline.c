// SPDX-License-Identifier: ISC
// Cells are counted from 1970 in their own width, so that two of them become one without a rest.
#include "model/skyline.h"

#include "base/attr.h"
#include "base/carry.h"

#define SKYLINE_UNKNOWN 255
#define SKYLINE_ALL	254
#define SKYLINE_LEARN	8 // a longer time between two beginnings becomes usual after about so many; a shorter one at once
#define SKYLINE_PAUSE	3 // beats: a longer one is a pause, as for every source (decision row engine.unseen_beats)

static int64_t skyline_cell(const struct skyline *s, int64_t ns)
{
	return ns / s->width_ns - (ns % s->width_ns < 0);
}

static uint8_t skyline_lower(uint8_t a, uint8_t b)
{
	return a < b ? a : b; // what is unknown is the highest
}

static void skyline_halve(struct skyline *s)
{
	uint8_t lowest[SKYLINE_CELLS];
	int64_t odd = s->first & 1, first = (s->first - odd) / 2;
	size_t count = (s->count + (size_t)odd + 1) / 2;
	for (size_t i = 0; i < SKYLINE_CELLS; i++)
		lowest[i] = SKYLINE_UNKNOWN;
	for (size_t i = 0; i < s->count; i++) {
		size_t to = (i + (size_t)odd) / 2;
		lowest[to] = skyline_lower(lowest[to], s->lowest[i]);
	}
	memcpy(s->lowest, lowest, sizeof(lowest));
	s->first = first;
	s->count = count;
	s->width_ns *= 2;
}

static void skyline_mark(struct skyline *s, int64_t from_ns, int64_t to_ns, uint8_t share)
{
	int64_t last_ns = to_ns > from_ns ? to_ns - 1 : from_ns;
	if (!s->width_ns) {
		s->width_ns = NS_PER_S;
		s->first = skyline_cell(s, from_ns);
	}
	while (s->width_ns < INT64_MAX / 4 && skyline_cell(s, last_ns) - s->first >= SKYLINE_CELLS)
		skyline_halve(s);
	int64_t from = skyline_cell(s, from_ns) - s->first, last = skyline_cell(s, last_ns) - s->first;
	for (; s->count <= (size_t)(last < 0 ? 0 : last); s->count++)
		s->lowest[s->count] = SKYLINE_UNKNOWN;
	for (int64_t i = from < 0 ? 0 : from; i <= last; i++)
		s->lowest[i] = skyline_lower(s->lowest[i], share);
}

// Whether what was added last still held when this began.
static bool skyline_follows(struct skyline *s, int64_t from_ns)
{
	int64_t gap = from_ns - s->from_ns, usual = s->held_ns ? s->held_ns : gap;
	bool follows = s->held_ns && gap / SKYLINE_PAUSE <= usual;
	int64_t most = gap / 4 > usual ? 4 * usual : gap; // another pace is learned, a pause is not
	s->held_ns = usual + (most - usual) / (most > usual ? SKYLINE_LEARN : 2);
	return follows;
}

void skyline_add(struct skyline *s, struct instant from, struct instant to, double share)
{
	uint8_t now = share <= 0 ? 0 : share >= 1 ? SKYLINE_ALL : (uint8_t)(1 + share * (SKYLINE_ALL - 1));
	int64_t to_ns = to.ns > from.ns ? to.ns : from.ns + 1;
	if (s->width_ns && from.ns > s->from_ns && skyline_follows(s, from.ns) && from.ns > s->to_ns)
		skyline_mark(s, s->to_ns, from.ns, s->held);
	skyline_mark(s, from.ns, to_ns, now);
	if (s->width_ns && from.ns < s->from_ns)
		return;
	s->from_ns = from.ns;
	s->to_ns = to_ns;
	s->held = now;
}

// Cells whose middle lies in the time from `from` to `to`; where that is narrower than a cell, the one around its own middle.
static void skyline_cells(const struct skyline *s, int64_t from_ns, int64_t to_ns, int64_t *ret_first,
			  int64_t *ret_last)
{
	int64_t half = s->width_ns / 2, first = skyline_cell(s, from_ns), last = skyline_cell(s, to_ns - 1);
	first += from_ns - first * s->width_ns > half;
	last -= to_ns - 1 - last * s->width_ns < half;
	if (last < first)
		first = last = skyline_cell(s, from_ns + (to_ns - from_ns) / 2);
	*ret_first = first < s->first ? 0 : first - s->first;
	*ret_last = last - s->first < (int64_t)s->count ? last - s->first : (int64_t)s->count - 1;
}

double skyline_lowest(const struct skyline *s, struct instant from, struct instant to)
{
	uint8_t lowest = SKYLINE_UNKNOWN;
	int64_t first, last;
	if (!s->width_ns || to.ns <= from.ns)
		return -1;
	skyline_cells(s, from.ns, to.ns, &first, &last);
	for (int64_t i = first; i <= last; i++)
		lowest = skyline_lower(lowest, s->lowest[i]);
	return lowest == SKYLINE_UNKNOWN ? -1 : (double)lowest / SKYLINE_ALL;
}

void skyline_carry(struct carry *c, struct skyline *s)
{
	CARRY(c, s->width_ns);
	CARRY(c, s->first);
	CARRY(c, s->count);
	CARRY(c, s->lowest);
	carry_ns(c, &s->from_ns);
	carry_ns(c, &s->to_ns);
	carry_ns(c, &s->held_ns);
	CARRY(c, s->held);
	carry_check(c, s->width_ns >= NS_PER_S && s->width_ns < INT64_MAX / 4 && s->count <= SKYLINE_CELLS);
	carry_check(c, s->width_ns < NS_PER_S ||
			       (s->first > INT64_MIN / 2 / s->width_ns && s->first < INT64_MAX / 2 / s->width_ns));
	carry_check(c,
		    s->from_ns != INT64_MIN && s->to_ns > s->from_ns && s->held_ns >= 0 && s->held_ns < INT64_MAX / 8);
}
