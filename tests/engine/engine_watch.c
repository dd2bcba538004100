// SPDX-License-Identifier: ISC
// What is watched changes in the middle: who is added is told of as if it had been there from the start, who stays is not touched,
// and who goes is told of once more.
#include "../snapshot/mixed.h"

#include "base/alloc.h"
#include "engine/watch.h"
#include "report/revision.h"

#include <string.h>

struct told { // by entity
	struct text kx, ky;
	size_t withdrawn;
	double withdrawn_at;
};

static void take(void *context, const struct revision *r)
{
	struct told *t = context;
	struct text *of = strcmp(r->entity, "country/KX") == 0 ? &t->kx : &t->ky;
	revision_json(of, r);
	text_char(of, '\n');
	if (strcmp(r->change, "withdrawn") != 0)
		return;
	t->withdrawn++;
	t->withdrawn_at = (double)(r->cut.ns - scene_time(0).ns) / 1e9;
	assert_string_equal(r->incident->reason, "it is not watched any more");
}

static void told_free(struct told *t)
{
	text_free(&t->kx);
	text_free(&t->ky);
}

struct stand {
	struct land land;
	struct entity_list list; // of this run
	struct target_table *targets;
	struct pipeline *pipeline;
	struct told told;
	size_t given;
};

static void watch(struct entity_list *l, const struct entity *like)
{
	struct entity *e = entity_add(l, like->id);
	bool nowhere = !e->range_count;
	for (size_t i = 0; nowhere && i < like->range_count; i++)
		entity_range_add(e, &like->ranges[i].first, &like->ranges[i].last);
	e->watched = true;
}

static struct pipeline_options stand_options(struct stand *s)
{
	return (struct pipeline_options){
		.peers = s->land.scene.peers,
		.targets = s->targets,
		.entities = &s->list,
		.definition = definition_default(),
		.full_floor = 5,
		.revisions = {take, &s->told},
	};
}

// The first country has an outage from 203 to 403, the second from 503 to 703. At 420 all is announced again: which paths it came
// by is not known of one that is added until it is.
static void stand_open(struct stand *s, size_t watched)
{
	memset(s, 0, sizeof(*s));
	land_open(&s->land);
	land_alive(&s->land, 3, 900);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_PREFIXES; k++) {
			double from = k < LAND_KX ? 203 : 503;
			land_announce(&s->land, 420 + i * 0.02 + k * 0.1, i, k);
			land_withdraw(&s->land, from + i * 0.02 + k * 0.1, i, k);
			land_announce(&s->land, from + 200 + i * 0.02 + k * 0.1, i, k);
		}
	scene_sort(&s->land.scene);
	s->targets = target_table_create(&s->list);
	for (size_t i = 0; i < watched; i++)
		watch(&s->list, &s->land.entities.at[i]);
	struct pipeline_options options = stand_options(s);
	s->pipeline = pipeline_create(&options);
}

static void stand_close(struct stand *s)
{
	pipeline_free(s->pipeline);
	target_table_free(s->targets);
	entity_list_free(&s->list);
	land_close(&s->land);
	told_free(&s->told);
}

static void stand_give(struct stand *s, double until)
{
	size_t end = s->given;
	while (end < s->land.scene.count && s->land.scene.obs[end].time.ns < scene_time(until).ns)
		end++;
	struct batch b = scene_batch(&s->land.scene, s->given, end - s->given);
	assert_int_equal(pipeline_take(s->pipeline, &b), 0);
	s->given = end;
}

static void second_add(void *context)
{
	struct stand *s = context;
	watch(&s->list, &s->land.entities.at[1]);
	target_refresh(s->targets);
}

static void first_remove(void *context)
{
	((struct stand *)context)->list.at[0].watched = false;
}

static void first_again(void *context)
{
	((struct stand *)context)->list.at[0].watched = true;
}

static void stand_change(struct stand *s, void (*change)(void *context), bool first_gone)
{
	uint32_t first = 0;
	struct pipeline_options options = stand_options(s);
	struct watch_change c = {&first, first_gone, change, s, s->land.scene.peers, s->targets};
	assert_int_equal(watch_change(&s->pipeline, &options, &c), 0);
}

static void expect_same(struct text *a, struct text *b)
{
	assert_string_equal(text_string(a), text_string(b));
}

// Added while the first country is down.
static void added_is_as_if_it_had_been_there(void **state)
{
	(void)state;
	struct stand both, grows;
	stand_open(&both, 2);
	stand_give(&both, 1000);
	pipeline_finish(both.pipeline);
	stand_open(&grows, 1);
	stand_give(&grows, 287);
	stand_change(&grows, second_add, false);
	stand_give(&grows, 1000);
	pipeline_finish(grows.pipeline);
	assert_true(both.told.kx.length && both.told.ky.length);
	expect_same(&both.told.kx, &grows.told.kx);
	expect_same(&both.told.ky, &grows.told.ky);
	stand_close(&both);
	stand_close(&grows);
}

static void removed_is_withdrawn_and_may_come_back(void **state)
{
	(void)state;
	struct stand both, shrinks;
	stand_open(&both, 2);
	stand_give(&both, 1000);
	pipeline_finish(both.pipeline);
	stand_open(&shrinks, 2);
	stand_give(&shrinks, 287);
	stand_change(&shrinks, first_remove, true);
	assert_int_equal(shrinks.told.withdrawn, 1);
	assert_float_equal(shrinks.told.withdrawn_at, 280, 1e-9);
	size_t length = shrinks.told.kx.length;
	stand_give(&shrinks, 450);
	stand_change(&shrinks, first_again, false);
	stand_give(&shrinks, 1000);
	pipeline_finish(shrinks.pipeline);
	assert_int_equal(shrinks.told.kx.length,
			 length); // nothing that is over comes back, and no route that does is news
	expect_same(&both.told.ky, &shrinks.told.ky);
	stand_close(&both);
	stand_close(&shrinks);
}

static void mixed_watch(void *context)
{
	struct mixed *m = context;
	m->land.entities.at[1].watched = true;
	target_refresh(m->targets);
}

// Probes, checks, series, observers and routes together; the second country is in the list, and watched from the middle on.
static void of_all_kinds(void **state)
{
	(void)state;
	struct mixed m;
	struct told both = {0}, grows = {0};
	mixed_open(&m);
	size_t middle = 0, all = m.land.scene.count;
	while (m.land.scene.obs[middle].time.ns < scene_time(452).ns)
		middle++;
	struct pipeline *p = mixed_pipeline(&m, NULL, (struct revision_sink){take, &both});
	mixed_feed(&m, p, 0, all);
	pipeline_finish(p);
	pipeline_free(p);
	m.land.entities.at[1].watched = false;
	struct pipeline_options options = {
		.peers = m.land.scene.peers,
		.targets = m.targets,
		.entities = &m.land.entities,
		.definition = definition_default(),
		.full_floor = 5,
		.revisions = {take, &grows},
	};
	struct watch_change c = {NULL, 0, mixed_watch, &m, m.land.scene.peers, m.targets};
	p = pipeline_create(&options);
	mixed_feed(&m, p, 0, middle);
	assert_int_equal(watch_change(&p, &options, &c), 0);
	mixed_feed(&m, p, middle, all);
	pipeline_finish(p);
	pipeline_free(p);
	expect_same(&both.kx, &grows.kx);
	assert_non_null(strstr(text_string(&grows.ky), "country/KY"));
	told_free(&both);
	told_free(&grows);
	mixed_close(&m);
}

static void mixed_leave(void *context)
{
	((struct mixed *)context)->land.entities.at[0].watched = false;
}

// The first country goes while its series, its hosts and its routes are down; the second stays.
static void removed_while_all_is_down(void **state)
{
	(void)state;
	struct mixed m;
	struct told both = {0}, shrinks = {0};
	uint32_t first = 0;
	mixed_open(&m);
	size_t middle = 0, all = m.land.scene.count;
	while (m.land.scene.obs[middle].time.ns < scene_time(402).ns)
		middle++;
	struct pipeline *p = mixed_pipeline(&m, NULL, (struct revision_sink){take, &both});
	mixed_feed(&m, p, 0, all);
	pipeline_finish(p);
	pipeline_free(p);
	struct pipeline_options options = {
		.peers = m.land.scene.peers,
		.targets = m.targets,
		.entities = &m.land.entities,
		.definition = definition_default(),
		.full_floor = 5,
		.revisions = {take, &shrinks},
	};
	struct watch_change c = {&first, 1, mixed_leave, &m, m.land.scene.peers, m.targets};
	p = pipeline_create(&options);
	mixed_feed(&m, p, 0, middle);
	assert_int_equal(watch_change(&p, &options, &c), 0);
	assert_true(shrinks.withdrawn > 0);
	size_t length = shrinks.kx.length;
	mixed_feed(&m, p, middle, all);
	pipeline_finish(p);
	pipeline_free(p);
	expect_same(&both.ky, &shrinks.ky);
	assert_int_equal(shrinks.kx.length, length);
	told_free(&both);
	told_free(&shrinks);
	mixed_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_is_as_if_it_had_been_there),
		cmocka_unit_test(removed_is_withdrawn_and_may_come_back),
		cmocka_unit_test(of_all_kinds),
		cmocka_unit_test(removed_while_all_is_down),
	};
	return cmocka_run_group_tests_name("engine watch", tests, NULL, NULL);
}
