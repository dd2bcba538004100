// SPDX-License-Identifier: ISC
// DOC: onset of a step
// Probes of a target are sent a watch interval apart, and those of many targets lie spread over it. If all fail at the moment T, every
// last_ok lies before T and every first_fail behind it; the nearest ones leave a gap that is the finer the more targets there are. A
// tenth of them is left out on either side: quiet loss makes a target look failed one probe too early, and a straggler one too late.
// If the two sides do not meet (last answers behind first failures), it was no step. A probe on its way back at T is lost although it
// was sent before T: so what lies behind T is widened by a part of the interval; and what lies before it, because it is the cause's
// beginning that is wanted. The best time is where the targets say it is.
#include "incident/onset.h"

#include <stdlib.h>

#define SIDE   10 // one in so many is left out on either side
#define ON_WAY 10 // of the interval: round trips that were on their way (a tenth is 100 ms at one second, 2 s at 20)
#define ACTING                                                                                                         \
	4 // of the interval: what ends traffic began a moment before traffic ended (routers converge, changes commit)
#define OVERLAP 10 // of the interval: the sides may overlap by so much and the failure still came at once

static int by_ok(const void *a, const void *b)
{
	const struct onset_unit *x = a, *y = b;
	return x->last_ok.ns < y->last_ok.ns ? -1 : x->last_ok.ns > y->last_ok.ns;
}

static int by_fail(const void *a, const void *b)
{
	const struct onset_unit *x = a, *y = b;
	return x->first_fail.ns < y->first_fail.ns ? -1 : x->first_fail.ns > y->first_fail.ns;
}

bool onset_of_step(struct onset_unit *units, size_t count, int64_t width_ns, struct moment *start)
{
	if (count < ONSET_UNITS_MIN || width_ns <= 0)
		return false;
	size_t out = (count + SIDE - 1) / SIDE;
	qsort(units, count, sizeof(*units), by_ok);
	int64_t low = units[count - 1 - out].last_ok.ns;
	qsort(units, count, sizeof(*units), by_fail);
	int64_t high = units[out].first_fail.ns;
	if (low - high > width_ns / OVERLAP)
		return false;
	int64_t from = (low < high ? low : high) - width_ns / ACTING,
		to = (low < high ? high : low) + width_ns / ON_WAY;
	from = from > start->from.ns ? from : start->from.ns;
	to = to < start->to.ns ? to : start->to.ns;
	if (from >= to)
		return false; // the units speak of something else
	start->from.ns = from;
	start->to.ns = to;
	int64_t middle = low + (high - low) / 2;
	start->best.ns = middle < from ? from : middle > to ? to : middle;
	return true;
}
