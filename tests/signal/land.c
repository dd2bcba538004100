// SPDX-License-Identifier: ISC
// The made-up world of the tests of the pipeline.
#include "land.h"

#include "report/incident.h"

#include <string.h>

static void watch(struct land *l, const char *id, const char *large, const char *small)
{
	struct entity *e = entity_add(&l->entities, id);
	struct prefix p = prefix_of(large), q = prefix_of(small);
	entity_prefix_add(e, &p);
	entity_prefix_add(e, &q);
	e->watched = true;
}

void land_open(struct land *l)
{
	memset(l, 0, sizeof(*l));
	scene_open(&l->scene);
	watch(l, "country/KX", "20.0.0.0/20", "20.0.16.0/22");
	watch(l, "country/KY", "20.1.0.0/20", "20.1.16.0/22");
	for (unsigned i = 0; i < LAND_PREFIXES; i++)
		l->prefix[i] = prefix_v4(0x14000000u + (i / LAND_KX << 16) + (i % LAND_KX << 8), 24);
	for (unsigned i = 0; i < LAND_PEERS; i++) {
		l->peer[i] = scene_peer(&l->scene, i / 5, i, 100 + i);
		for (unsigned k = 0; k < LAND_PREFIXES; k++)
			land_announce(l, 0.1 + i * 0.01, i, k);
		scene_add(&l->scene, 1.5, OBS_END_OF_RIB, l->peer[i]);
	}
}

void land_close(struct land *l)
{
	scene_close(&l->scene);
	entity_list_free(&l->entities);
}

void land_alive(struct land *l, double from, double to)
{
	for (double at = from; at < to; at += 5)
		for (unsigned i = 0; i < LAND_PEERS; i++)
			if (!l->mute[i])
				scene_add(&l->scene, at + i * 0.33, OBS_ALIVE, l->peer[i]);
}

uint32_t land_origin(unsigned prefix)
{
	return prefix < LAND_KX ? 64512 : 64520;
}

void land_announce(struct land *l, double at, unsigned peer, unsigned prefix)
{
	scene_announce(&l->scene, at, l->peer[peer], &l->prefix[prefix], land_origin(prefix));
}

void land_withdraw(struct land *l, double at, unsigned peer, unsigned prefix)
{
	scene_route(&l->scene, at, OBS_WITHDRAW, l->peer[peer], &l->prefix[prefix]);
}

struct pipeline *land_run(struct land *l, size_t batch)
{
	struct pipeline_options options = {
		.peers = l->scene.peers,
		.entities = &l->entities,
		.definition = definition_default(),
		.full_floor = 5,
	};
	struct pipeline *p = pipeline_create(&options);
	scene_sort(&l->scene);
	batch = batch ? batch : l->scene.count;
	for (size_t at = 0; at < l->scene.count; at += batch) {
		size_t n = l->scene.count - at < batch ? l->scene.count - at : batch;
		struct batch b = scene_batch(&l->scene, at, n);
		assert_int_equal(pipeline_take(p, &b), 0);
	}
	pipeline_finish(p);
	return p;
}

void land_text(const struct land *l, struct pipeline *p, struct text *t)
{
	const struct incident_list *all = pipeline_incidents(p);
	struct incident_view view = {
		.entities = &l->entities,
		.incidents = all,
		.blind = routes_blind(pipeline_routes(p)),
		.peers = l->scene.peers,
		.definition = definition_default()->name,
		.definition_says = definition_default()->says,
		.version = "test",
		.first = pipeline_first(p),
		.last = routes_now(pipeline_routes(p)),
	};
	for (size_t i = 0; i < all->count; i++) {
		incident_json(t, &view, &all->at[i]);
		text_char(t, '\n');
	}
}
