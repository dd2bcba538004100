// SPDX-License-Identifier: ISC
// What the parts of facts.h share.
#pragma once

#include "facts/facts.h"

struct facts_span { // bins of the incident, from a little before its start to its end
	const struct pulse_bin *bins;
	size_t count;
	size_t silence; // first bin of a lasting loss of nearly all; count: none
};

void facts_plane_fill(const struct facts_input *in, const struct facts_span *span, const struct story *n,
		      struct facts_plane *p);
void facts_services_fill(const struct facts_input *in, const struct story *n, struct facts_services *ret);

struct curve_point {   // share of the usual that was there; stands until the next point
	double time_s; // any origin
	double share;
};

// Speed, steps, floor and return of a curve: into the curve members of `ret`. Untouched where it never fell by facts.depth_least.
void facts_curve(const struct decisions *v, const struct curve_point *points, size_t count, double width_s,
		 struct facts_plane *ret);

struct facts_stretch {
	int64_t from, to;
};

// Whether what it saw, loss or a degradation, was over before this start and not a day before it.
bool facts_short_loss(const struct decisions *v, const struct detection *one, const struct moment *start);
struct facts_stretch facts_stretch_of(const struct detection *one);
size_t facts_stretches(struct facts_stretch *all, size_t count,
		       int64_t apart_ns); // how many that do not meet; sorted here

static inline double facts_loss(const struct pulse_bin *b) // negative: nothing was sent
{
	return b->sent ? (double)b->lost / b->sent : -1;
}

// The start, as early as it may have been.
static inline struct instant facts_start(const struct story *n)
{
	return instant_known(n->start.from) ? n->start.from : n->start.best;
}

static inline bool facts_owns(const struct entity *e, uint32_t asn)
{
	for (size_t i = 0; i < e->asn_count; i++)
		if (e->asns[i] == asn)
			return true;
	return false;
}

// routes.c: facts.routes, and facts.witness.unrelated_lost
void facts_routes(const struct facts_input *in, const struct story *n, struct facts *f);

// paths.c: the upstreams, paths and churn among facts.routes. An array of prefix ids in rising order.
struct facts_own {
	const uint32_t *at;
	size_t n;
};
void facts_paths(const struct facts_input *in, const struct facts_own *own, const struct story *n,
		 struct facts_routes *f);

// sessions.c: facts.sessions
void facts_sessions(const struct facts_input *in, const struct entity *e, const struct story *n,
		    struct facts_sessions *f);

// witness.c: collectors, collectors_blind and coverage of facts.witness
void facts_witness(const struct facts_input *in, const struct story *n, struct facts *f);
