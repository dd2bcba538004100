// SPDX-License-Identifier: ISC
// What the parts of facts.h share.
#pragma once

#include "incident/facts.h"

#define FACTS_MARGIN_INTERVALS 2 // looked at before the start: where it is flat before it is steep

struct facts_span { // bins of the incident, from a little before its start to its end
	const struct pulse_bin *bins;
	size_t count;
	size_t silence; // first bin of a lasting loss of nearly all; count: none
};

void facts_plane_fill(const struct describe_input *in, const struct facts_span *span, struct incident *n);
void facts_services_fill(const struct describe_input *in, struct incident *n);

struct curve_point {   // share of the usual that was there; stands until the next point
	double time_s; // any origin
	double share;
};

// Speed, steps, floor and return of a curve: into the curve members of `ret`. Untouched where it never fell by CURVE_DEPTH_LEAST.
void facts_curve(const struct curve_point *points, size_t count, double width_s, struct facts_plane *ret);
#define CURVE_DEPTH_LEAST 0.2

struct facts_stretch {
	int64_t from, to;
};

// Whether what it saw, loss or a degradation, was over before this start and not a day before it.
bool facts_short_loss(const struct detection *one, const struct moment *start);
struct facts_stretch facts_stretch_of(const struct detection *one);
size_t facts_stretches(struct facts_stretch *all, size_t count,
		       int64_t apart_ns); // how many that do not meet; sorted here

static inline double facts_loss(const struct pulse_bin *b) // negative: nothing was sent
{
	return b->sent ? (double)b->lost / b->sent : -1;
}
