// SPDX-License-Identifier: ISC
// What the files of control share. Nobody else includes it.
#pragma once

#include "engine/control.h"

// The end of an incident, as late as it may have been; the end of time while it lasts.
static inline struct instant control_end(const struct incident *n)
{
	if (!instant_known(n->end.best))
		return instant_of_ns(INT64_MAX);
	return instant_known(n->end.to) && n->end.to.ns > n->end.best.ns ? n->end.to : n->end.best;
}

// The start, as early as it may have been.
static inline struct instant control_start(const struct incident *n)
{
	return instant_known(n->start.from) ? n->start.from : n->start.best;
}

static inline bool control_owns(const struct entity *e, uint32_t asn)
{
	for (size_t i = 0; i < e->asn_count; i++)
		if (e->asns[i] == asn)
			return true;
	return false;
}

// control_routes.c: facts.routes, and facts.witness.unrelated_lost
void control_routes(const struct routes *r, const struct entity *e, struct incident *n);

// control_paths.c: the upstreams, paths and churn among facts.routes. An array of prefix ids in rising order.
struct control_own {
	const uint32_t *at;
	size_t n;
};
void control_paths(const struct routes *r, const struct control_own *own, struct incident *n);

// control_witness.c: collectors, collectors_blind and coverage of facts.witness
void control_witness(const struct peer_table *peers, const struct routes *r, struct incident *n);
