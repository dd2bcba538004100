// SPDX-License-Identifier: ISC
// When we were blind: names and sentences. What came again and again is one sentence.
#include "base/alloc.h"
#include "report/incident.h"
#include "report/words.h"

#include <stdlib.h>

#define BLIND_TOLD 3 // times that are told one by one; more are one sentence

void blind_name(struct text *t, const struct incident_view *v, const struct blind_span *b)
{
	const struct observer *o = NULL;
	const char *name = "unknown";
	const struct peer *peer = b->kind == BLIND_PEER ? peer_at(v->peers, b->who) : NULL;
	if (b->kind == BLIND_OBSERVER)
		o = v->targets ? observer_at(v->targets, (uint16_t)b->who) : NULL;
	if (o)
		name = o->id;
	else if (b->kind != BLIND_OBSERVER)
		name = collector_name(v->peers, peer ? peer->collector : (uint16_t)b->who);
	text_put(t, name);
	if (!peer)
		return;
	text_printf(t, " AS%u ", peer->asn);
	text_addr(t, &peer->address);
}

const char *blind_kind_name(uint8_t kind)
{
	static const char *const names[BLIND_KINDS] = {
		[BLIND_COLLECTOR] = "collector", [BLIND_OBSERVER] = "observer", [BLIND_PEER] = "session"};
	return kind < BLIND_KINDS ? names[kind] : "unknown";
}

static uint32_t blind_place(const struct incident_view *v, const struct blind_span *b)
{
	return b->kind == BLIND_PEER ? peer_at(v->peers, b->who)->collector : b->who;
}

// Of the same reason at the same place; sessions of one collector are one place.
static bool blind_alike(const struct incident_view *v, const struct blind_span *a, const struct blind_span *b)
{
	return a->kind == b->kind && a->degraded == b->degraded && strcmp(a->why, b->why) == 0 &&
	       blind_place(v, a) == blind_place(v, b);
}

static void blind_text_span(struct text *t, const struct incident_view *v, struct instant from, struct instant to)
{
	words_clock(t, v->zone, from);
	if (instant_known(to)) {
		text_put(t, " to ");
		words_clock(t, v->zone, to);
	} else {
		text_put(t, " to the end of the data");
	}
}

static void blind_text_one(struct text *t, const struct incident_view *v, const struct blind_span *b)
{
	struct text name = {0};
	blind_name(&name, v, b);
	text_printf(t, "We were %s at %s ", b->degraded ? "not at our best" : "blind", blind_kind_name(b->kind));
	text_untrusted(t, text_string(&name), name.length);
	text_put(t, " from ");
	blind_text_span(t, v, b->from, b->to);
	text_printf(t, ": %s.\n", b->why);
	text_free(&name);
}

struct blind_group { // spans that are alike
	size_t first, times;
	struct instant from, to; // to unknown: still
};

static void blind_text_many(struct text *t, const struct incident_view *v, const struct blind_group *g)
{
	const struct blind_span *b = &v->blind->at[g->first];
	struct blind_span place = *b;
	struct text name = {0};
	place.kind = b->kind == BLIND_PEER ? BLIND_COLLECTOR : b->kind;
	place.who = blind_place(v, b);
	blind_name(&name, v, &place);
	text_printf(t, "We were %s at %s%s ", b->degraded ? "not at our best" : "blind",
		    b->kind == BLIND_PEER ? "sessions of " : "", blind_kind_name(place.kind));
	text_untrusted(t, text_string(&name), name.length);
	text_printf(t, " %zu times between ", g->times);
	words_clock(t, v->zone, g->from);
	text_put(t, " and ");
	if (instant_known(g->to))
		words_clock(t, v->zone, g->to);
	else
		text_put(t, "the end of the data");
	text_printf(t, ": %s.\n", b->why);
	text_free(&name);
}

// Into which of the groups, of which there are few however many spans there are, each span goes: into ret, by span. The groups are the caller's.
static struct blind_group *blind_groups(const struct incident_view *v, size_t *ret)
{
	const struct blind_span *all = v->blind->at;
	struct blind_group *groups = NULL;
	size_t count = 0, capacity = 0;
	for (size_t i = 0; i < v->blind->count; i++) {
		size_t k = 0;
		while (k < count && !blind_alike(v, &all[groups[k].first], &all[i]))
			k++;
		if (k == count) {
			alloc_grow((void **)&groups, count, &capacity, sizeof(*groups));
			groups[count++] = (struct blind_group){.first = i, .from = all[i].from, .to = all[i].to};
		}
		struct blind_group *g = &groups[k];
		g->times++;
		g->from = all[i].from.ns < g->from.ns ? all[i].from : g->from;
		if (!instant_known(all[i].to) || (instant_known(g->to) && all[i].to.ns > g->to.ns))
			g->to = all[i].to;
		ret[i] = k;
	}
	return groups;
}

void blind_text(struct text *t, const struct incident_view *v)
{
	size_t *of = alloc_zero(v->blind->count + 1, sizeof(*of));
	struct blind_group *groups = blind_groups(v, of);
	for (size_t i = 0; i < v->blind->count; i++) {
		const struct blind_group *g = &groups[of[i]];
		if (g->times <= BLIND_TOLD)
			blind_text_one(t, v, &v->blind->at[i]);
		else if (g->first == i)
			blind_text_many(t, v, g);
	}
	free(groups);
	free(of);
}
