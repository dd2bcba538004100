// SPDX-License-Identifier: ISC
// Stages in their order, wired by sinks, and the clock of the data.
#include "engine/pipeline_priv.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

#define SILENT_PULSES 3 // watch intervals without any

static void pipeline_on_detection(void *context, const struct detection *d, bool opened)
{
	struct pipeline *p = context;
	dossier_detection(&p->dossiers[d->entity], d);
	if (p->looking || (!opened && !instant_known(d->end.best)))
		return;
	p->watches[d->entity].news = true;
	p->news = true;
}

// Somebody who was not blind asked.
static void pipeline_pulse_covers(struct pipeline *p, const struct pulse *pulse)
{
	bool asked = false;
	for (size_t i = 0; i < pulse->view_count && !asked; i++)
		asked = !pulse->views[i].impaired && (pulse->views[i].sent || pulse->views[i].checks);
	int64_t least = engine_ns(p->decisions, ENGINE_UNSEEN_S), pauses = SILENT_PULSES * pulse->width_ns;
	if (asked)
		coverage_seen(&p->dossiers[pulse->entity].looked, COVERAGE_PROBES, pulse->time,
			      pauses > least ? pauses : least);
}

static void pipeline_on_pulse(void *context, const struct pulse *pulse)
{
	struct pipeline *p = context;
	reachability_pulse(p->reachability[pulse->entity], pulse);
	checks_pulse(p->checks[pulse->entity], pulse);
	p->dossiers[pulse->entity].width_ns = pulse->width_ns;
	pipeline_pulse_covers(p, pulse);
}

static void pipeline_on_change(void *context, const struct target_change *c)
{
	struct pipeline *p = context;
	uint32_t entity = target_at(p->targets, c->target)->entity;
	dossier_change(&p->dossiers[entity], c);
	reachability_change(p->reachability[entity], c);
}

static void pipeline_on_block(void *context, const struct block_state *b, uint8_t before)
{
	struct pipeline *p = context;
	const struct block_pool *pool = blocks_pool(p->blocks, b->entity);
	(void)before;
	struct share_block changed = {
		.down = b->belief == BLOCK_DOWN,
		.last_ok = b->last_ok,
		.first_fail = b->first_fail,
		.decided = b->decided_at,
		.blocks_up = pool->blocks[BLOCK_UP] + pool->blocks[BLOCK_UNCERTAIN],
		.blocks_down = pool->blocks[BLOCK_DOWN],
	};
	share_take(p->shares[b->entity], &changed);
}

// A host that answers makes its block one that can be judged.
static void pipeline_on_host(void *context, const struct reach_host *h)
{
	struct pipeline *p = context;
	const struct target *t = target_at(p->targets, h->target);
	if (t->address.family != FAMILY_V4 || t->entity >= BLOCK_ENTITIES_MAX)
		return;
	uint32_t number = v4_number(t->address.bytes);
	struct block_probe probe = {
		.block = number >> 8,
		.low = (uint8_t)number,
		.ok = h->good,
		.controls = h->fault ? BLOCK_CONTROLS_FAILED : BLOCK_CONTROLS_UNKNOWN,
		.observer = h->observer,
		.time = h->time,
	};
	struct block_state *s = h->good ? blocks_add(p->blocks, probe.block, t->entity, t->entity) : NULL;
	if (s)
		blocks_responder_seen(p->blocks, s, probe.low);
	blocks_take(p->blocks, &probe);
}

static void pipeline_on_observer(void *context, const struct observer_change *c)
{
	struct pipeline *p = context;
	struct observer_list *l = &p->observers;
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count++] = *c;
}

void pipeline_deadline_note(struct pipeline *p, size_t at)
{
	struct instant d = level_deadline(p->levels[at]);
	p->deadlines[at] = instant_known(d) ? d.ns : INT64_MAX;
	p->deadline = p->deadlines[at] < p->deadline ? p->deadlines[at] : p->deadline;
}

// Both families stand or fall with the same peers: the one that is judged tells for both. What is silent was silent from its last word on.
static void pipeline_sample_covers(struct pipeline *p, const struct sample *s)
{
	struct dossier *d = &p->dossiers[s->entity];
	const struct level *other = p->levels[s->entity * SIGNAL_ROUTING_COUNT + !s->signal];
	bool blind = level_blind(p->levels[s->entity * SIGNAL_ROUTING_COUNT + s->signal]);
	struct sample told = *s;
	if (blind)
		told.time = instant_after(s->time, -s->silent_ns);
	if (d->route_count && told.time.ns < d->routes[d->route_count - 1].time.ns)
		told.time = d->routes[d->route_count - 1].time;
	if (!blind)
		coverage_stands(&d->looked, COVERAGE_ROUTES, s->time);
	else if (level_blind(other))
		coverage_lost(&d->looked, COVERAGE_ROUTES, instant_after(s->time, -s->silent_ns));
	if (s->signal == SIGNAL_ROUTES)
		dossier_sample(d, &told);
}

static void pipeline_on_sample(void *context, const struct sample *s)
{
	struct pipeline *p = context;
	size_t at = s->entity * SIGNAL_ROUTING_COUNT + s->signal;
	level_take(p->levels[at], s);
	pipeline_deadline_note(p, at);
	if (p->entities->at[s->entity].watched)
		pipeline_sample_covers(p, s);
}

struct pipeline *pipeline_create(const struct pipeline_options *options)
{
	struct pipeline *p = alloc_zero(1, sizeof(*p));
	size_t n = options->entities->count;
	p->entities = options->entities;
	p->peers = options->peers;
	p->first = p->last = p->probed = p->cut = p->next_cut = p->next_tick = INSTANT_NONE;
	p->cut_ns = options->cut_ns ? options->cut_ns : engine_ns(options->decisions, ENGINE_CUT_S);
	p->revisions = options->revisions;
	p->version = options->version;
	p->parameters_digest = options->parameters_digest;
	p->world = options->world;
	p->book = book_create(options->decisions, p->entities);
	p->memo = precedence_memo_create();
	p->watches = alloc_zero(n, sizeof(*p->watches));
	p->late = alloc_zero(COLLECTORS_MAX + OBSERVERS_MAX, sizeof(*p->late));
	p->definition = options->definition;
	const struct decisions *d = p->decisions = options->decisions;
	p->tick_ns = engine_ns(d, ENGINE_TICK_S);
	p->full_floor = options->full_floor;
	p->known = options->known;
	p->ratios = options->ratios;
	p->known_count = options->known_count;
	p->levels = alloc_zero(n * SIGNAL_ROUTING_COUNT, sizeof(struct level *));
	p->deadlines = alloc_zero(n * SIGNAL_ROUTING_COUNT, sizeof(*p->deadlines));
	p->deadline = INT64_MAX;
	for (size_t i = 0; i < n * SIGNAL_ROUTING_COUNT; i++)
		p->deadlines[i] = INT64_MAX;
	p->dossiers = alloc_zero(n, sizeof(*p->dossiers));
	p->reachability = alloc_zero(n, sizeof(struct reachability *));
	p->shares = alloc_zero(n, sizeof(struct share *));
	p->checks = alloc_zero(n, sizeof(struct checks *));
	p->targets = options->targets;
	for (uint32_t e = 0; e < n; e++) {
		p->dossiers[e].entity = e;
		p->checks[e] = checks_create(d, e, (struct detection_sink){pipeline_on_detection, p});
		p->shares[e] = share_create(d, e, (struct detection_sink){pipeline_on_detection, p});
		p->reachability[e] =
			reachability_create(d, e, p->targets, (struct detection_sink){pipeline_on_detection, p});
		for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++) {
			struct level *l = level_create(d, e, s, (struct detection_sink){pipeline_on_detection, p});
			p->levels[e * SIGNAL_ROUTING_COUNT + s] = l;
		}
	}
	if (p->targets)
		p->reach = reach_create(d, p->targets, n,
					(struct reach_sink){pipeline_on_pulse, pipeline_on_change, pipeline_on_observer,
							    pipeline_on_host, p});
	p->blocks = blocks_create(d, 0, (struct block_sink){.block = pipeline_on_block, .context = p});
	p->sessions = sessions_create(d, options->peers, options->entities);
	struct visibility by = {options->definition, options->full_floor, d};
	p->routes = routes_create(options->peers, options->entities, &by, (struct sample_sink){pipeline_on_sample, p});
	return p;
}

void pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++)
		level_free(p->levels[i]);
	for (size_t e = 0; e < p->entities->count; e++) {
		dossier_free(&p->dossiers[e]);
		reachability_free(p->reachability[e]);
		share_free(p->shares[e]);
		checks_free(p->checks[e]);
	}
	for (size_t i = 0; i < p->series_count; i++)
		series_free(p->series[i]);
	free(p->series);
	reach_free(p->reach);
	blocks_free(p->blocks);
	free(p->shares);
	free(p->checks);
	free(p->reachability);
	free(p->dossiers);
	free(p->observers.at);
	free(p->levels);
	free(p->deadlines);
	routes_free(p->routes);
	sessions_free(p->sessions);
	free(p->watches);
	free(p->late);
	book_free(p->book);
	precedence_memo_free(p->memo);
	free(p->blind.at);
	carry_words_free(&p->words);
	free(p);
}

static void pipeline_hold_time_note(struct pipeline *p, uint32_t seconds)
{
	for (size_t i = 0; i < p->hold_time_count; i++)
		if (p->hold_times[i] == seconds)
			return;
	if (!seconds || seconds > UINT16_MAX)
		return;
	if (p->hold_time_count < HOLD_TIMES_MAX)
		p->hold_times[p->hold_time_count++] = (uint16_t)seconds;
	else
		limits_reach(&p->limits, LIMIT_HOLD_TIMES);
}

struct series_watch *pipeline_series(struct pipeline *p, uint32_t series)
{
	if (series >= p->series_count) {
		size_t grown = (size_t)series * 2 + 16;
		p->series = alloc_resize(p->series, grown, sizeof(struct series_watch *));
		memset(p->series + p->series_count, 0, (grown - p->series_count) * sizeof(struct series_watch *));
		p->series_count = grown;
	}
	struct series_watch **watch = &p->series[series];
	const struct series *s = series_at(p->targets, series);
	if (!*watch) {
		*watch = series_create(p->decisions, s->entity, series, s->signal,
				       (struct detection_sink){pipeline_on_detection, p});
	}
	return *watch;
}

static void pipeline_take_series(struct pipeline *p, const struct obs *o)
{
	const struct series *s = series_at(p->targets, o->path_id);
	if (s->entity >= p->entities->count)
		return; // of an entity that is no longer watched
	struct series_watch *watch = pipeline_series(p, o->path_id);
	series_take(watch, o->time, o->number);
	int64_t hole = series_hole_ns(watch), least = engine_ns(p->decisions, ENGINE_UNSEEN_S);
	if (!isnan(o->number))
		coverage_seen(&p->dossiers[s->entity].looked, COVERAGE_SERIES, o->time, hole > least ? hole : least);
	double usual = series_baseline(watch);
	if (p->entities->at[s->entity].watched && usual > 0 && !isnan(o->number))
		dossier_value(&p->dossiers[s->entity],
			      &(struct dossier_value){o->time, o->path_id, (float)(o->number / usual)});
}

static void pipeline_take_measured(struct pipeline *p, const struct obs *o)
{
	if (o->kind == OBS_PROBE && p->reach) {
		if (!instant_known(p->probed))
			p->probed = o->time;
		reach_take(p->reach, o);
	} else if (o->kind == OBS_HEALTH && p->reach) {
		reach_health(p->reach, o);
	} else if (o->kind == OBS_SERIES && p->targets) {
		pipeline_take_series(p, o);
	}
}

static bool pipeline_of_routing(const struct obs *o)
{
	return o->kind != OBS_PROBE && o->kind != OBS_SERIES && o->kind != OBS_HEALTH && o->kind != OBS_TIME;
}

static void pipeline_take_routing(struct pipeline *p, const struct obs *o)
{
	if (o->kind == OBS_SESSION || o->kind == OBS_ALIVE)
		pipeline_hold_time_note(p, o->hold_s);
	sessions_take(p->sessions, o);
}

// Levels are told of whole seconds only: then it does not matter how the observations of a second come in batches.
static void pipeline_levels_tick(struct pipeline *p, int64_t second)
{
	struct instant now = instant_of(second, 0);
	if (second == p->ticked || now.ns < p->deadline)
		return;
	p->deadline = INT64_MAX;
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++) {
		if (p->deadlines[i] <= now.ns)
			level_tick(p->levels[i], now);
		pipeline_deadline_note(p, i);
	}
	p->ticked = second;
}

// Time passed up to `now`: what waits for that is told of it.
static void pipeline_tick(struct pipeline *p, struct instant now)
{
	if (p->reach)
		reach_tick(p->reach, now);
	routes_tick(p->routes, now);
	if (instant_known(routes_now(p->routes)))
		pipeline_levels_tick(p, instant_seconds(routes_now(p->routes)));
	uint32_t every = (uint32_t)engine_value(p->decisions, ENGINE_SETTLE_EVERY);
	for (uint32_t e = (uint32_t)(now.ns / p->tick_ns % every); e < p->entities->count; e += every)
		if (p->entities->at[e].watched)
			look_settle(p, e, now);
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
	bool observer = !pipeline_of_routing(o);
	p->late[observer ? COLLECTORS_MAX + o->collector : o->collector] = true;
	p->any_late = true;
}

static int pipeline_take_run(struct pipeline *p, const struct batch *b, size_t from, size_t n)
{
	const struct obs *batch = b->obs + from;
	for (size_t i = 0; i < n;) {
		size_t end = i;
		for (; end < n && pipeline_of_routing(&batch[end]); end++)
			pipeline_take_routing(p, &batch[end]);
		struct batch part = batch_part(b, from + i, end - i);
		int code = end > i ? routes_take(p->routes, &part) : 0;
		if (code < 0)
			return code;
		for (i = end; i < n && !pipeline_of_routing(&batch[i]); i++)
			pipeline_take_measured(p, &batch[i]);
	}
	if (instant_known(routes_now(p->routes)))
		pipeline_levels_tick(p, instant_seconds(routes_now(p->routes)));
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

void pipeline_finish(struct pipeline *p)
{
	routes_finish(p->routes);
	if (p->reach)
		reach_finish(p->reach);
	if (!instant_known(p->last))
		return;
	struct instant now = instant_known(routes_now(p->routes)) ? routes_now(p->routes) : p->last;
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++)
		level_finish(p->levels[i], now);
	for (size_t i = 0; i < p->series_count; i++)
		if (p->series[i])
			series_finish(p->series[i], p->last);
	for (uint32_t e = 0; e < p->entities->count; e++) {
		reachability_now(p->reachability[e]);
		share_now(p->shares[e]);
		checks_now(p->checks[e]);
	}
	p->ending = true;
	cut_make(p, p->last);
}

const struct incident_list *pipeline_incidents(struct pipeline *p)
{
	struct incident_list *l = book_all(p->book);
	l->unconfirmed = 0;
	for (uint32_t e = 0; e < p->entities->count; e++)
		l->unconfirmed += p->watches[e].unconfirmed + p->watches[e].unconfirmed_gone;
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
	return p->dossiers[entity].width_ns > 0;
}

size_t pipeline_unseen(const struct pipeline *p, uint32_t entity, struct coverage_span **ret)
{
	return coverage_unseen(&p->dossiers[entity].looked, p->last, engine_ns(p->decisions, ENGINE_UNSEEN_S), ret);
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
