// SPDX-License-Identifier: ISC
// What the routes of an incident's entity did: which prefixes became invisible and when, by network; who else announced
// them; and whether the prefixes of others went in the same moment.
#include "facts/facts_priv.h"

#include "base/alloc.h"
#include "base/numbers.h"

#include <math.h>
#include <stdlib.h>

enum before { BEFORE_UNKNOWN, BEFORE_VISIBLE, BEFORE_INVISIBLE };

struct prefix_story {
	uint8_t before; // at the start
	uint32_t origin;
	struct instant gone; // first became invisible in the incident; unknown: never
};

struct route_story {
	struct facts_own own; // prefixes of the entity
	struct prefix_story *of;
	struct instant start, from, to; // from: the earliest that the start may be
	size_t visible;			// at the start
};

static struct prefix_story *routes_story_of(const struct route_story *s, uint32_t prefix)
{
	const uint32_t *at =
		s->own.n ? bsearch(&prefix, s->own.at, s->own.n, sizeof(*s->own.at), numbers_by_uint32) : NULL;
	return at ? &s->of[at - s->own.at] : NULL;
}

// The last word before the start says what it was then; else the first word after it says the opposite of that.
static void routes_sight_take(struct route_story *s, const struct route_log_event *e)
{
	struct prefix_story *p = routes_story_of(s, e->prefix);
	bool visible = e->kind == ROUTE_LOG_VISIBLE;
	if (!p)
		return;
	if (e->time.ns < s->from.ns)
		p->before = visible ? BEFORE_VISIBLE : BEFORE_INVISIBLE;
	else if (p->before == BEFORE_UNKNOWN)
		p->before = visible ? BEFORE_INVISIBLE : BEFORE_VISIBLE;
	if (visible || e->time.ns < s->from.ns || e->time.ns > s->to.ns)
		return;
	if (!instant_known(p->gone))
		p->gone = e->time;
}

// What a stranger announced inside the entity's space is no loss of the entity when it goes.
static void routes_stranger_take(struct route_story *s, const struct route_log_event *e, const struct entity *entity)
{
	struct prefix_story *p = routes_story_of(s, e->prefix);
	if (p && e->kind == ROUTE_LOG_MORE_SPECIFIC && !facts_owns(entity, e->asn))
		p->before = BEFORE_INVISIBLE;
}

static void routes_story_read(struct route_story *s, const struct routing *r, const struct entity *entity,
			      uint32_t index)
{
	size_t n;
	const struct route_log_event *events = routing_events(r, index, &n);
	const struct routing *t = r;
	for (size_t i = 0; i < s->own.n; i++)
		s->of[i] = (struct prefix_story){.origin = routing_origin(t, s->own.at[i]), .gone = INSTANT_NONE};
	for (size_t i = 0; i < n; i++)
		if (events[i].kind == ROUTE_LOG_INVISIBLE || events[i].kind == ROUTE_LOG_VISIBLE)
			routes_sight_take(s, &events[i]);
	for (size_t i = 0; i < n; i++)
		routes_stranger_take(s, &events[i], entity);
	for (size_t i = 0; i < s->own.n; i++) {
		struct prefix_story *p = &s->of[i];
		if (p->before == BEFORE_UNKNOWN)
			p->before = routing_visible(t, s->own.at[i]) ? BEFORE_VISIBLE : BEFORE_INVISIBLE;
		s->visible += p->before == BEFORE_VISIBLE;
	}
}

static int routes_by_origin_and_time(const void *a, const void *b)
{
	const struct prefix_story *x = a, *y = b;
	if (x->origin != y->origin)
		return x->origin < y->origin ? -1 : 1;
	return (x->gone.ns > y->gone.ns) - (x->gone.ns < y->gone.ns);
}

struct facts_routes_span {
	struct instant first, last;
};

static bool routes_lost_in(const struct prefix_story *p)
{
	return p->before == BEFORE_VISIBLE && instant_known(p->gone);
}

static void routes_span_add(struct facts_routes_span *s, struct instant t)
{
	if (!instant_known(s->first) || t.ns < s->first.ns)
		s->first = t;
	if (!instant_known(s->last) || t.ns > s->last.ns)
		s->last = t;
}

// Puts the prefixes that were visible before in order of their networks; the index of the prefixes is lost.
static void routes_networks_count(struct route_story *s, struct facts_routes *f)
{
	size_t n = 0, lost = 0;
	for (size_t i = 0; i < s->own.n; i++)
		if (s->of[i].before == BEFORE_VISIBLE)
			s->of[n++] = s->of[i];
	if (n)
		qsort(s->of, n, sizeof(*s->of), routes_by_origin_and_time);
	struct facts_routes_span firsts = {INSTANT_NONE, INSTANT_NONE};
	f->networks = f->networks_lost = 0;
	for (size_t i = 0; i < n;) {
		struct facts_routes_span of = {INSTANT_NONE, INSTANT_NONE};
		uint32_t origin = s->of[i].origin;
		for (; i < n && s->of[i].origin == origin; i++) {
			lost += instant_known(s->of[i].gone);
			if (instant_known(s->of[i].gone))
				routes_span_add(&of, s->of[i].gone);
		}
		f->networks += 1;
		if (!instant_known(of.first))
			continue;
		f->networks_lost += 1;
		routes_span_add(&firsts, of.first);
		double spread = instant_gap_s(of.first, of.last);
		f->spread_s = isnan(f->spread_s) || spread > f->spread_s ? spread : f->spread_s;
	}
	f->lost = n ? (double)lost / (double)n : NAN;
	if (instant_known(firsts.first))
		f->first_s = instant_gap_s(s->start, firsts.first);
	if (instant_known(firsts.first))
		f->network_spread_s = instant_gap_s(firsts.first, firsts.last);
}

// Prefixes of its own networks that were not visible before, perhaps never, and were withdrawn around the start.
static double routes_own_news(const struct route_story *s, const struct facts_input *in, uint32_t index)
{
	const struct routing *r = in->routes;
	const struct entity *entity = &in->entities->at[index];
	int64_t around = facts_ns(in->decisions, FACTS_NEWS_S);
	size_t count, found = 0;
	double distinct = 0;
	const struct route_log_event *events = routing_events(r, index, &count);
	uint32_t *ids = alloc_zero(count, sizeof(*ids));
	for (size_t i = 0; i < count; i++) {
		const struct route_log_event *e = &events[i];
		const struct prefix_story *p = routes_story_of(s, e->prefix);
		bool news = !p || p->before == BEFORE_INVISIBLE;
		if (e->kind == ROUTE_LOG_WITHDRAWN && llabs(e->time.ns - s->start.ns) <= around && news &&
		    facts_owns(entity, routing_origin(r, e->prefix)))
			ids[found++] = e->prefix;
	}
	if (found)
		qsort(ids, found, sizeof(*ids), numbers_by_uint32);
	for (size_t i = 0; i < found; i++)
		distinct += !i || ids[i] != ids[i - 1];
	free(ids);
	return distinct / (double)s->visible;
}

static int64_t routes_news_window(const struct decisions *v, double width)
{
	int64_t most = facts_ns(v, FACTS_NEWS_S), least = facts_ns(v, FACTS_NEWS_LEAST_S);
	if (isnan(width))
		return most;
	int64_t three = (int64_t)(3 * width * (double)NS_PER_S);
	return three < least ? least : three < most ? three : most;
}

// Full-feed networks when it began: what was known then is in the samples, the table is of now.
static double routes_witnesses(const struct facts_input *in, struct instant start)
{
	const struct dossier *d = in->dossier;
	double networks = fmax(routing_networks(in->routes, FAMILY_V4), routing_networks(in->routes, FAMILY_V6));
	for (size_t i = 0; i < d->route_count && d->routes[i].time.ns <= start.ns; i++)
		networks = d->routes[i].of_networks;
	return networks;
}

static void routes_news_count(const struct route_story *s, const struct facts_input *in, const struct story *n,
			      struct facts *f)
{
	int64_t earliest = s->from.ns - routes_news_window(in->decisions, f->width_s);
	if (in->entities->at[n->entity].asn_count) // whose are its networks is not known else
		f->routes.own_news = routes_own_news(s, in, n->entity);
	f->routes.witnesses = routes_witnesses(in, s->start);
	bool few = false;
	f->routes.new_origins = 0;
	for (size_t i = 0; i < n->origin_count; i++) {
		const struct incident_origin *o = &n->origins[i];
		bool then = o->first.ns >= earliest && o->first.ns <= s->to.ns;
		f->routes.new_origins += then && o->enough;
		few |= then && !o->enough;
	}
	if (few && f->routes.new_origins <= 0)
		f->routes.new_origins = NAN;
}

// Share of all other prefixes that became invisible around the entity's first loss.
static void routes_unrelated_count(const struct route_story *s, const struct facts_input *in, const struct story *n,
				   struct facts_witness *f)
{
	const struct routing *r = in->routes;
	int64_t with = facts_ns(in->decisions, FACTS_UNRELATED_S);
	struct instant first = INSTANT_NONE;
	for (size_t i = 0; i < s->own.n; i++)
		if (routes_lost_in(&s->of[i]) && (!instant_known(first) || s->of[i].gone.ns < first.ns))
			first = s->of[i].gone;
	if (!instant_known(first))
		return;
	size_t count, events;
	const struct routes_loss *losses = routing_losses(r, &count);
	double lost = 0, visible = NAN;
	for (size_t i = 0; i < count; i++) {
		if (llabs(losses[i].time.ns - first.ns) > with)
			continue;
		visible = isnan(visible) ? losses[i].visible : visible;
		lost += losses[i].lost;
	}
	const struct route_log_event *e = routing_events(r, n->entity, &events);
	for (size_t i = 0; i < events; i++)
		lost -= e[i].kind == ROUTE_LOG_INVISIBLE && llabs(e[i].time.ns - first.ns) <= with;
	double others = visible - (double)s->visible;
	if (others > 0)
		f->unrelated_lost = lost < 0 ? 0 : lost > others ? 1 : lost / others;
}

void facts_routes(const struct facts_input *in, const struct story *n, struct facts *f)
{
	const struct routing *r = in->routes;
	struct route_story s = {.start = n->start.best,
				.from = instant_after(facts_start(n), -facts_ns(in->decisions, FACTS_STAMP_S)),
				.to = story_onset_end(n)};
	s.own.at = routing_own(r, n->entity, &s.own.n);
	s.of = alloc_zero(s.own.n, sizeof(*s.of));
	routes_story_read(&s, r, &in->entities->at[n->entity], n->entity);
	f->routes.known = s.visible > 0 && routing_followed(r, n->entity);
	if (f->routes.known) {
		routes_unrelated_count(&s, in, n, &f->witness);
		routes_news_count(&s, in, n, f);
		routes_networks_count(&s, &f->routes);
		facts_paths(in, &s.own, n, &f->routes);
	}
	free(s.of);
}
