// SPDX-License-Identifier: ISC
// How much of those who watch could see at an incident's start.
#include "facts/facts_priv.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

struct facts_witness_standing { // of a collector
	bool full;		// it had a full-feed peer before the start
	bool blind;		// it had none at the start
	bool turned;		// that began there, and lasted: of one that sees again what it sees is known
};

static bool witness_counts(const struct health_peer *p)
{
	return p->why[0] == HEALTH_COUNTS || p->why[1] == HEALTH_COUNTS;
}

static void witness_standings(struct facts_witness_standing *of, const struct facts_input *in, const struct story *n,
			      double width_s)
{
	const struct routing *r = in->routes;
	const struct blind_list *l = routing_blind(r);
	for (uint32_t i = 0; i < peer_count(in->peers); i++) {
		const struct health_peer *p = routing_peer(r, i);
		uint16_t collector = peer_at(in->peers, i)->collector;
		bool before = p && instant_known(p->first_heard) && p->first_heard.ns < n->start.best.ns;
		of[collector].full |= before && witness_counts(p); // first_heard: of the session that is up now
	}
	struct instant to = instant_known(n->start.to) ? n->start.to : n->start.best;
	int64_t interval = isnan(width_s) ? 0 : (int64_t)(width_s * (double)NS_PER_S);
	for (size_t i = 0; i < l->count; i++) {
		const struct blind_span *b = &l->at[i];
		if (b->kind != BLIND_COLLECTOR)
			continue;
		of[b->who].full = true; // one that goes blind could see before that
		int64_t from = facts_start(n).ns - interval;
		bool over = instant_known(b->to) && b->to.ns < from, begun = b->from.ns <= to.ns;
		of[b->who].blind |= begun && !over;
		bool lasts = !instant_known(b->to) || b->to.ns > n->start.best.ns;
		of[b->who].turned |= begun && b->from.ns >= from && lasts;
	}
}

void facts_witness(const struct facts_input *in, const struct story *n, struct facts *facts)
{
	struct facts_witness *f = &facts->witness;
	struct facts_witness_standing *of = alloc_zero(COLLECTORS_MAX, sizeof(*of));
	witness_standings(of, in, n, facts->width_s);
	f->collectors = f->collectors_blind = f->collectors_turned = 0;
	for (size_t i = 0; i < COLLECTORS_MAX; i++) {
		f->collectors += of[i].full;
		f->collectors_blind += of[i].full && of[i].blind;
		f->collectors_turned += of[i].full && of[i].turned;
	}
	free(of);
	uint32_t all = f->observers + f->collectors, blind = f->observers_impaired + f->collectors_blind;
	f->coverage = all ? (double)(all - (blind < all ? blind : all)) / all : NAN;
}
