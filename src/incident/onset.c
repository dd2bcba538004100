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

static int onset_by_ok(const void *a, const void *b)
{
	const struct onset_unit *x = a, *y = b;
	return x->last_ok.ns < y->last_ok.ns ? -1 : x->last_ok.ns > y->last_ok.ns;
}

static int onset_by_fail(const void *a, const void *b)
{
	const struct onset_unit *x = a, *y = b;
	return x->first_fail.ns < y->first_fail.ns ? -1 : x->first_fail.ns > y->first_fail.ns;
}

static int64_t onset_part_of(const struct decisions *v, enum incident_decision which, int64_t width_ns)
{
	return (int64_t)(incident_value(v, which) * (double)width_ns);
}

bool onset_of_step(const struct decisions *v, struct onset_unit *units, size_t count, int64_t width_ns,
		   struct moment *start)
{
	size_t side = (size_t)incident_value(v, ONSET_SIDE);
	if ((double)count < incident_value(v, ONSET_UNITS) || width_ns <= 0)
		return false;
	size_t out = (count + side - 1) / side;
	qsort(units, count, sizeof(*units), onset_by_ok);
	int64_t low = units[count - 1 - out].last_ok.ns;
	qsort(units, count, sizeof(*units), onset_by_fail);
	int64_t high = units[out].first_fail.ns;
	if (low - high > onset_part_of(v, ONSET_OVERLAP, width_ns))
		return false;
	int64_t from = (low < high ? low : high) - onset_part_of(v, ONSET_ACTING, width_ns),
		to = (low < high ? high : low) + onset_part_of(v, ONSET_ON_WAY, width_ns);
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
