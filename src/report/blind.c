// SPDX-License-Identifier: ISC
// When we were blind: names and sentences. What came again and again is one sentence.
#include "report/incident.h"
#include "report/words.h"

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

// All that are like the first.
static void blind_text_many(struct text *t, const struct incident_view *v, size_t first, size_t times)
{
	const struct blind_span *b = &v->blind->at[first];
	struct blind_span place = *b;
	struct instant from = b->from, to = b->to;
	struct text name = {0};
	for (size_t i = first; i < v->blind->count; i++) {
		const struct blind_span *c = &v->blind->at[i];
		if (!blind_alike(v, b, c))
			continue;
		from = c->from.ns < from.ns ? c->from : from;
		if (!instant_known(c->to) || (instant_known(to) && c->to.ns > to.ns))
			to = c->to;
	}
	place.kind = b->kind == BLIND_PEER ? BLIND_COLLECTOR : b->kind;
	place.who = blind_place(v, b);
	blind_name(&name, v, &place);
	text_printf(t, "We were %s at %s%s ", b->degraded ? "not at our best" : "blind",
		    b->kind == BLIND_PEER ? "sessions of " : "", blind_kind_name(place.kind));
	text_untrusted(t, text_string(&name), name.length);
	text_printf(t, " %zu times between ", times);
	words_clock(t, v->zone, from);
	text_put(t, " and ");
	if (instant_known(to))
		words_clock(t, v->zone, to);
	else
		text_put(t, "the end of the data");
	text_printf(t, ": %s.\n", b->why);
	text_free(&name);
}

void blind_text(struct text *t, const struct incident_view *v)
{
	for (size_t i = 0; i < v->blind->count; i++) {
		size_t times = 0, before = 0;
		for (size_t k = 0; k < v->blind->count; k++) {
			bool alike = blind_alike(v, &v->blind->at[i], &v->blind->at[k]);
			times += alike;
			before += alike && k < i;
		}
		if (times <= BLIND_TOLD)
			blind_text_one(t, v, &v->blind->at[i]);
		else if (!before)
			blind_text_many(t, v, i, times);
	}
}
