// SPDX-License-Identifier: ISC
// Tests: src/engine/look.c
// How long the engine remembers: samples one by one, changes of targets, detections that are over, routes of what is open.
#include "../signal/land.h"

#include "model/target.h"

#include <string.h>

#define HOUR	 3600.0
#define DAY	 (24 * HOUR)
#define HOSTS	 12
#define EVERY	 20.0 // seconds between two rounds of probes
#define BEAT_S	 60.0
#define FLAPPER	 19 // the prefix that flaps, at peer 0
#define FLAP_S	 8.0
#define RESTLESS 0 // the host that goes down now and then

struct stand {
	struct land land;
	struct target_table *targets;
	struct pipeline *pipeline;
	size_t given;
};

static void stand_open(struct stand *s)
{
	memset(s, 0, sizeof(*s));
	land_open(&s->land);
	s->targets = target_table_create(&s->land.entities);
}

static void stand_begin(struct stand *s)
{
	struct pipeline_options options = {
		.peers = s->land.scene.peers,
		.targets = s->targets,
		.entities = &s->land.entities,
		.definition = definition_default(),
		.full_floor = 5,
	};
	scene_sort(&s->land.scene);
	s->pipeline = pipeline_create(&options);
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

static void stand_close(struct stand *s)
{
	pipeline_free(s->pipeline);
	target_table_free(s->targets);
	land_close(&s->land);
}

static void beat(struct stand *s, double from, double to)
{
	for (double at = from; at < to; at += BEAT_S)
		for (unsigned i = 0; i < LAND_PEERS; i++)
			scene_add(&s->land.scene, at + i * 0.33, OBS_ALIVE, s->land.peer[i]);
}

static void flap(struct stand *s, double from, double to)
{
	for (double at = from; at < to; at += FLAP_S) {
		land_withdraw(&s->land, at, 0, FLAPPER);
		land_announce(&s->land, at + FLAP_S / 2, 0, FLAPPER);
	}
}

static void probe(struct stand *s, double at, unsigned host, bool ok)
{
	struct addr a = {.bytes = {20, 0, (uint8_t)(host % 4), (uint8_t)(10 + host)}, .family = FAMILY_V4};
	struct obs *o = scene_add(&s->land.scene, at, OBS_PROBE, PEER_NONE);
	o->collector = observer_id(s->targets, "oa", 2);
	o->path_id = target_id(s->targets, &a, PROBE_ICMP_ECHO, NULL, 0);
	o->probe.op = PROBE_ICMP_ECHO;
	o->probe.outcome = ok ? PROBE_OK : PROBE_TIMEOUT;
	o->rtt_us = ok ? 20000 : 0;
}

// One host is down for five minutes of each hour before; all are from `lost` on for ten.
static void probes(struct stand *s, double to, double lost)
{
	for (double at = 10; at < to; at += EVERY)
		for (unsigned i = 0; i < HOSTS; i++) {
			bool restless = i == RESTLESS && at > HOUR && at < lost && (long)at % 3600 >= 1800 &&
					(long)at % 3600 < 2100;
			probe(s, at + 0.1 * i, i, !restless && (at < lost || at >= lost + 600));
		}
}

static size_t samples_between(struct stand *s, double from, double to)
{
	const struct dossier *d = pipeline_dossier(s->pipeline, 0);
	size_t n = 0;
	for (size_t i = 0; i < d->route_count; i++)
		n += d->routes[i].time.ns >= scene_time(from).ns && d->routes[i].time.ns < scene_time(to).ns;
	return n;
}

static size_t changes_before(struct stand *s, double until)
{
	const struct dossier *d = pipeline_dossier(s->pipeline, 0);
	size_t n = 0;
	for (size_t i = 0; i < d->change_count; i++)
		n += d->changes[i].decided.ns < scene_time(until).ns;
	return n;
}

static void samples_are_kept_one_by_one_for_two_hours(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s);
	beat(&s, 3, 4 * HOUR);
	flap(&s, 100, 4 * HOUR);
	stand_begin(&s);
	stand_give(&s, 4 * HOUR);
	double now = 4 * HOUR;
	size_t fine = samples_between(&s, now - 7000, now - 4000),
	       coarse = samples_between(&s, now - 12000, now - 9000);
	assert_int_equal(fine, (size_t)(2 * 3000 / FLAP_S));
	assert_true(coarse > 0 && coarse < fine);
	stand_close(&s);
}

// Of an outage that is over for an hour and a half (270 watch intervals) all can still be dated back; after three it is put away. What targets did in the
// last two days stays beside it.
static void what_is_over_is_put_away_late(void **state)
{
	(void)state;
	struct stand s;
	double lost = 8 * HOUR, over = lost + 600;
	stand_open(&s);
	beat(&s, 3, 12 * HOUR);
	probes(&s, 12 * HOUR, lost);
	stand_begin(&s);
	stand_give(&s, over + 5400);
	assert_float_equal(pipeline_watch_s(s.pipeline), EVERY, 1e-9);
	assert_true(pipeline_dossier(s.pipeline, 0)->detection_count > 0);
	size_t changes = changes_before(&s, lost);
	assert_true(changes >= 6);
	stand_give(&s, over + 3 * HOUR);
	assert_int_equal(pipeline_dossier(s.pipeline, 0)->detection_count, 0);
	assert_int_equal(changes_before(&s, lost), changes);
	stand_close(&s);
}

// And of what is open every event of its routes, however long it lasts.
static void routes_of_what_is_open_stay(void **state)
{
	(void)state;
	struct stand s;
	size_t n;
	stand_open(&s);
	beat(&s, 3, 9 * DAY);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX / 2; k++)
			land_withdraw(&s.land, 2 * HOUR + i * 0.02, i, k);
	for (double at = 3 * HOUR; at < 9 * DAY; at += HOUR) {
		land_withdraw(&s.land, at, 0, FLAPPER);
		land_announce(&s.land, at + 10, 0, FLAPPER);
	}
	stand_begin(&s);
	stand_give(&s, 9 * DAY);
	const struct route_log *log = routes_route_log(pipeline_routes(s.pipeline));
	const struct route_log_event *events = route_log_events(log, 0, &n);
	size_t onset = 0;
	for (size_t i = 0; i < n; i++)
		onset += events[i].time.ns >= scene_time(2 * HOUR).ns &&
			 events[i].time.ns < scene_time(2 * HOUR + 5).ns && events[i].kind == ROUTE_LOG_INVISIBLE;
	assert_int_equal(pipeline_incidents(s.pipeline)->count, 1);
	assert_int_equal(onset, LAND_KX / 2);
	stand_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_kept_one_by_one_for_two_hours),
		cmocka_unit_test(what_is_over_is_put_away_late),
		cmocka_unit_test(routes_of_what_is_open_stay),
	};
	return cmocka_run_group_tests_name("engine memory", tests, NULL, NULL);
}
