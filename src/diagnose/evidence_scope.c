// SPDX-License-Identifier: ISC
// How much went together: machines, networks, upstreams.
#include "diagnose/evidence_priv.h"

#include <string.h>

struct finding look_one_machine(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	double few = limit(d, JUDGE_MACHINES_FEW);
	return finding(s->machines_failed == 1 && s->watched + s->hosts > few, s->machines_failed > few,
		       s->machines_failed, NAN);
}

struct finding look_independent(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct incident_concurrency *c = &n->story.concurrency;
	if (!c->known)
		return finding_unknown();
	return finding(strcmp(c->verdict, "independent") == 0, strcmp(c->verdict, "concurrent") == 0, c->failed,
		       c->units);
}

struct finding look_one_network(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_routes *r = &n->facts.routes;
	if (!(r->networks >= 2))
		return finding_unknown();
	return finding(r->networks_lost == 1, r->networks_lost >= 2, r->networks_lost, r->networks);
}

struct finding look_one_block(const struct incident *n, const struct decisions *d)
{
	const struct facts_services *s = &n->facts.services;
	if (s->blocks < limit(d, JUDGE_BLOCKS_LEAST))
		return finding_unknown();
	return finding(s->blocks_failed == 1, s->blocks_failed >= 2, s->blocks_failed, s->blocks);
}

struct finding look_networks_in_step(const struct incident *n, const struct decisions *d)
{
	const struct facts_routes *r = &n->facts.routes;
	double step = fmax(limit(d, JUDGE_MARGIN_INTERVALS) * width_s(&n->facts), limit(d, JUDGE_STEP_S));
	if (!(r->networks_lost >= 2))
		return finding_unknown();
	return finding(r->network_spread_s <= step, r->network_spread_s > limit(d, JUDGE_STEP_NOT) * step,
		       r->network_spread_s, r->networks_lost);
}

struct finding look_upstreams_in_step(const struct incident *n, const struct decisions *d)
{
	const struct facts_routes *r = &n->facts.routes;
	double step = fmax(limit(d, JUDGE_MARGIN_INTERVALS) * width_s(&n->facts), limit(d, JUDGE_STEP_S));
	if (!(r->upstreams_lost >= 2))
		return finding_unknown();
	return finding(r->upstream_spread_s <= step, r->upstream_spread_s > limit(d, JUDGE_STEP_NOT) * step,
		       r->upstream_spread_s, r->upstreams_lost);
}
