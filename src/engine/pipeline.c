// SPDX-License-Identifier: ISC
// Stages in their order, wired by sinks.
#include "engine/pipeline.h"

#include "base/alloc.h"
#include "belief/blocks.h"
#include "detect/checks.h"
#include "detect/level.h"
#include "detect/reachability.h"
#include "detect/series.h"
#include "detect/share.h"
#include "diagnose/diagnose.h"
#include "engine/control.h"
#include "engine/origins.h"
#include "incident/assemble.h"
#include "incident/describe.h"
#include "incident/facts.h"
#include "signal/reach.h"

#include <math.h>
#include <stdlib.h>

#define HOLD_TIMES_MAX	 4		  // different ones seen in OPEN messages
#define SETTLE_INTERVALS 256		  // after its last detection an entity's incidents are described …
#define SETTLE_EVERY	 64		  // intervals; each entity has its turn
#define SETTLE_NS	 (300 * NS_PER_S) // … and this; nothing that comes later is dated back so far

struct strip {
	struct sample *at;
	size_t n, capacity;
};

struct pipeline {
	const struct entity_list *entities;
	struct routes *routes;
	struct control *control;
	struct level **levels;		    // entity × SIGNAL_ROUTING_COUNT
	const struct target_table *targets; // null: no probes
	struct reach *reach;
	struct reachability **reachability; // by entity
	struct checks **checks;		    // by entity
	struct blocks *blocks;
	struct share **shares;	  // by entity: of its blocks
	struct dossier *dossiers; // by entity
	struct observer_list observers;
	struct incident_list incidents;
	size_t described; // the first so many are
	struct blind_list blind;
	const struct parameters *parameters;
	const struct ratios *ratios;
	const struct link_known *known;
	size_t known_count;
	struct series_watch **series; // by series id
	size_t series_count;
	const struct definition *definition;
	uint16_t hold_times[HOLD_TIMES_MAX];
	size_t hold_time_count;
	struct strip *strips; // by entity
	size_t watched;
	struct instant first, last, probed; // probed: first probe
	int64_t ticked;			    // second of the routing data that the levels were told of
};

static void incident_tell(struct pipeline *p, struct incident *n)
{
	struct describe_input in = {
		.dossier = pipeline_dossier(p, n->entity),
		.entities = p->entities,
		.targets = p->targets,
		.hold_times = p->hold_times,
		.hold_time_count = p->hold_time_count,
		.visibility = p->definition->share,
		.since = p->probed,
	};
	describe_incident(&in, n);
	origins_upstreams(p->routes, n);
	facts_incident(&in, &p->observers, n);
	control_facts(p->control, p->routes, n);
}

static void incidents_of(struct pipeline *p, uint32_t entity)
{
	struct assemble_input in = {pipeline_dossier(p, entity), p->entities};
	assemble_entity(&in, &p->incidents);
}

// Describes the entity's incidents that are over while the intervals they rest on are still kept.
static void entity_settle(struct pipeline *p, uint32_t entity, const struct pulse *pulse)
{
	int64_t margin = SETTLE_INTERVALS * pulse->width_ns + SETTLE_NS;
	bool turn = pulse->time.ns / pulse->width_ns % SETTLE_EVERY == entity % SETTLE_EVERY;
	if (!turn || !p->entities->at[entity].watched)
		return;
	pipeline_dossier(p, entity); // its borrowed parts
	assemble_settled(&p->dossiers[entity], p->entities, instant_after(pulse->time, -margin), &p->incidents);
	for (; p->described < p->incidents.count; p->described++)
		incident_tell(p, &p->incidents.at[p->described]);
}

static void on_detection(void *context, const struct detection *d, bool opened)
{
	struct pipeline *p = context;
	(void)opened;
	dossier_detection(&p->dossiers[d->entity], d);
}

static void on_pulse(void *context, const struct pulse *pulse)
{
	struct pipeline *p = context;
	reachability_pulse(p->reachability[pulse->entity], pulse);
	checks_pulse(p->checks[pulse->entity], pulse);
	p->dossiers[pulse->entity].width_ns = pulse->width_ns;
	entity_settle(p, pulse->entity, pulse);
}

static void on_change(void *context, const struct target_change *c)
{
	struct pipeline *p = context;
	uint32_t entity = target_at(p->targets, c->target)->entity;
	dossier_change(&p->dossiers[entity], c);
	reachability_change(p->reachability[entity], c);
}

static void on_block(void *context, const struct block_state *b, uint8_t before)
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
static void on_host(void *context, const struct reach_host *h)
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

static void on_observer(void *context, const struct observer_change *c)
{
	struct pipeline *p = context;
	struct observer_list *l = &p->observers;
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count++] = *c;
}

static void on_sample(void *context, const struct sample *s)
{
	struct pipeline *p = context;
	level_take(p->levels[s->entity * SIGNAL_ROUTING_COUNT + s->signal], s);
	struct strip *strip = &p->strips[s->entity];
	if (s->signal != SIGNAL_ROUTES || p->watched > STRIP_ENTITIES_MAX || !p->entities->at[s->entity].watched ||
	    strip->n >= STRIP_SAMPLES_MAX)
		return;
	alloc_grow((void **)&strip->at, strip->n, &strip->capacity, sizeof(*strip->at));
	strip->at[strip->n++] = *s;
}

struct pipeline *pipeline_create(const struct pipeline_options *options)
{
	struct pipeline *p = alloc_zero(1, sizeof(*p));
	size_t n = options->entities->count;
	p->entities = options->entities;
	p->first = p->last = p->probed = INSTANT_NONE;
	p->definition = options->definition;
	p->parameters = options->parameters;
	p->known = options->known;
	p->ratios = options->ratios;
	p->known_count = options->known_count;
	p->levels = alloc_zero(n * SIGNAL_ROUTING_COUNT, sizeof(struct level *));
	p->strips = alloc_zero(n, sizeof(*p->strips));
	p->dossiers = alloc_zero(n, sizeof(*p->dossiers));
	p->reachability = alloc_zero(n, sizeof(struct reachability *));
	p->shares = alloc_zero(n, sizeof(struct share *));
	p->checks = alloc_zero(n, sizeof(struct checks *));
	p->targets = options->targets;
	for (uint32_t e = 0; e < n; e++) {
		p->watched += p->entities->at[e].watched;
		p->dossiers[e].entity = e;
		p->checks[e] = checks_create(e, (struct detection_sink){on_detection, p});
		p->shares[e] = share_create(e, (struct detection_sink){on_detection, p});
		p->reachability[e] = reachability_create(e, p->targets, (struct detection_sink){on_detection, p});
		for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++) {
			struct level *l = level_create(e, s, (struct detection_sink){on_detection, p});
			p->levels[e * SIGNAL_ROUTING_COUNT + s] = l;
			if (p->parameters)
				level_use(l, p->parameters->level);
		}
		if (p->parameters)
			reachability_use(p->reachability[e], p->parameters->reach);
	}
	if (p->targets)
		p->reach =
			reach_create(p->targets, n, (struct reach_sink){on_pulse, on_change, on_observer, on_host, p});
	p->blocks = blocks_create(0, (struct block_sink){.block = on_block, .context = p});
	p->control = control_create(options->peers, options->entities);
	p->routes = routes_create(options->peers, options->entities, options->definition, options->full_floor,
				  (struct sample_sink){on_sample, p});
	return p;
}

void pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++)
		level_free(p->levels[i]);
	for (size_t e = 0; e < p->entities->count; e++) {
		free(p->strips[e].at);
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
	free(p->strips);
	routes_free(p->routes);
	control_free(p->control);
	free(p->incidents.at);
	free(p->blind.at);
	free(p);
}

static void hold_time_note(struct pipeline *p, uint32_t seconds)
{
	for (size_t i = 0; i < p->hold_time_count; i++)
		if (p->hold_times[i] == seconds)
			return;
	if (seconds && seconds <= UINT16_MAX && p->hold_time_count < HOLD_TIMES_MAX)
		p->hold_times[p->hold_time_count++] = (uint16_t)seconds;
}

static void take_series(struct pipeline *p, const struct obs *o)
{
	if (o->path_id >= p->series_count) {
		size_t grown = (size_t)o->path_id * 2 + 16;
		p->series = alloc_resize(p->series, grown, sizeof(struct series_watch *));
		memset(p->series + p->series_count, 0, (grown - p->series_count) * sizeof(struct series_watch *));
		p->series_count = grown;
	}
	struct series_watch **watch = &p->series[o->path_id];
	const struct series *s = series_at(p->targets, o->path_id);
	if (!*watch) {
		*watch = series_create(s->entity, o->path_id, s->signal, (struct detection_sink){on_detection, p});
		if (p->parameters)
			series_use(*watch, p->parameters->series);
	}
	series_take(*watch, o->time, o->number);
	double usual = series_baseline(*watch);
	if (p->entities->at[s->entity].watched && usual > 0 && !isnan(o->number))
		dossier_value(&p->dossiers[s->entity],
			      &(struct dossier_value){o->time, o->path_id, (float)(o->number / usual)});
}

static void take_measured(struct pipeline *p, const struct obs *o)
{
	if (o->kind == OBS_PROBE && p->reach) {
		if (!instant_known(p->probed))
			p->probed = o->time;
		reach_take(p->reach, o);
	} else if (o->kind == OBS_HEALTH && p->reach) {
		reach_health(p->reach, o);
	} else if (o->kind == OBS_SERIES && p->targets) {
		take_series(p, o);
	}
}

static bool of_routing(const struct obs *o)
{
	return o->kind != OBS_PROBE && o->kind != OBS_SERIES && o->kind != OBS_HEALTH && o->kind != OBS_TIME;
}

static void take_routing(struct pipeline *p, const struct obs *o)
{
	if (o->kind == OBS_SESSION || o->kind == OBS_ALIVE)
		hold_time_note(p, o->hold_s);
	control_take(p->control, o);
}

int pipeline_take(void *self, const struct batch *b)
{
	struct pipeline *p = self;
	const struct obs *batch = b->obs;
	size_t n = b->count;
	if (!n)
		return 0;
	if (!instant_known(p->first))
		p->first = batch[0].time;
	for (size_t i = 0; i < n;) {
		size_t end = i;
		for (; end < n && of_routing(&batch[end]); end++)
			take_routing(p, &batch[end]);
		struct batch part = batch_part(b, i, end - i);
		int code = end > i ? routes_take(p->routes, &part) : 0;
		if (code < 0)
			return code;
		for (i = end; i < n && !of_routing(&batch[i]); i++)
			take_measured(p, &batch[i]);
	}
	struct instant now = routes_now(p->routes);
	if (instant_known(now) && instant_seconds(now) != p->ticked) {
		for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++)
			level_tick(p->levels[i], now);
		p->ticked = instant_seconds(now);
	}
	p->last = batch[n - 1].time.ns > p->last.ns ? batch[n - 1].time : p->last;
	return 0;
}

static void incidents_link(struct pipeline *p)
{
	struct link_input in = {
		.entities = p->entities,
		.known = p->known,
		.known_count = p->known_count,
		.watched_since = p->first,
		.probes = p->reach && reach_width_ns(p->reach),
		.routes = instant_known(routes_now(p->routes)),
	};
	for (size_t i = 0; i < p->hold_time_count; i++)
		in.hold_time_s = p->hold_times[i] > in.hold_time_s ? p->hold_times[i] : in.hold_time_s;
	link_incidents(&in, &p->incidents);
}

static void incidents_diagnose(struct pipeline *p)
{
	facts_past(p->entities, p->first, &p->incidents);
	for (size_t i = 0; i < p->incidents.count; i++) {
		struct incident *n = &p->incidents.at[i];
		struct diagnose_input in = {n, &p->entities->at[n->entity], p->ratios};
		diagnose_incident(&in, &n->diagnosis);
	}
}

static struct blind_span *blind_add(struct pipeline *p, const struct blind_span *span)
{
	alloc_grow((void **)&p->blind.at, p->blind.count, &p->blind.capacity, sizeof(*p->blind.at));
	p->blind.at[p->blind.count] = *span;
	return &p->blind.at[p->blind.count++];
}

// An observer may be blind for two reasons at a time; each ends for itself.
static bool blind_ends(const struct blind_span *b, const struct observer_change *c)
{
	return b->is_observer && b->who == c->observer && !instant_known(b->to) && b->degraded == c->degraded &&
	       strcmp(b->why, c->why) == 0;
}

static void blind_collect(struct pipeline *p)
{
	const struct blind_list *collectors = routes_blind(p->routes);
	for (size_t i = 0; i < collectors->count; i++)
		blind_add(p, &collectors->at[i]);
	for (size_t i = 0; i < p->observers.count; i++) {
		const struct observer_change *c = &p->observers.at[i];
		if (c->impaired) {
			struct blind_span span = {true, c->observer, c->from, INSTANT_NONE, c->why, c->degraded};
			blind_add(p, &span);
			continue;
		}
		for (size_t k = p->blind.count; k-- > 0;)
			if (blind_ends(&p->blind.at[k], c))
				p->blind.at[k].to = c->from;
	}
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
		reachability_finish(p->reachability[e], p->last);
		share_finish(p->shares[e]);
		checks_finish(p->checks[e]);
		if (!p->entities->at[e].watched)
			continue;
		incidents_of(p, e);
		origins_judge(p->routes, p->entities, e, &p->incidents);
	}
	for (size_t i = p->described; i < p->incidents.count; i++)
		if (instant_known(p->incidents.at[i].start.best))
			incident_tell(p, &p->incidents.at[i]);
	assemble_finish(&p->incidents, p->entities);
	incidents_link(p);
	incidents_diagnose(p);
	blind_collect(p);
}

const struct incident_list *pipeline_incidents(const struct pipeline *p)
{
	return &p->incidents;
}

const struct blind_list *pipeline_blind(const struct pipeline *p)
{
	return &p->blind;
}

const struct routes *pipeline_routes(const struct pipeline *p)
{
	return p->routes;
}

const struct sample *pipeline_strip(const struct pipeline *p, uint32_t entity, size_t *ret_n)
{
	*ret_n = p->strips[entity].n;
	return p->strips[entity].at;
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

struct instant pipeline_first(const struct pipeline *p)
{
	return p->first;
}

const struct dossier *pipeline_dossier(struct pipeline *p, uint32_t entity)
{
	struct dossier *d = &p->dossiers[entity];
	d->bins = reachability_bins(p->reachability[entity], &d->bin_count);
	d->routes = p->strips[entity].at;
	d->route_count = p->strips[entity].n;
	d->routes_baseline = pipeline_baseline(p, entity, SIGNAL_ROUTES);
	d->last = p->last;
	return d;
}

const struct observer_list *pipeline_observers(const struct pipeline *p)
{
	return &p->observers;
}

struct instant pipeline_last(const struct pipeline *p)
{
	return p->last;
}

double pipeline_watch_s(const struct pipeline *p)
{
	return p->reach ? (double)reach_width_ns(p->reach) / (double)NS_PER_S : 0;
}
