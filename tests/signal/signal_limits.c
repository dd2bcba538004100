// SPDX-License-Identifier: ISC
// Tests: src/signal/route_log.c src/signal/space.c src/signal/blind.c
// What routes remember is bounded by time, not by how much is watched; each limit that is left can be reached, and says so.
#include "stage.h"

#include "base/attr.h"
#include "signal/routes.h"

#include <string.h>

#define WATCHED 70
#define PEERS	6
#define DAY	86400.0

struct stand {
	struct scene scene;
	struct entity_list entities;
	struct routes *routes;
	uint32_t peer[PEERS];
	struct prefix prefix[WATCHED];
};

static void no_sample(void *context, const struct sample *s)
{
	(void)context;
	(void)s;
}

// Entity i has 20.i.0.0/16, and one route of that size, of every peer. The first so many are watched.
static void stand_open(struct stand *s, unsigned watched)
{
	*s = (struct stand){0};
	scene_open(&s->scene);
	for (unsigned i = 0; i < WATCHED; i++) {
		char id[16];
		snprintf(id, sizeof(id), "asn/%u", 100000 + i);
		struct entity *e = entity_add(&s->entities, id);
		e->watched = i < watched;
		s->prefix[i] = prefix_v4(0x14000000u + (i << 16), 16);
		entity_prefix_add(e, &s->prefix[i]);
	}
	for (unsigned k = 0; k < PEERS; k++) {
		s->peer[k] = scene_peer(&s->scene, k / 3, k, 100 + k);
		for (unsigned i = 0; i < WATCHED; i++)
			scene_announce(&s->scene, 1, s->peer[k], &s->prefix[i], 100000 + i);
		scene_add(&s->scene, 2, OBS_END_OF_RIB, s->peer[k]);
	}
	s->routes = routes_create(s->scene.peers, &s->entities, &(struct visibility){definition_default(), 1, NULL},
				  (struct sample_sink){no_sample, NULL});
}

static void stand_run(struct stand *s)
{
	scene_sort(&s->scene);
	struct batch b = scene_batch(&s->scene, 0, s->scene.count);
	assert_int_equal(routes_take(s->routes, &b), 0);
	s->scene.count = 0;
}

static void stand_close(struct stand *s)
{
	routes_free(s->routes);
	entity_list_free(&s->entities);
	scene_close(&s->scene);
}

static void flap(struct stand *s, double at, unsigned peer, unsigned prefix)
{
	scene_route(&s->scene, at, OBS_WITHDRAW, s->peer[peer], &s->prefix[prefix]);
	scene_announce(&s->scene, at + 0.5, s->peer[peer], &s->prefix[prefix], 100000 + prefix);
}

static size_t events(const struct stand *s, uint32_t entity)
{
	size_t n;
	route_log_events(routes_route_log(s->routes), entity, &n);
	return n;
}

static void who_else_is_watched_does_not_matter(void **state)
{
	(void)state;
	static const unsigned watched[] = {1, 64, 65, WATCHED};
	for (size_t w = 0; w < ARRAY_LEN(watched); w++) {
		struct stand s;
		stand_open(&s, watched[w]);
		for (unsigned i = 0; i < WATCHED; i++)
			flap(&s, 100 + i, i % PEERS, i);
		for (unsigned k = 0; k < PEERS; k++)
			scene_route(&s.scene, 300, OBS_WITHDRAW, s.peer[k], &s.prefix[0]);
		stand_run(&s);
		routes_finish(s.routes);
		assert_int_equal(events(&s, 0), 2 + PEERS + 1); // withdrawn, returned; all withdrawn; invisible
		assert_int_equal(events(&s, 63), watched[w] > 63 ? 2 : 0);
		assert_int_equal(events(&s, WATCHED - 1), watched[w] == WATCHED ? 2 : 0);
		assert_int_equal(route_log_followed(routes_route_log(s.routes), WATCHED - 1), watched[w] == WATCHED);
		assert_int_equal(route_log_pairs(routes_route_log(s.routes), 0), PEERS);
		stand_close(&s);
	}
}

static void what_is_old_goes(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s, WATCHED);
	flap(&s, 100, 0, 0);
	flap(&s, 100, 0, 1);
	flap(&s, 100 + 5 * DAY, 0, 0);
	stand_run(&s);
	assert_int_equal(events(&s, 0), 4);
	routes_hold(s.routes, 1, scene_time(50), INSTANT_NONE);
	flap(&s, 100 + 8 * DAY, 0, 0);
	flap(&s, 100 + 8 * DAY, 0, 1);
	stand_run(&s);
	assert_int_equal(events(&s, 0), 4);
	assert_int_equal(events(&s, 1), 4);
	routes_hold(s.routes, 1, INSTANT_NONE, scene_time(50));
	flap(&s, 100 + 9 * DAY, 0, 1);
	stand_run(&s);
	assert_int_equal(events(&s, 1), 4);
	assert_int_equal(routes_limits(s.routes).events, 0);
	stand_close(&s);
}

static void paths_go_sooner_than_sights(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s, WATCHED);
	for (unsigned k = 0; k < PEERS; k++)
		scene_route(&s.scene, 100, OBS_WITHDRAW, s.peer[k], &s.prefix[0]);
	for (unsigned k = 0; k < PEERS; k++)
		scene_announce(&s.scene, 200, s.peer[k], &s.prefix[0], 100000);
	flap(&s, 300, 0, 0);
	stand_run(&s);
	routes_finish(s.routes);
	size_t n;
	routes_hold(s.routes, 0, INSTANT_NONE, scene_time(250));
	const struct route_log_event *e = route_log_events(routes_route_log(s.routes), 0, &n);
	assert_int_equal(n, 4);
	assert_int_equal(e[0].kind, ROUTE_LOG_INVISIBLE);
	assert_int_equal(e[1].kind, ROUTE_LOG_VISIBLE);
	assert_int_equal(e[2].kind, ROUTE_LOG_WITHDRAWN);
	assert_int_equal(e[3].kind, ROUTE_LOG_RETURNED);
	stand_close(&s);
}

static void too_many_events_are_counted(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s, 1);
	size_t n;
	for (unsigned round = 0; round < 70; round++) {
		for (unsigned i = 0; i < 8192; i++) {
			double at = 100 + round * 8192 + i;
			scene_route(&s.scene, at, OBS_WITHDRAW, s.peer[i % PEERS], &s.prefix[0]);
			scene_route(&s.scene, at + 0.5, OBS_ANNOUNCE, s.peer[i % PEERS], &s.prefix[0]);
		}
		stand_run(&s);
	}
	route_log_events(routes_route_log(s.routes), 0, &n);
	assert_true(n <= ROUTE_LOG_EVENTS_MAX && n >= ROUTE_LOG_EVENTS_MAX / 2);
	assert_int_equal(routes_limits(s.routes).events, ROUTE_LOG_EVENTS_MAX / 2);
	stand_close(&s);
}

// Every few minutes something goes for a second, for ten days.
static void losses_are_those_of_a_week(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s, 1);
	for (unsigned i = 0; i < 2880; i++) {
		for (unsigned k = 0; k < PEERS; k++)
			scene_route(&s.scene, 100 + i * 300, OBS_WITHDRAW, s.peer[k], &s.prefix[1]);
		for (unsigned k = 0; k < PEERS; k++)
			scene_announce(&s.scene, 102 + i * 300, s.peer[k], &s.prefix[1], 100001);
	}
	stand_run(&s);
	size_t n;
	const struct routes_loss *l = routes_losses(s.routes, &n);
	assert_in_range(n, 7 * 288, 7 * 288 + 1);
	assert_true(l[n - 1].time.ns - l[0].time.ns <= signal_ns(NULL, ROUTES_LOSSES_S));
	for (size_t i = 1; i < n; i++)
		assert_int_equal(l[i].time.ns - l[i - 1].time.ns, 300 * NS_PER_S);
	stand_close(&s);
}

static void the_oldest_blind_span_goes(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s, 1);
	stand_run(&s);
	for (unsigned i = 0; i < BLIND_SPANS_MAX + 10; i++) {
		for (unsigned k = 0; k < 3; k++)
			scene_session(&s.scene, 100 + i * 10, s.peer[k], false);
		for (unsigned k = 0; k < 3; k++) {
			scene_session(&s.scene, 105 + i * 10, s.peer[k], true);
			for (unsigned p = 0; p < WATCHED; p++)
				scene_route(&s.scene, 106 + i * 10, OBS_ANNOUNCE, s.peer[k], &s.prefix[p]);
			scene_add(&s.scene, 107 + i * 10, OBS_END_OF_RIB, s.peer[k]);
		}
		stand_run(&s);
	}
	const struct blind_list *spans = routes_blind(s.routes);
	assert_int_equal(spans->count, BLIND_SPANS_MAX);
	assert_int_equal(routes_limits(s.routes).spans, 10);
	assert_int_equal(instant_seconds(spans->at[0].from), SCENE_START + 200);
	for (size_t i = 0; i + 1 < spans->count; i++)
		assert_true(spans->at[i].to.ns > spans->at[i].from.ns && spans->at[i].to.ns < spans->at[i + 1].from.ns);
	stand_close(&s);
}

// Seventeen entities share 66,000 blocks in as many ways: block i is of entity k if bit k of i is set.
static void too_many_sets_are_counted(void **state)
{
	(void)state;
	struct entity_list l = {0};
	for (unsigned k = 0; k < 17; k++) {
		char id[16];
		snprintf(id, sizeof(id), "asn/%u", 1 + k);
		struct entity *e = entity_add(&l, id);
		for (unsigned i = 0; i < 66000; i++) {
			struct prefix p = prefix_v4(0x14000000u + (i << 8), 24);
			if (i >> k & 1)
				entity_prefix_add(e, &p);
		}
	}
	struct space *s = space_create(&l);
	assert_true(space_sets_lost(s) > 0);
	size_t n;
	struct prefix p = prefix_v4(0x14000000u + (0x1234u << 8), 24);
	const uint32_t *members = space_members(s, space_set_of(s, &p), &n);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++)
		assert_true(0x1234u >> members[i] & 1);
	space_free(s);
	entity_list_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_else_is_watched_does_not_matter), cmocka_unit_test(what_is_old_goes),
		cmocka_unit_test(paths_go_sooner_than_sights),	       cmocka_unit_test(too_many_events_are_counted),
		cmocka_unit_test(losses_are_those_of_a_week),	       cmocka_unit_test(the_oldest_blind_span_goes),
		cmocka_unit_test(too_many_sets_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
