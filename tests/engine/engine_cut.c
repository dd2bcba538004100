// SPDX-License-Identifier: ISC
// What is told at which cut: the first after there is news, while it lasts ever more seldom, who was late, and nothing twice.
#include "../signal/land.h"

#include <string.h>

#define TOLD_MAX 256

struct told {
	double cut;
	char id[INCIDENT_ID_MAX];
	uint32_t revision;
	char change[16], late[64];
	size_t late_count;
	enum incident_scope scope;
	double down;
	uint64_t digest;
};

struct stand {
	struct land land;
	struct pipeline *pipeline;
	struct told told[TOLD_MAX];
	size_t count;
	size_t given; // observations of the scene
};

static void take(void *context, const struct revision *r)
{
	struct stand *s = context;
	assert_true(s->count < TOLD_MAX);
	struct told *t = &s->told[s->count++];
	*t = (struct told){.cut = (double)(r->cut.ns - scene_time(0).ns) / 1e9, .revision = r->revision};
	snprintf(t->id, sizeof(t->id), "%s", r->id);
	snprintf(t->change, sizeof(t->change), "%s", r->change);
	t->late_count = r->late_count;
	snprintf(t->late, sizeof(t->late), "%s", r->late_count ? r->late[0] : "");
	t->scope = r->incident->story.scope;
	t->down = r->incident->story.fraction_down;
}

static void stand_open(struct stand *s)
{
	memset(s, 0, sizeof(*s));
	land_open(&s->land);
}

static void stand_begin(struct stand *s)
{
	struct pipeline_options options = {
		.peers = s->land.scene.peers,
		.entities = &s->land.entities,
		.definition = definition_default(),
		.full_floor = 5,
		.revisions = {take, s},
	};
	s->pipeline = pipeline_create(&options);
}

// Hands on what was added to the scene since, in order of time.
static void stand_give(struct stand *s)
{
	struct scene rest = s->land.scene;
	rest.obs += s->given;
	rest.count -= s->given;
	scene_sort(&rest);
	struct batch b = scene_batch(&s->land.scene, s->given, rest.count);
	assert_int_equal(pipeline_take(s->pipeline, &b), 0);
	s->given = s->land.scene.count;
}

static void stand_close(struct stand *s)
{
	pipeline_free(s->pipeline);
	land_close(&s->land);
}

static void leave(struct stand *s, double at, unsigned from, unsigned to)
{
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = from; k < to; k++)
			land_withdraw(&s->land, at + i * 0.02, i, k);
}

static void come_back(struct stand *s, double at)
{
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX; k++)
			land_announce(&s->land, at + i * 0.02, i, k);
}

// Revisions rise by one, cuts are in order and on the grid but for the last.
static void expect_order(const struct stand *s)
{
	for (size_t i = 0; i < s->count; i++) {
		assert_string_equal(s->told[i].id, s->told[0].id);
		assert_int_equal(s->told[i].revision, i + 1);
		assert_true(i == 0 || s->told[i].cut >= s->told[i - 1].cut);
	}
}

// Half of the country at 203, the rest at 262, all back at 403.
static void told_as_it_goes(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s);
	land_alive(&s.land, 3, 600);
	leave(&s, 203, 0, LAND_KX / 2);
	leave(&s, 262, LAND_KX / 2, LAND_KX);
	come_back(&s, 403);
	stand_begin(&s);
	stand_give(&s);
	size_t before = s.count;
	pipeline_finish(s.pipeline);
	assert_int_equal(s.count, before); // the end of the data is no news
	assert_true(s.count >= 3 && s.count < 12);
	expect_order(&s);
	assert_string_equal(s.told[0].change, "opened");
	assert_float_equal(s.told[0].cut, 210, 1e-9);
	assert_true(s.told[0].down < 0.7);
	size_t i = 0;
	while (i < s.count && s.told[i].down < 0.99)
		i++;
	assert_true(i < s.count && s.told[i].cut <= 275); // what gets worse is told soon, though nothing began or ended
	assert_string_equal(s.told[i].change, "changed");
	assert_string_equal(s.told[s.count - 1].change, "ended");
	assert_float_equal(s.told[s.count - 1].cut, 410, 1e-9);
	for (i = 0; i < s.count; i++)
		assert_int_equal(s.told[i].late_count, 0);
	stand_close(&s);
}

static void a_strangers_route_is_told_at_once(void **state)
{
	(void)state;
	struct stand s;
	struct prefix more = prefix_of("20.0.2.0/25");
	stand_open(&s);
	land_alive(&s.land, 3, 900);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		scene_announce(&s.land.scene, 303 + i * 0.02, s.land.peer[i], &more, 65099);
	stand_begin(&s);
	stand_give(&s);
	assert_true(s.count >= 1);
	assert_string_equal(s.told[0].change, "opened");
	assert_float_equal(s.told[0].cut, 310, 1e-9);
	pipeline_finish(s.pipeline);
	expect_order(&s);
	stand_close(&s);
}

// A collector says something of minutes ago: the next revision names it, and no other does.
static void who_was_late_is_said(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s);
	stand_begin(&s);
	land_alive(&s.land, 3, 395);
	leave(&s, 203, 0, LAND_KX);
	stand_give(&s);
	assert_true(s.count >= 1);
	for (size_t i = 0; i < s.count; i++)
		assert_int_equal(s.told[i].late_count, 0);
	size_t before = s.count;
	for (unsigned i = 5; i < 10; i++)
		scene_add(&s.land.scene, 215, OBS_ALIVE, s.land.peer[i]);
	stand_give(&s);
	land_alive(&s.land, 402, 500);
	come_back(&s, 403);
	stand_give(&s);
	assert_true(s.count > before);
	assert_int_equal(s.told[before].late_count, 1);
	assert_string_equal(s.told[before].late, "rc1");
	for (size_t i = before + 1; i < s.count; i++)
		assert_int_equal(s.told[i].late_count, 0);
	stand_close(&s);
}

// Of an entity whose space nobody ever announced nothing can be said, nor of any before there was time to learn what is usual.
static void of_some_nothing_can_be_said(void **state)
{
	(void)state;
	struct stand s;
	struct prefix space = prefix_of("30.0.0.0/16");
	stand_open(&s);
	struct entity *e = entity_add(&s.land.entities, "country/KZ");
	entity_prefix_add(e, &space);
	e->watched = true;
	entity_add(&s.land.entities, "asn/4200000000")->watched = true;
	stand_begin(&s);
	land_alive(&s.land, 3, 8);
	stand_give(&s);
	assert_false(pipeline_judged(s.pipeline, 0));
	land_alive(&s.land, 8, 100);
	land_withdraw(&s.land, 60, 0, 1); // a sample needs a change
	stand_give(&s);
	pipeline_finish(s.pipeline);
	assert_true(pipeline_judged(s.pipeline, 0) && pipeline_judged(s.pipeline, 1));
	assert_false(pipeline_judged(s.pipeline, 2));
	assert_false(pipeline_judged(s.pipeline, 3));
	stand_close(&s);
}

// A tenth of the space is too little to know it by: most may be announced elsewhere.
static void of_little_known_space_nothing_is_said(void **state)
{
	(void)state;
	struct stand s;
	struct prefix space = prefix_of("20.1.0.0/16"), more = prefix_of("30.0.0.0/12");
	stand_open(&s);
	entity_prefix_add(&s.land.entities.at[1], &space);
	entity_prefix_add(&s.land.entities.at[1], &more);
	land_alive(&s.land, 3, 400);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = LAND_KX; k < LAND_PREFIXES; k++)
			land_withdraw(&s.land, 203 + i * 0.02, i, k);
	stand_begin(&s);
	stand_give(&s);
	pipeline_finish(s.pipeline);
	assert_int_equal(s.count, 0);
	assert_false(pipeline_judged(s.pipeline, 1));
	stand_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_as_it_goes),
		cmocka_unit_test(a_strangers_route_is_told_at_once),
		cmocka_unit_test(who_was_late_is_said),
		cmocka_unit_test(of_some_nothing_can_be_said),
		cmocka_unit_test(of_little_known_space_nothing_is_said),
	};
	return cmocka_run_group_tests_name("engine cut", tests, NULL, NULL);
}
