// SPDX-License-Identifier: ISC
// Stages in their order, wired by sinks.
#include "engine/pipeline.h"

#include "base/alloc.h"
#include "detect/level.h"
#include "engine/origins.h"
#include "incident/assemble.h"

#include <stdlib.h>

struct strip {
	struct sample *at;
	size_t n, capacity;
};

struct pipeline {
	const struct entity_list *entities;
	struct routes *routes;
	struct level **levels; // entity × SIGNAL_ROUTING_COUNT
	struct assemble *assemble;
	struct strip *strips; // by entity
	size_t watched;
	struct instant first;
};

static void on_detection(void *context, const struct detection *d, bool opened)
{
	struct pipeline *p = context;
	(void)opened;
	if (p->entities->at[d->entity].watched)
		assemble_take(p->assemble, d);
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
	p->first = INSTANT_NONE;
	p->assemble = assemble_create(p->entities);
	p->levels = alloc_zero(n * SIGNAL_ROUTING_COUNT, sizeof(struct level *));
	p->strips = alloc_zero(n, sizeof(*p->strips));
	for (uint32_t e = 0; e < n; e++) {
		p->watched += p->entities->at[e].watched;
		for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++)
			p->levels[e * SIGNAL_ROUTING_COUNT + s] = level_create(e, s, (struct detection_sink){on_detection, p});
	}
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
	for (size_t e = 0; e < p->entities->count; e++)
		free(p->strips[e].at);
	free(p->levels);
	free(p->strips);
	routes_free(p->routes);
	assemble_free(p->assemble);
	free(p);
}

int pipeline_take(void *self, const struct obs *batch, size_t n)
{
	struct pipeline *p = self;
	if (!n)
		return 0;
	if (!instant_known(p->first))
		p->first = batch[0].time;
	int code = routes_take(p->routes, batch, n);
	struct instant now = routes_now(p->routes);
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++)
		level_tick(p->levels[i], now);
	return code;
}

void pipeline_finish(struct pipeline *p)
{
	routes_finish(p->routes);
	struct instant now = routes_now(p->routes);
	if (!instant_known(now))
		return;
	for (size_t i = 0; i < p->entities->count * SIGNAL_ROUTING_COUNT; i++)
		level_finish(p->levels[i], now);
	for (uint32_t e = 0; e < p->entities->count; e++)
		if (p->entities->at[e].watched)
			origins_judge(p->routes, p->entities, e, p->assemble);
	struct incident_list *all = assemble_incidents(p->assemble);
	for (size_t i = 0; i < all->count; i++)
		origins_upstreams(p->routes, &all->at[i]);
}

const struct incident_list *pipeline_incidents(struct pipeline *p)
{
	return assemble_incidents(p->assemble);
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
	return false;
}

struct instant pipeline_first(const struct pipeline *p)
{
	return p->first;
}
