// SPDX-License-Identifier: ISC
// One state per collector: never healthy, healthy, blind.
#include "signal/blind.h"

#include "base/alloc.h"
#include "model/carried.h"

#include <stdlib.h>

struct blind_standing {
	bool was_healthy, healthy_now;
	size_t open; // index of the open span + 1
	uint32_t why[HEALTH_WHY_COUNT];
	struct instant last_heard; // newest of its silent peers, before they fell silent
};

struct blind {
	const struct peer_table *peers;
	struct blind_standing *of; // by collector
	struct blind_list spans;
	uint64_t lost;
};

struct blind *blind_create(const struct peer_table *peers)
{
	struct blind *b = alloc_zero(1, sizeof(*b));
	b->peers = peers;
	b->of = alloc_zero(COLLECTORS_MAX, sizeof(*b->of));
	return b;
}

void blind_free(struct blind *b)
{
	if (!b)
		return;
	free(b->of);
	free(b->spans.at);
	free(b);
}

static enum health_why blind_commonest(const struct blind_standing *s)
{
	int most = HEALTH_SESSION_DOWN;
	for (int why = 0; why < HEALTH_WHY_COUNT; why++)
		if (why != HEALTH_COUNTS && s->why[why] > s->why[most])
			most = why;
	return (enum health_why)most;
}

// The oldest span that is over makes room for a new one; false: all are open.
static bool blind_span_forget(struct blind *b)
{
	size_t at = 0;
	while (at < b->spans.count && !instant_known(b->spans.at[at].to))
		at++;
	if (at == b->spans.count)
		return false;
	b->spans.count--;
	memmove(b->spans.at + at, b->spans.at + at + 1, (b->spans.count - at) * sizeof(*b->spans.at));
	for (uint16_t c = 0; c < collector_count(b->peers); c++)
		b->of[c].open -= b->of[c].open > at;
	b->lost++;
	return true;
}

static void blind_judge(struct blind *b, uint16_t collector, struct instant now)
{
	struct blind_standing *s = &b->of[collector];
	if (s->healthy_now) {
		if (s->open)
			b->spans.at[s->open - 1].to = now;
		s->open = 0;
		s->was_healthy = true;
		return;
	}
	if (!s->was_healthy || s->open || (b->spans.count >= BLIND_SPANS_MAX && !blind_span_forget(b)))
		return;
	alloc_grow((void **)&b->spans.at, b->spans.count, &b->spans.capacity, sizeof(*b->spans.at));
	enum health_why why = blind_commonest(s);
	// Silence is noticed late; it began with the last word.
	struct instant from = why == HEALTH_SILENT || why == HEALTH_LOST ? s->last_heard : now;
	b->spans.at[b->spans.count++] =
		(struct blind_span){.who = collector, .from = from, .to = INSTANT_NONE, .why = health_why_name(why)};
	s->open = b->spans.count;
}

void blind_update(struct blind *b, const struct table *t, struct instant now)
{
	uint16_t collectors = collector_count(b->peers);
	for (uint16_t c = 0; c < collectors; c++) {
		b->of[c].healthy_now = false;
		b->of[c].last_heard = INSTANT_NONE;
		memset(b->of[c].why, 0, sizeof(b->of[c].why));
	}
	for (uint32_t peer = 0; peer < peer_count(b->peers); peer++) {
		const struct health_peer *p = table_peer(t, peer);
		struct blind_standing *s = &b->of[peer_at(b->peers, peer)->collector];
		if (!p)
			continue;
		s->healthy_now |= p->why[0] == HEALTH_COUNTS || p->why[1] == HEALTH_COUNTS;
		s->why[p->why[0]]++;
		bool gone = p->why[0] == HEALTH_SILENT || p->why[0] == HEALTH_LOST;
		struct instant last = p->lost ? p->lost_from : p->last_heard;
		if (gone && last.ns > s->last_heard.ns)
			s->last_heard = last;
	}
	for (uint16_t c = 0; c < collectors; c++)
		blind_judge(b, c, now);
}

const struct blind_list *blind_spans(const struct blind *b)
{
	return &b->spans;
}

uint64_t blind_lost(const struct blind *b)
{
	return b->lost;
}

void blind_carry(struct carry *c, struct blind *b)
{
	carry_room(c, CARRY_ARRAY(b->spans.at, b->spans.count, b->spans.capacity), 20);
	for (size_t i = 0; i < b->spans.count && carry_good(c); i++) {
		blind_span_carry(c, &b->spans.at[i]);
		carry_check(c, !b->spans.at[i].is_observer);
	}
	size_t n = collector_count(b->peers);
	carry_count(c, &n, 8);
	carry_check(c, n <= COLLECTORS_MAX);
	for (size_t i = 0; i < n && carry_good(c); i++) { // the rest is made anew at each update
		CARRY(c, b->of[i].was_healthy);
		CARRY(c, b->of[i].healthy_now);
		CARRY(c, b->of[i].open);
		carry_check(c, b->of[i].open <= b->spans.count);
	}
	CARRY(c, b->lost);
}
