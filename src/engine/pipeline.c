// SPDX-License-Identifier: ISC
// Stages in their order, wired by sinks, and the clock of the data.
#include "engine/stage.h"

#include "base/alloc.h"
#include "base/must.h"
#include "engine/points.h"

#include <stdlib.h>

struct pipeline *pipeline_create(const struct pipeline_options *options)
{
	struct pipeline *p = alloc_zero(1, sizeof(*p));
	must(options->entities && options->peers && options->definition);
	p->entities = options->entities;
	p->peers = options->peers;
	p->targets = options->targets;
	p->first = p->last = p->probed = p->heard_first = p->heard = p->cut = p->next_cut = p->next_tick = INSTANT_NONE;
	p->cut_ns = options->cut_ns ? options->cut_ns : engine_ns(options->decisions, ENGINE_CUT_S);
	p->revisions = options->revisions;
	p->points = options->points;
	p->version = options->version;
	p->parameters_digest = options->parameters_digest;
	p->world = options->world;
	p->memo = precedence_memo_create();
	p->late = alloc_zero(COLLECTORS_MAX + OBSERVERS_MAX, sizeof(*p->late));
	p->definition = options->definition;
	p->decisions = options->decisions;
	p->tick_ns = engine_ns(p->decisions, ENGINE_TICK_S);
	p->full_floor = options->full_floor;
	p->known = options->known;
	p->ratios = options->ratios;
	p->known_count = options->known_count;
	for (uint8_t kind = 0; kind < OBS_KIND_COUNT; kind++)
		p->takers[kind] = stage_takers(kind);
	const struct stage *s;
	for (size_t i = 0; (s = stage_at(i)); i++)
		if (s->create)
			s->create(p);
	return p;
}

void pipeline_free(struct pipeline *p)
{
	const struct stage *s;
	if (!p)
		return;
	for (size_t i = 0; (s = stage_at(i)); i++)
		if (s->free)
			s->free(p);
	free(p->late);
	precedence_memo_free(p->memo);
	free(p->blind.at);
	carry_words_free(&p->words);
	free(p);
}

// Time passed up to `now`: what waits for that is told of it.
static void pipeline_tick(struct pipeline *p, struct instant now)
{
	const struct stage *s;
	for (size_t i = 0; (s = stage_at(i)); i++)
		if (s->tick)
			s->tick(p, now);
}

// Whether anything can have changed that a cut would tell of.
static bool pipeline_cut_due(const struct pipeline *p)
{
	const struct route_log *e = routes_route_log(p->routes);
	return p->news || (e && route_log_news_all(e) != p->origin_news);
}

static struct instant pipeline_grid_after(struct instant t, int64_t step)
{
	return instant_of_ns((t.ns / step + 1) * step);
}

// The next cut when all that waits for time has been told: nothing is looked at before the first look that is due, so a stamp in another
// century costs a few looks.
static struct instant pipeline_cut_after_gap(const struct pipeline *p, struct instant now)
{
	struct instant after = pipeline_grid_after(now, p->cut_ns), due = after;
	for (uint32_t e = 0; e < p->entities->count; e++)
		if (p->watches[e].open && p->watches[e].look_at.ns < due.ns)
			due = p->watches[e].look_at;
	struct instant at = pipeline_grid_after(instant_after(due, -1), p->cut_ns);
	return at.ns > p->next_cut.ns ? at : instant_after(p->next_cut, p->cut_ns);
}

// Time goes on to `now`; on its way all points of the two grids are passed in their order.
static void pipeline_time_pass(struct pipeline *p, struct instant now)
{
	if (!instant_known(p->next_cut)) {
		p->next_cut = pipeline_grid_after(now, p->cut_ns);
		p->next_tick = pipeline_grid_after(now, p->tick_ns);
		return;
	}
	double most = engine_value(p->decisions, ENGINE_TICKS_MOST);
	for (unsigned ticks = 0; p->next_tick.ns <= now.ns || p->next_cut.ns <= now.ns;) {
		if (p->next_tick.ns < p->next_cut.ns) {
			pipeline_tick(p, p->next_tick);
			p->next_tick = ++ticks < most ? instant_after(p->next_tick, p->tick_ns)
						      : pipeline_grid_after(now, p->tick_ns);
		} else {
			if (pipeline_cut_due(p))
				cut_make(p, p->next_cut);
			p->next_cut =
				ticks < most ? instant_after(p->next_cut, p->cut_ns) : pipeline_cut_after_gap(p, now);
		}
	}
}

// What is older than the last cut changes what was said at it: the next revision says who was late.
static void pipeline_late_note(struct pipeline *p, const struct obs *o)
{
	bool observer = !(STAGE_ROUTING >> o->kind & 1);
	p->late[observer ? COLLECTORS_MAX + o->collector : o->collector] = true;
	p->any_late = true;
}

static uint32_t pipeline_takers(const struct pipeline *p, const struct obs *o)
{
	must(o->kind < OBS_KIND_COUNT);
	return p->takers[o->kind];
}

static int pipeline_give(struct pipeline *p, const struct batch *part, uint32_t takers)
{
	int code = 0;
	for (size_t i = 0; takers >> i && code >= 0; i++)
		if (takers >> i & 1)
			code = stage_at(i)->take(p, part);
	return code < 0 ? code : 0;
}

// In stretches of kinds that the same stages take.
static int pipeline_take_run(struct pipeline *p, const struct batch *b, size_t from, size_t n)
{
	const struct obs *batch = b->obs + from;
	const struct stage *s;
	for (size_t i = 0, end; i < n; i = end) {
		uint32_t takers = pipeline_takers(p, &batch[i]);
		for (end = i + 1; end < n && pipeline_takers(p, &batch[end]) == takers;)
			end++;
		struct batch part = batch_part(b, from + i, end - i);
		int code = takers ? pipeline_give(p, &part, takers) : 0;
		if (code < 0)
			return code;
	}
	for (size_t i = 0; (s = stage_at(i)); i++)
		if (s->taken)
			s->taken(p);
	return 0;
}

// Whether it can change anything that was said: not the end of a file, and not what has no time.
static bool pipeline_says_something(const struct obs *o)
{
	return instant_known(o->time) && o->kind != OBS_FEED_END && o->kind != OBS_TIME;
}

int pipeline_take(void *self, const struct batch *b)
{
	struct pipeline *p = self;
	const struct obs *batch = b->obs;
	size_t n = b->count;
	for (size_t i = 0; i < n && !instant_known(p->first); i++)
		p->first = batch[i].time;
	for (size_t i = 0, first = 0; i <= n; i++) {
		bool passes = i < n && (batch[i].time.ns >= p->next_cut.ns || batch[i].time.ns >= p->next_tick.ns);
		if (i < n && !passes) {
			if (batch[i].time.ns < p->cut.ns && pipeline_says_something(&batch[i]))
				pipeline_late_note(p, &batch[i]);
			continue;
		}
		int code = i > first ? pipeline_take_run(p, b, first, i - first) : 0;
		if (code < 0)
			return code;
		for (size_t k = first; k < i; k++)
			p->last = batch[k].time.ns > p->last.ns ? batch[k].time : p->last;
		first = i;
		if (i < n && instant_known(batch[i].time))
			pipeline_time_pass(p, batch[i].time);
	}
	return 0;
}

void pipeline_watermark(struct pipeline *p, struct instant now)
{
	if (instant_known(p->last) && instant_known(now))
		pipeline_time_pass(p, now);
}

size_t pipeline_unseen(const struct pipeline *p, uint32_t entity, enum coverage_kind kind, struct coverage_span **ret)
{
	return coverage_unseen(&p->dossiers[entity].coverage.of[kind], p->last,
			       engine_ns(p->decisions, ENGINE_UNSEEN_S), ret);
}

void pipeline_finish(struct pipeline *p)
{
	const struct stage *s;
	for (size_t i = 0; (s = stage_at(i)); i++)
		if (s->finish)
			s->finish(p);
	points_finish(p);
	if (!instant_known(p->last))
		return;
	p->ending = true;
	cut_make(p, p->last);
}

size_t pipeline_unconfirmed(const struct pipeline *p, uint32_t entity)
{
	return p->watches[entity].unconfirmed + p->watches[entity].unconfirmed_gone;
}

const struct incident_list *pipeline_incidents(struct pipeline *p)
{
	struct incident_list *l = book_all(p->book);
	l->unconfirmed = 0;
	for (uint32_t e = 0; e < p->entities->count; e++)
		l->unconfirmed += pipeline_unconfirmed(p, e);
	return l;
}

const struct blind_list *pipeline_blind(struct pipeline *p)
{
	cut_blind(p);
	return &p->blind;
}

struct instant pipeline_cut(const struct pipeline *p)
{
	return p->cut;
}

const struct routes *pipeline_routes(const struct pipeline *p)
{
	return p->routes;
}

const struct routing *pipeline_routing(const struct pipeline *p)
{
	return &p->routing;
}

double pipeline_baseline(const struct pipeline *p, uint32_t entity, uint8_t signal)
{
	return level_baseline(p->levels[entity * SIGNAL_ROUTING_COUNT + signal]);
}

bool pipeline_judged(const struct pipeline *p, uint32_t entity)
{
	for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++)
		if (level_judged(p->levels[entity * SIGNAL_ROUTING_COUNT + s]))
			return true;
	for (size_t i = 0; i < p->series_count; i++)
		if (p->series[i] && series_at(p->targets, (uint32_t)i)->entity == entity && series_judged(p->series[i]))
			return true;
	return instant_known(p->dossiers[entity].coverage.of[COVERAGE_PROBES].up);
}

struct instant pipeline_first(const struct pipeline *p)
{
	return p->first;
}

const struct dossier *pipeline_dossier(struct pipeline *p, uint32_t entity)
{
	struct dossier *d = &p->dossiers[entity];
	d->bins = reachability_bins(p->reachability[entity], &d->bin_count);
	d->routes_baseline = pipeline_baseline(p, entity, SIGNAL_ROUTES);
	d->last = p->ending || !instant_known(p->cut) ? p->last : p->cut;
	return d;
}

const struct observer_list *pipeline_observers(const struct pipeline *p)
{
	return &p->observers;
}

size_t pipeline_useless_controls(const struct pipeline *p, uint16_t observer, size_t *ret_all)
{
	*ret_all = 0;
	return p->reach ? reach_useless_controls(p->reach, observer, ret_all) : 0;
}

struct limits pipeline_limits(const struct pipeline *p)
{
	struct limits l = p->limits;
	limits_add(&l, sessions_limits(p->sessions));
	struct routes_limits of_routes = routes_limits(p->routes);
	struct reach_limits of_probes = p->reach ? reach_limits(p->reach) : (struct reach_limits){0};
	l.reached[LIMIT_ROUTE_EVENTS] += of_routes.events;
	l.reached[LIMIT_ENTITY_SETS] += of_routes.sets;
	l.reached[LIMIT_BLIND_SPANS] += of_routes.spans;
	l.reached[LIMIT_INTERVALS] += of_probes.early;
	l.reached[LIMIT_ROUND_TRIPS] += of_probes.rtts;
	return l;
}

struct instant pipeline_last(const struct pipeline *p)
{
	return p->last;
}

double pipeline_watch_s(const struct pipeline *p)
{
	return p->reach ? (double)reach_width_ns(p->reach) / (double)NS_PER_S : 0;
}
