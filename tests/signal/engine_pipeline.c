// SPDX-License-Identifier: ISC
// From observations to incidents: one country leaves while a collector dies and a peer resets; how the data are cut into
// batches changes nothing.
#include "land.h"

static uint64_t seed;

static void country(struct land *l, double at, bool leaves, unsigned first_peer, unsigned peers)
{
	for (unsigned i = first_peer; i < first_peer + peers; i++)
		for (unsigned k = 0; k < LAND_KX; k++)
			if (leaves)
				land_withdraw(l, at + (i + k) * 0.02, i, k);
			else
				land_announce(l, at + (i + k) * 0.02, i, k);
}

// KX is gone from 100 to 160. At 110 collector rc2 dies, at 120 a peer of rc0 resets.
static void bad_day(struct land *l)
{
	land_open(l);
	land_alive(l, 3, 110);
	for (unsigned i = 10; i < LAND_PEERS; i++)
		l->mute[i] = true;
	land_alive(l, 110, 300);
	country(l, 100, true, 0, LAND_PEERS);
	country(l, 160, false, 0, 10);
	scene_session(&l->scene, 120, l->peer[3], false);
	scene_session(&l->scene, 123, l->peer[3], true);
	for (unsigned k = LAND_KX; k < LAND_PREFIXES; k++)
		land_announce(l, 124, 3, k);
	scene_add(&l->scene, 125, OBS_END_OF_RIB, l->peer[3]);
}

static void between(struct instant t, double from, double to)
{
	assert_true(instant_known(t));
	assert_in_range(t.ns, scene_time(from).ns, scene_time(to).ns);
}

static void one_incident_with_the_right_times(void **state)
{
	(void)state;
	struct land l;
	bad_day(&l);
	struct pipeline *p = land_run(&l, 0);
	const struct incident_list *all = pipeline_incidents(p);
	assert_int_equal(all->count, 1);
	const struct incident *n = &all->at[0];
	assert_int_equal(n->story.entity, 0);
	assert_int_equal(n->story.scope, SCOPE_TOTAL);
	assert_int_equal(n->story.units, LAND_KX);
	assert_int_equal(n->story.units_down, LAND_KX);
	assert_int_equal(n->story.origin_count, 0);
	between(n->story.start.best, 100, 101);
	between(n->story.end.best, 160, 161);
	assert_true(n->story.start.from.ns <= scene_time(100).ns);
	assert_string_equal(n->id, "KX-20231114T2215Z-1");
	const struct blind_list *blind = routes_blind(pipeline_routes(p));
	assert_int_equal(blind->count, 1);
	between(blind->at[0].from, 110, 140);
	assert_true(blind->at[0].missing && blind->at[0].kind == BLIND_COLLECTOR);
	assert_float_equal(pipeline_baseline(p, 0, SIGNAL_ROUTES), LAND_KX, 1e-9);
	pipeline_free(p);
	land_close(&l);
}

static void any_batches_say_the_same(void **state)
{
	(void)state;
	struct text whole = {0};
	for (unsigned i = 0; i < 5; i++) {
		static const size_t sizes[] = {0, 1, 7, 64, 1000};
		struct land l;
		struct text t = {0};
		bad_day(&l);
		struct pipeline *p = land_run(&l, sizes[i]);
		land_text(&l, p, i ? &t : &whole);
		if (i)
			assert_string_equal(text_string(&t), text_string(&whole));
		assert_non_null(strstr(text_string(&whole), "\"id\":\"KX-20231114T2215Z-1\""));
		pipeline_free(p);
		text_free(&t);
		land_close(&l);
	}
	text_free(&whole);
}

// A random day on which countries really come and go, in short and long falls, with all kinds of trouble beside them.
static void wild_day(struct land *l, uint64_t *random)
{
	land_open(l);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		l->mute[i] = unit_random(random) >> 61 == 0;
	land_alive(l, 3, 400);
	double at = 40;
	while (at < 380) {
		unsigned first = (unsigned)(unit_random(random) >> 60) % LAND_PREFIXES;
		unsigned end = first + (unsigned)(unit_random(random) >> 59);
		double length = (double)(unit_random(random) >> 58) / 4,
		       spread = (double)(unit_random(random) >> 61) / 40;
		end = end > LAND_PREFIXES ? LAND_PREFIXES : end;
		for (unsigned i = 0; i < LAND_PEERS; i++)
			for (unsigned k = first; k < end; k++) {
				land_withdraw(l, at + i * spread, i, k);
				land_announce(l, at + length + i * spread, i, k);
			}
		unsigned peer = (unsigned)(unit_random(random) >> 33) % LAND_PEERS;
		scene_session(&l->scene, at + 1, l->peer[peer], false);
		at += length + (double)(unit_random(random) >> 59);
	}
	for (double t = 1; t < 400; t += 0.25) // so that there is news in every part of every second
		scene_add(&l->scene, t, OBS_ALIVE, l->peer[0]);
}

static void any_batches_of_any_day_say_the_same(void **state)
{
	(void)state;
	uint64_t random = seed;
	size_t incidents = 0;
	for (unsigned round = 0; round < 30; round++) {
		struct land l;
		struct text texts[4] = {{0}};
		wild_day(&l, &random);
		for (unsigned i = 0; i < 4; i++) {
			static const size_t sizes[] = {0, 1, 13, 64};
			struct pipeline *p = land_run(&l, sizes[i]);
			land_text(&l, p, &texts[i]);
			incidents += pipeline_incidents(p)->count;
			pipeline_free(p);
		}
		for (unsigned i = 1; i < 4; i++)
			assert_string_equal(text_string(&texts[i]), text_string(&texts[0]));
		for (unsigned i = 0; i < 4; i++)
			text_free(&texts[i]);
		land_close(&l);
	}
	assert_true(incidents > 30);
}

// Observations of several collectors come in order of seconds only.
static void order_within_a_second_does_not_matter(void **state)
{
	(void)state;
	struct text texts[2] = {{0}};
	for (unsigned i = 0; i < 2; i++) {
		struct land l;
		land_open(&l);
		land_alive(&l, 3, 200);
		country(&l, 100, true, 0, LAND_PEERS);
		country(&l, 150, false, 0, LAND_PEERS);
		scene_sort(&l.scene);
		for (size_t k = 1; k < l.scene.count; k++) { // the last two of each second change places
			struct obs *o = &l.scene.obs[k], swap = *o;
			bool last = k + 1 == l.scene.count || instant_seconds(o[1].time) > instant_seconds(o->time);
			if (!last || instant_seconds(o[-1].time) < instant_seconds(o->time))
				continue;
			*o = o[-1];
			o[-1] = swap;
		}
		struct pipeline_options options = {.peers = l.scene.peers,
						   .entities = &l.entities,
						   .definition = definition_default(),
						   .full_floor = 5};
		struct pipeline *p = pipeline_create(&options);
		size_t batch = i ? 1 : l.scene.count;
		for (size_t k = 0; k < l.scene.count; k += batch) {
			struct batch b = scene_batch(&l.scene, k, batch);
			assert_int_equal(pipeline_take(p, &b), 0);
		}
		pipeline_finish(p);
		land_text(&l, p, &texts[i]);
		pipeline_free(p);
		land_close(&l);
	}
	assert_true(texts[0].length > 0);
	assert_string_equal(text_string(&texts[0]), text_string(&texts[1]));
	text_free(&texts[0]);
	text_free(&texts[1]);
}

// Time alone tells that nobody speaks any more; nothing is raised for that, and what comes later without a table does not end it.
static void silence_of_all_is_seen(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	land_alive(&l, 3, 100);
	scene_sort(&l.scene);
	struct pipeline_options options = {
		.peers = l.scene.peers, .entities = &l.entities, .definition = definition_default(), .full_floor = 5};
	struct pipeline *p = pipeline_create(&options);
	struct batch b = scene_batch(&l.scene, 0, l.scene.count);
	assert_int_equal(pipeline_take(p, &b), 0);
	assert_int_equal(pipeline_blind(p)->count, 0);
	pipeline_watermark(p, scene_time(105));
	assert_int_equal(pipeline_blind(p)->count, 0); // not longer than they paused before
	pipeline_watermark(p, scene_time(4000));
	const struct blind_list *blind = pipeline_blind(p);
	assert_int_equal(blind->count, 3); // each collector, since its last word
	for (size_t i = 0; i < blind->count; i++) {
		between(blind->at[i].from, 90, 105);
		assert_false(instant_known(blind->at[i].to));
	}
	assert_int_equal(pipeline_incidents(p)->count, 0);
	l.scene.count = 0;
	land_alive(&l, 4001, 4100);
	scene_sort(&l.scene);
	b = scene_batch(&l.scene, 0, l.scene.count);
	assert_int_equal(pipeline_take(p, &b), 0);
	pipeline_finish(p);
	blind = pipeline_blind(p);
	assert_int_equal(blind->count, 6);
	for (size_t i = 0; i < blind->count; i++) { // what they hold is not known until a table or a session says it
		assert_int_equal(instant_known(blind->at[i].to), blind->at[i].missing);
		between(blind->at[i].missing ? blind->at[i].to : blind->at[i].from, 4001, 4020);
	}
	assert_int_equal(pipeline_incidents(p)->count, 0);
	pipeline_free(p);
	land_close(&l);
}

static void nothing_at_all(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	l.scene.count = 0;
	struct pipeline *p = land_run(&l, 1);
	assert_int_equal(pipeline_incidents(p)->count, 0);
	assert_false(instant_known(pipeline_first(p)));
	pipeline_free(p);
	pipeline_free(NULL);
	land_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_incident_with_the_right_times),
		cmocka_unit_test(any_batches_say_the_same),
		cmocka_unit_test(any_batches_of_any_day_say_the_same),
		cmocka_unit_test(order_within_a_second_does_not_matter),
		cmocka_unit_test(silence_of_all_is_seen),
		cmocka_unit_test(nothing_at_all),
	};
	seed = unit_seed();
	return cmocka_run_group_tests_name("engine pipeline", tests, NULL, NULL);
}
