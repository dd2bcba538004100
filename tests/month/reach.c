// SPDX-License-Identifier: ISC
// Probes to pulses and changes: the watch interval of few and of many targets, the order of probes of one time, machines
// that fail and come back, what an observer without its controls says.
#include "../unit/unit.h"

#include "base/alloc.h"
#include "signal/reach.h"

#include <stdbool.h>
#include <string.h>

#define BEGIN_NS (1700000010 * NS_PER_S) // the begin of an interval of 30 s

struct scene {
	struct entity_list entities;
	struct target_table *targets;
	struct reach *reach;
	size_t pulses, changes, impaired;
	struct pulse last;
	struct pulse_view view;
	struct target_change change;
};

static void on_pulse(void *context, const struct pulse *p)
{
	struct scene *s = context;
	s->pulses++;
	s->last = *p;
	s->view = p->views[0];
}

static void on_change(void *context, const struct target_change *c)
{
	struct scene *s = context;
	s->changes++;
	s->change = *c;
}

static void on_observer(void *context, const struct observer_change *c)
{
	struct scene *s = context;
	s->impaired += c->impaired;
}

static void scene_open(struct scene *s, uint32_t targets)
{
	*s = (struct scene){0};
	struct entity *e = entity_add(&s->entities, "country/KX");
	struct addr first = addr_v4(0x0a000000), last = addr_v4(0x0affffff);
	entity_range_add(e, &first, &last);
	s->targets = target_table_create(&s->entities);
	observer_id(s->targets, "vp1", 3);
	observer_id(s->targets, "vp2", 3);
	for (uint32_t i = 0; i < targets; i++) {
		struct addr a = addr_v4(0x0a000000 + i);
		assert_int_equal(target_id(s->targets, &a, PROBE_ICMP_ECHO, NULL, 0), i);
	}
	struct reach_sink sink = {.pulse = on_pulse, .change = on_change, .observer = on_observer, .context = s};
	s->reach = reach_create(s->targets, 1, sink);
}

static void scene_close(struct scene *s)
{
	reach_free(s->reach);
	target_table_free(s->targets);
	entity_list_free(&s->entities);
}

static uint32_t control_add(struct scene *s)
{
	struct target listed = {.address = addr_v4(0x08080808), .op = PROBE_OP_COUNT, .kind = TARGET_CONTROL};
	listed.entity = ENTITY_NONE;
	target_list(s->targets, &listed, NULL);
	return target_id(s->targets, &listed.address, PROBE_ICMP_ECHO, NULL, 0);
}

static void probe(struct scene *s, double at, uint16_t observer, uint32_t target, bool ok)
{
	struct obs o = {.time = {BEGIN_NS + (int64_t)(at * 1e6) * 1000}, .kind = OBS_PROBE, .peer = PEER_NONE};
	o.collector = observer;
	o.path_id = target;
	o.rtt_us = ok ? 20000 : 0;
	o.probe.outcome = ok ? PROBE_OK : PROBE_TIMEOUT;
	reach_take(s->reach, &o);
}

static void interval_of_few(void **state)
{
	(void)state;
	struct scene s;
	scene_open(&s, 3);
	for (unsigned i = 0; i < 20; i++)
		for (uint32_t t = 0; t < 3; t++)
			probe(&s, i * 10.02 + t, 0, t, true);
	assert_int_equal(reach_width_ns(s.reach), 10 * NS_PER_S);
	scene_close(&s);
}

// More targets than are asked before any is asked again.
static void interval_of_many(void **state)
{
	(void)state;
	struct scene s;
	uint32_t many = 30000;
	scene_open(&s, many);
	for (unsigned i = 0; i < 6; i++)
		for (uint32_t t = 0; t < many; t++)
			probe(&s, i * 30.0 + t * 0.001, 0, t, true);
	assert_int_equal(reach_width_ns(s.reach), 30 * NS_PER_S);
	reach_finish(s.reach);
	assert_int_equal(s.pulses, 6);
	assert_int_equal(s.last.units, many);
	assert_int_equal(s.last.units_up, many);
	assert_int_equal(s.view.sent, many);
	scene_close(&s);
}

static void a_machine_fails_and_returns(void **state)
{
	(void)state;
	struct scene s;
	scene_open(&s, 4);
	for (unsigned i = 0; i < 40; i++)
		for (uint32_t t = 0; t < 4; t++)
			for (uint16_t o = 0; o < 2; o++)
				probe(&s, i * 10 + t + o * 0.1, o, t, t != 2 || i < 10 || i >= 20);
	reach_finish(s.reach);
	assert_int_equal(s.changes, 2);
	assert_false(s.change.down);
	assert_int_equal(s.change.target, 2);
	assert_int_equal(s.change.onsets, 1);
	assert_int_equal((s.change.last_ok.ns - BEGIN_NS) / 1000000, 92100);
	assert_int_equal((s.change.first_fail.ns - BEGIN_NS) / 1000000, 102000);
	assert_int_equal((s.change.recovered.ns - BEGIN_NS) / 1000000, 202000);
	assert_float_equal(s.change.up_hours, 100.0 / 3600, 1e-6);
	scene_close(&s);
}

static void one_observer_that_fails_is_no_failure(void **state)
{
	(void)state;
	struct scene s;
	scene_open(&s, 4);
	for (unsigned i = 0; i < 40; i++)
		for (uint32_t t = 0; t < 4; t++)
			for (uint16_t o = 0; o < 2; o++)
				probe(&s, i * 10 + t + o * 0.1, o, t, o == 0 || i < 10);
	reach_finish(s.reach);
	assert_int_equal(s.changes, 0);
	scene_close(&s);
}

static void without_controls_it_says_nothing(void **state)
{
	(void)state;
	struct scene s;
	scene_open(&s, 4);
	uint32_t control = control_add(&s);
	for (unsigned i = 0; i < 40; i++) {
		bool ok = i < 10 || i >= 20;
		for (uint32_t t = 0; t < 4; t++)
			probe(&s, i * 10 + t, 0, t, ok);
		probe(&s, i * 10 + 5, 0, control, ok);
		probe(&s, i * 10 + 6, 0, control, ok);
	}
	reach_finish(s.reach);
	assert_int_equal(s.changes, 0);
	assert_int_equal(s.impaired, 1);
	scene_close(&s);
}

// Three probes of one time, in every order: the same pulses and changes.
static void order_at_one_time(void **state)
{
	static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	(void)state;
	struct target_change first = {0};
	for (unsigned k = 0; k < 6; k++) {
		struct scene s;
		scene_open(&s, 3);
		for (unsigned i = 0; i < 40; i++)
			for (unsigned j = 0; j < 3; j++)
				probe(&s, i * 10.0, 0, orders[k][j], i < 10);
		reach_finish(s.reach);
		assert_int_equal(s.changes, 3);
		if (!k)
			first = s.change;
		assert_int_equal(s.change.target, first.target);
		assert_int_equal(s.change.first_fail.ns, first.first_fail.ns);
		scene_close(&s);
	}
}

// More answers in one interval than a median is taken over: it is said.
static void too_many_round_trips(void **state)
{
	(void)state;
	struct scene s;
	scene_open(&s, 1);
	for (unsigned i = 0; i < 40; i++)
		probe(&s, i * 30.0, 0, 0, true);
	assert_int_equal(reach_limits(s.reach)->reached[LIMIT_ROUND_TRIPS], 0);
	for (unsigned i = 0; i < 65600; i++)
		probe(&s, 1200 + i * 0.0001, 0, 0, true);
	reach_finish(s.reach);
	assert_true(reach_limits(s.reach)->reached[LIMIT_ROUND_TRIPS] > 0);
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interval_of_few),
		cmocka_unit_test(interval_of_many),
		cmocka_unit_test(a_machine_fails_and_returns),
		cmocka_unit_test(one_observer_that_fails_is_no_failure),
		cmocka_unit_test(without_controls_it_says_nothing),
		cmocka_unit_test(order_at_one_time),
		cmocka_unit_test(too_many_round_trips),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
