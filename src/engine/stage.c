// SPDX-License-Identifier: ISC
// DOC: stages
// All that the data go through, a row each: what it takes, what it does when time passes, how its state is carried, and how it
// ends. Pipeline and snapshot walk the table; a new stage or source is a row. Stages speak to each other through the sinks
// that they are given here.
#include "engine/stage.h"

#include "base/alloc.h"
#include "base/must.h"
#include "engine/points.h"
#include "model/carried.h"

#include <math.h>
#include <stdlib.h>

#define HEARD_GAPS_LEAST 4 // gaps of a second and more, before their longest is believed

// ---- what stages tell each other ----

static void stage_on_detection(void *context, const struct detection *d, bool opened)
{
	struct pipeline *p = context;
	dossier_detection(&p->dossiers[d->entity], d);
	if (p->looking || (!opened && !instant_known(d->end.best)))
		return;
	p->watches[d->entity].news = true;
	p->news = true;
}

// Somebody who could see looked in this interval. For how long that may have been before is a matter of who looked: a slow observer has
// a pace of its own. Where all were blind from the beginning, what was not seen begins there.
static void stage_probes_note(struct pipeline *p, const struct pulse *pulse)
{
	double beats = engine_value(p->decisions, ENGINE_UNSEEN_BEATS);
	int64_t most = (int64_t)(beats * (double)pulse->width_ns), least = engine_ns(p->decisions, ENGINE_UNSEEN_S);
	struct coverage_of *of = &p->dossiers[pulse->entity].coverage.of[COVERAGE_PROBES];
	bool seen = false, blind = false;
	most = most > least ? most : least;
	for (size_t i = 0; i < pulse->view_count; i++) {
		const struct pulse_view *v = &pulse->views[i];
		bool looked = !v->impaired && (v->sent || v->checks || v->border_sent);
		blind |= v->impaired;
		seen |= looked;
		int64_t pause =
			looked ? reachability_pause_ns(p->reachability[pulse->entity], v->observer, pulse->time, beats)
			       : 0;
		most = pause > most ? pause : most;
	}
	if (blind && !seen)
		coverage_asked(of, pulse->time);
	if (!seen || (!pulse->units_up && !instant_known(of->up))) // what never answered may be silent by nature
		return;
	coverage_seen(of, pulse->time, most);
	coverage_seen(of, instant_after(pulse->time, pulse->width_ns), most);
}

// Observers of one network are one witness, those of networks that nobody stated are of different ones.
static void stage_witness_note(struct pipeline *p, const struct pulse *pulse)
{
	struct dossier_witness *w = &p->dossiers[pulse->entity].witness;
	w->services |= pulse->services > 0;
	for (size_t i = 0; i < pulse->view_count && !(w->several && w->hosts); i++) {
		const struct pulse_view *v = &pulse->views[i];
		if (!v->sent && !v->checks && !v->border_sent)
			continue;
		w->observer = w->any ? w->observer : v->observer;
		w->any = true;
		w->hosts |= v->sent > 0;
		uint32_t first = observer_at(p->targets, w->observer)->asn,
			 asn = observer_at(p->targets, v->observer)->asn;
		w->several |= w->observer != v->observer && (!first || first != asn);
	}
}

static void stage_on_pulse(void *context, const struct pulse *pulse)
{
	struct pipeline *p = context;
	stage_probes_note(p, pulse);
	stage_witness_note(p, pulse);
	reachability_pulse(p->reachability[pulse->entity], pulse);
	checks_pulse(p->checks[pulse->entity], pulse);
	p->dossiers[pulse->entity].width_ns = pulse->width_ns;
	size_t n;
	const struct pulse_bin *bins = reachability_bins(p->reachability[pulse->entity], &n);
	if (n && p->entities->at[pulse->entity].watched)
		dossier_bin(&p->dossiers[pulse->entity], &bins[n - 1]);
	points_pulse(p, pulse->entity);
}

static void stage_on_change(void *context, const struct target_change *c)
{
	struct pipeline *p = context;
	uint32_t entity = target_at(p->targets, c->target)->entity;
	dossier_change(&p->dossiers[entity], c);
	reachability_change(p->reachability[entity], c);
}

static void stage_on_block(void *context, const struct block_state *b, uint8_t before)
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
static void stage_on_host(void *context, const struct reach_host *h)
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

static void stage_on_observer(void *context, const struct observer_change *c)
{
	struct pipeline *p = context;
	struct observer_list *l = &p->observers;
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count++] = *c;
}

static void stage_deadline_note(struct pipeline *p, size_t at)
{
	struct instant d = level_deadline(p->levels[at]);
	p->deadlines[at] = instant_known(d) ? d.ns : INT64_MAX;
	p->deadline = p->deadlines[at] < p->deadline ? p->deadlines[at] : p->deadline;
}

// Whether the routes of an entity are known from this first sample on: an entity with IPv4 addresses of which no table has a route is not
// down, it is not known how it usually is. What was heard long before the first table is not known either.
static bool stage_routes_begin(struct pipeline *p, struct dossier *d, const struct sample *s)
{
	const struct entity *e = &p->entities->at[s->entity];
	struct coverage_of *of = &d->coverage.of[COVERAGE_ROUTES];
	bool v4 = false;
	for (size_t i = 0; i < e->range_count && !v4; i++)
		v4 = e->ranges[i].first.family == FAMILY_V4;
	struct instant since = instant_known(p->heard_first) ? p->heard_first : s->time;
	bool up = !v4 || s->value;
	if (!up || s->time.ns - since.ns > engine_ns(p->decisions, ENGINE_BEGIN_S))
		coverage_asked(of, since);
	else
		*of = (struct coverage_of){0}; // tables take their time
	return up;
}

static void stage_on_sample(void *context, const struct sample *s)
{
	struct pipeline *p = context;
	size_t at = s->entity * SIGNAL_ROUTING_COUNT + s->signal;
	level_take(p->levels[at], s);
	stage_deadline_note(p, at);
	points_sample(p, s);
	if (s->signal != SIGNAL_ROUTES || !p->entities->at[s->entity].watched)
		return;
	struct dossier *d = &p->dossiers[s->entity];
	bool seen = s->of_networks >= detect_value(p->decisions, LEVEL_NETWORKS_MIN);
	if (seen && !instant_known(d->coverage.of[COVERAGE_ROUTES].up))
		seen = stage_routes_begin(p, d, s);
	if (seen)
		coverage_stands(&d->coverage, COVERAGE_ROUTES, s->time);
	else
		coverage_lost(&d->coverage, COVERAGE_ROUTES, instant_after(s->time, -s->silent_ns));
	dossier_sample(d, s);
}

// ---- observers, probes ----

static void stage_observers_free(struct pipeline *p)
{
	free(p->observers.at);
}

static void stage_reach_create(struct pipeline *p)
{
	if (p->targets)
		p->reach = reach_create(
			p->decisions, p->targets, p->entities->count,
			(struct reach_sink){stage_on_pulse, stage_on_change, stage_on_observer, stage_on_host, p});
}

// Until something of it answers nothing can be said of an entity that is asked.
static void stage_asked_note(struct pipeline *p, const struct obs *o)
{
	uint32_t entity = target_at(p->targets, o->target)->entity;
	struct coverage_of *of = entity < p->entities->count ? &p->dossiers[entity].coverage.of[COVERAGE_PROBES] : NULL;
	if (of && !of->known && instant_known(o->time))
		coverage_asked(of, o->time);
}

static int stage_reach_take(struct pipeline *p, const struct batch *b)
{
	for (size_t i = 0; i < b->count && p->reach; i++) {
		const struct obs *o = &b->obs[i];
		if (o->kind == OBS_HEALTH) {
			reach_health(p->reach, o);
			continue;
		}
		if (!instant_known(p->probed))
			p->probed = o->time;
		if (o->kind == OBS_PROBE)
			stage_asked_note(p, o);
		reach_take(p->reach, o);
	}
	return 0;
}

static void stage_reach_tick(struct pipeline *p, struct instant now)
{
	if (p->reach)
		reach_tick(p->reach, now);
}

static void stage_reach_finish(struct pipeline *p)
{
	if (p->reach)
		reach_finish(p->reach);
}

static void stage_reach_free(struct pipeline *p)
{
	reach_free(p->reach);
}

static void stage_blocks_create(struct pipeline *p)
{
	p->blocks = blocks_create(p->decisions, 0, (struct block_sink){.block = stage_on_block, .context = p});
}

static void stage_blocks_free(struct pipeline *p)
{
	blocks_free(p->blocks);
}

// ---- routing ----

static void stage_sessions_create(struct pipeline *p)
{
	p->sessions = sessions_create(p->decisions, p->peers, p->entities);
}

static void stage_hold_time_note(struct pipeline *p, uint32_t seconds)
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

// Whether any router was heard: without KEEPALIVEs a pause may be quiet or blindness, and then a change is not known to the second.
static void stage_heard_note(struct pipeline *p, const struct obs *o)
{
	if (o->peer == PEER_NONE || o->kind == OBS_GAP || !instant_known(o->time))
		return;
	int64_t most = engine_ns(p->decisions, ENGINE_UNSEEN_S),
		gap = instant_known(p->heard) ? o->time.ns - p->heard.ns : 0;
	int64_t beats = (int64_t)(engine_value(p->decisions, ENGINE_UNSEEN_BEATS) * (double)p->heard_gap_ns);
	most = beats > most ? beats : most;
	bool pause = gap > most && p->heard_gaps >= HEARD_GAPS_LEAST;
	if (gap >= NS_PER_S && !pause) {
		p->heard_gaps += p->heard_gaps < HEARD_GAPS_LEAST;
		p->heard_gap_ns = gap > p->heard_gap_ns ? gap : p->heard_gap_ns;
	}
	if (pause) {
		coverage_seen(&p->heard_of, p->heard, most);
		coverage_seen(&p->heard_of, o->time, most);
	}
	if (!instant_known(p->heard_first))
		p->heard_first = o->time;
	if (!instant_known(p->heard) || o->time.ns > p->heard.ns)
		p->heard = o->time;
}

static int stage_sessions_take(struct pipeline *p, const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct obs *o = &b->obs[i];
		stage_heard_note(p, o);
		if (o->kind == OBS_SESSION || o->kind == OBS_ALIVE)
			stage_hold_time_note(p, o->hold_s);
		sessions_take(p->sessions, o);
	}
	return 0;
}

static void stage_sessions_free(struct pipeline *p)
{
	sessions_free(p->sessions);
	free(p->heard_of.unseen);
}

static void stage_routes_create(struct pipeline *p)
{
	struct visibility by = {p->definition, p->full_floor, p->decisions};
	p->routes = routes_create(p->peers, p->entities, &by, (struct sample_sink){stage_on_sample, p});
	p->routing = routes_routing(p->routes);
}

static int stage_routes_take(struct pipeline *p, const struct batch *b)
{
	return routes_take(p->routes, b);
}

static void stage_routes_tick(struct pipeline *p, struct instant now)
{
	routes_tick(p->routes, now);
}

static void stage_routes_finish(struct pipeline *p)
{
	routes_finish(p->routes);
}

static void stage_routes_free(struct pipeline *p)
{
	routes_free(p->routes);
}

// ---- of each entity ----

static void stage_each_create(struct pipeline *p)
{
	const struct decisions *d = p->decisions;
	struct detection_sink out = {stage_on_detection, p};
	size_t n = p->entities->count;
	p->watches = alloc_zero(n, sizeof(*p->watches));
	p->levels = alloc_zero(n * SIGNAL_ROUTING_COUNT, sizeof(struct level *));
	p->deadlines = alloc_zero(n * SIGNAL_ROUTING_COUNT, sizeof(*p->deadlines));
	p->deadline = INT64_MAX;
	for (size_t i = 0; i < n * SIGNAL_ROUTING_COUNT; i++)
		p->deadlines[i] = INT64_MAX;
	p->dossiers = alloc_zero(n, sizeof(*p->dossiers));
	p->reachability = alloc_zero(n, sizeof(struct reachability *));
	p->shares = alloc_zero(n, sizeof(struct share *));
	p->checks = alloc_zero(n, sizeof(struct checks *));
	for (uint32_t e = 0; e < n; e++) {
		p->dossiers[e].entity = e;
		p->dossiers[e].heard = &p->heard_of;
		p->checks[e] = checks_create(d, e, out);
		p->shares[e] = share_create(d, e, out);
		p->reachability[e] = reachability_create(d, e, p->targets, out);
		for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++)
			p->levels[e * SIGNAL_ROUTING_COUNT + s] = level_create(d, e, s, out);
	}
}

// Levels are told of whole seconds only: then it does not matter how the observations of a second come in batches.
static void stage_levels_second(struct pipeline *p, int64_t second)
{
	struct instant now = instant_of(second, 0);
	if (second == p->ticked || now.ns < p->deadline)
		return;
	p->deadline = INT64_MAX;
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++) {
		if (p->deadlines[i] <= now.ns)
			level_tick(p->levels[i], now);
		stage_deadline_note(p, i);
	}
	p->ticked = second;
}

static void stage_levels_taken(struct pipeline *p)
{
	if (instant_known(routes_now(p->routes)))
		stage_levels_second(p, instant_seconds(routes_now(p->routes)));
}

static void stage_levels_tick(struct pipeline *p, struct instant now)
{
	(void)now; // by the clock of the routing data, which was told of it
	stage_levels_taken(p);
}

static void stage_levels_finish(struct pipeline *p)
{
	struct instant now = instant_known(routes_now(p->routes)) ? routes_now(p->routes) : p->last;
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT && instant_known(p->last); i++)
		level_finish(p->levels[i], now);
}

static void stage_detectors_finish(struct pipeline *p)
{
	for (uint32_t e = 0; e < p->entities->count && instant_known(p->last); e++) {
		reachability_now(p->reachability[e]);
		share_now(p->shares[e]);
		checks_now(p->checks[e]);
	}
}

static void stage_each_free(struct pipeline *p)
{
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++)
		level_free(p->levels[i]);
	for (size_t e = 0; e < p->entities->count; e++) {
		dossier_free(&p->dossiers[e]);
		reachability_free(p->reachability[e]);
		share_free(p->shares[e]);
		checks_free(p->checks[e]);
	}
	free(p->watches);
	free(p->levels);
	free(p->deadlines);
	free(p->dossiers);
	free(p->reachability);
	free(p->shares);
	free(p->checks);
}

// ---- series ----

static struct series_watch *stage_series_of(struct pipeline *p, uint32_t series)
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
				       (struct detection_sink){stage_on_detection, p});
	}
	return *watch;
}

// A value that can be held against what is usual was a look at the entity.
static void stage_series_note(struct pipeline *p, uint32_t entity, struct instant time,
			      const struct series_watch *watch)
{
	struct coverage_of *of = &p->dossiers[entity].coverage.of[COVERAGE_SERIES];
	enum series_state state = series_state(watch);
	if (state == SERIES_USUAL || state == SERIES_LOW)
		coverage_seen(of, time, series_hole_ns(watch));
}

static void stage_series_one(struct pipeline *p, const struct obs *o)
{
	const struct series *s = series_at(p->targets, o->path_id);
	if (s->entity >= p->entities->count)
		return; // of an entity that is no longer watched
	struct series_watch *watch = stage_series_of(p, o->path_id);
	series_take(watch, o->time, o->number);
	points_value(p, o, watch);
	stage_series_note(p, s->entity, o->time, watch);
	double usual = series_baseline(watch);
	if (!p->entities->at[s->entity].watched || !(usual > 0) || !(o->number >= 0))
		return;
	dossier_value(&p->dossiers[s->entity],
		      &(struct dossier_value){o->time, o->path_id, (float)(o->number / usual)});
	dossier_strip_add(&p->dossiers[s->entity], o->path_id, (struct dossier_span){o->time, o->time},
			  o->number / usual);
}

static int stage_series_take(struct pipeline *p, const struct batch *b)
{
	for (size_t i = 0; i < b->count && p->targets; i++)
		stage_series_one(p, &b->obs[i]);
	return 0;
}

static void stage_series_finish(struct pipeline *p)
{
	for (size_t i = 0; i < p->series_count && instant_known(p->last); i++)
		if (p->series[i])
			series_finish(p->series[i], p->last);
}

static void stage_series_free(struct pipeline *p)
{
	for (size_t i = 0; i < p->series_count; i++)
		series_free(p->series[i]);
	free(p->series);
}

// ---- what was told ----

static void stage_book_create(struct pipeline *p)
{
	p->book = book_create(p->decisions, p->entities);
}

static void stage_book_free(struct pipeline *p)
{
	book_free(p->book);
}

static void stage_look_tick(struct pipeline *p, struct instant now)
{
	uint32_t every = (uint32_t)engine_value(p->decisions, ENGINE_SETTLE_EVERY);
	for (uint32_t e = (uint32_t)(now.ns / p->tick_ns % every); e < p->entities->count; e += every)
		if (p->entities->at[e].watched)
			look_settle(p, e, now);
}

// ---- carried ----

static void stage_clock_carry(struct carry *c, void *self)
{
	struct pipeline *p = ((struct stage_carried *)self)->pipeline;
	CARRY(c, p->hold_times);
	CARRY(c, p->hold_time_count);
	carry_check(c, p->hold_time_count <= HOLD_TIMES_MAX);
	CARRY(c, p->limits);
	CARRY(c, p->first);
	CARRY(c, p->last);
	CARRY(c, p->probed);
	CARRY(c, p->heard_first);
	CARRY(c, p->heard);
	CARRY(c, p->heard_gap_ns);
	CARRY(c, p->heard_gaps);
	coverage_of_carry(c, &p->heard_of);
	carry_check(c, p->heard_gap_ns >= 0 && p->heard_gap_ns <= 366 * 86400 * NS_PER_S);
	c->latest = p->last;
	CARRY(c, p->ticked);
	CARRY(c, p->deadline);
	CARRY(c, p->cut);
	CARRY(c, p->next_cut);
	CARRY(c, p->next_tick);
	carry_check(c, instant_known(p->next_cut) == instant_known(p->next_tick));
	carry_check(c, !instant_known(p->next_cut) || (p->next_cut.ns > p->last.ns && p->next_tick.ns > p->last.ns));
	CARRY(c, p->news);
	CARRY(c, p->origin_news);
	for (size_t i = 0; i < COLLECTORS_MAX + OBSERVERS_MAX; i++)
		CARRY(c, p->late[i]);
	CARRY(c, p->any_late);
}

static void stage_observers_carry(struct carry *c, void *self)
{
	struct observer_list *l = &((struct stage_carried *)self)->pipeline->observers;
	carry_room(c, CARRY_ARRAY(l->at, l->count, l->capacity), 12);
	for (size_t i = 0; i < l->count && carry_good(c); i++)
		observer_change_carry(c, &l->at[i]);
}

static void stage_reach_carry(struct carry *c, void *self)
{
	struct pipeline *p = ((struct stage_carried *)self)->pipeline;
	if (p->reach)
		reach_carry(c, p->reach);
}

static void stage_blocks_carry(struct carry *c, void *self)
{
	blocks_carry(c, ((struct stage_carried *)self)->pipeline->blocks);
}

static void stage_sessions_carry(struct carry *c, void *self)
{
	sessions_carry(c, ((struct stage_carried *)self)->pipeline->sessions);
}

static void stage_routes_carry(struct carry *c, void *self)
{
	routes_carry(c, ((struct stage_carried *)self)->pipeline->routes);
}

static void stage_book_carry(struct carry *c, void *self)
{
	book_carry(c, ((struct stage_carried *)self)->pipeline->book);
}

static void stage_watch_carry(struct carry *c, struct watch *w)
{
	CARRY(c, w->news);
	CARRY(c, w->open);
	CARRY(c, w->opened);
	CARRY(c, w->look_at);
	CARRY(c, w->origin_news);
	CARRY(c, w->groups);
	CARRY(c, w->settled);
	CARRY(c, w->unconfirmed);
	CARRY(c, w->unconfirmed_gone);
}

static void stage_one_entity_carry(struct carry *c, void *self)
{
	struct stage_carried *run = self;
	struct pipeline *p = run->pipeline;
	uint32_t e = run->entity;
	stage_watch_carry(c, &p->watches[e]);
	dossier_carry(c, &p->dossiers[e]);
	for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++) {
		level_carry(c, p->levels[e * SIGNAL_ROUTING_COUNT + s]);
		if (carry_loads(c))
			stage_deadline_note(p, e * SIGNAL_ROUTING_COUNT + s);
	}
	reachability_carry(c, p->reachability[e]);
	share_carry(c, p->shares[e]);
	checks_carry(c, p->checks[e]);
}

static void stage_each_carry(struct carry *c, void *self)
{
	struct stage_carried *run = self;
	size_t n = run->pipeline->entities->count;
	if (carry_loads(c))
		n = run->entity_count;
	for (uint32_t e = 0; e < n && carry_good(c); e++) {
		run->entity = carry_loads(c) ? run->entity_of[e] : e;
		if (run->entity == CARRY_GONE)
			carry_skip(c, "entity");
		else
			carry_section(c, "entity", 2, stage_one_entity_carry, run);
	}
}

// Whose detectors exist: those of series with a value so far, by their number.
static void stage_series_carry(struct carry *c, void *self)
{
	struct stage_carried *run = self;
	struct pipeline *p = run->pipeline;
	size_t n = p->targets ? series_count(run->targets) : 0;
	carry_count(c, &n, 1);
	for (uint32_t i = 0; i < n && carry_good(c); i++) {
		bool any = i < p->series_count && p->series[i];
		CARRY(c, any);
		if (!any)
			continue;
		if (carry_loads(c))
			carry_within(c, CARRY_SERIES, i);
		if (!carry_good(c))
			return;
		const struct series *s = series_at(run->targets, i);
		bool gone = s->entity >= p->entities->count || (carry_loads(c) && run->begins[s->entity]);
		if (!gone) {
			series_carry(c, carry_loads(c) ? stage_series_of(p, i) : p->series[i]);
			continue;
		}
		struct series_watch *left =
			series_create(p->decisions, CARRY_GONE, i, s->signal, (struct detection_sink){0});
		series_carry(c, left);
		series_free(left);
	}
}

// In the order in which they are told of time, end, and stand in a snapshot.
static const struct stage stage_rows[] = {
	{.name = "clock", .version = 2, .carry = stage_clock_carry},
	{.name = "observers", .version = 2, .carry = stage_observers_carry, .free = stage_observers_free},
	{
		.name = "reach",
		.version = 2,
		.takes = 1u << OBS_PROBE | 1u << OBS_HEALTH,
		.create = stage_reach_create,
		.take = stage_reach_take,
		.tick = stage_reach_tick,
		.finish = stage_reach_finish,
		.carry = stage_reach_carry,
		.free = stage_reach_free,
	},
	{.name = "blocks",
	 .version = 1,
	 .create = stage_blocks_create,
	 .carry = stage_blocks_carry,
	 .free = stage_blocks_free},
	{
		.name = "sessions",
		.version = 1,
		.takes = STAGE_ROUTING,
		.create = stage_sessions_create,
		.take = stage_sessions_take,
		.carry = stage_sessions_carry,
		.free = stage_sessions_free,
	},
	{
		.name = "routes",
		.version = 2,
		.takes = STAGE_ROUTING,
		.create = stage_routes_create,
		.take = stage_routes_take,
		.tick = stage_routes_tick,
		.finish = stage_routes_finish,
		.carry = stage_routes_carry,
		.free = stage_routes_free,
	},
	{
		.name = "each",
		.version = 2,
		.create = stage_each_create,
		.taken = stage_levels_taken,
		.tick = stage_levels_tick,
		.finish = stage_levels_finish,
		.carry = stage_each_carry,
		.free = stage_each_free,
	},
	{
		.name = "series",
		.version = 1,
		.takes = 1u << OBS_SERIES,
		.take = stage_series_take,
		.finish = stage_series_finish,
		.carry = stage_series_carry,
		.free = stage_series_free,
	},
	{.name = "detectors", .finish = stage_detectors_finish}, // after series; carried with each
	{.name = "book", .version = 3, .create = stage_book_create, .carry = stage_book_carry, .free = stage_book_free},
	{.name = "look", .tick = stage_look_tick},
};

const struct stage *stage_at(size_t i)
{
	return i < ARRAY_LEN(stage_rows) ? &stage_rows[i] : NULL;
}

uint32_t stage_takers(uint8_t kind)
{
	uint32_t takers = 0;
	for (size_t i = 0; i < ARRAY_LEN(stage_rows); i++)
		takers |= (uint32_t)(stage_rows[i].takes >> kind & 1) << i;
	return takers;
}
