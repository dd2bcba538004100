// SPDX-License-Identifier: ISC
// Probes to pulses and changes: the watch interval of few and of many targets, the order of probes of one time, machines
// that fail and come back, what an observer without its controls says.
#include "../unit/unit.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/numbers.h"
#include "signal/reach.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
	s->reach = reach_create(NULL, s->targets, 1, sink);
}

static void scene_close(struct scene *s)
{
	reach_free(s->reach);
	target_table_free(s->targets);
	entity_list_free(&s->entities);
}

static uint32_t control_add_at(struct scene *s, uint32_t address)
{
	struct target listed = {.address = addr_v4(address), .op = PROBE_OP_COUNT, .kind = TARGET_CONTROL};
	listed.entity = ENTITY_NONE;
	target_list(s->targets, &listed, NULL);
	return target_id(s->targets, &listed.address, PROBE_ICMP_ECHO, NULL, 0);
}

static uint32_t control_add(struct scene *s)
{
	return control_add_at(s, 0x08080808);
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

// Whole seconds of many targets, each second in an order of its own; the sum is of all that was told. Returns the CPU time.
static double seconds_ask(uint32_t targets, uint64_t (*order)(uint32_t place, uint64_t *random), uint64_t *ret_sum)
{
	struct scene s;
	uint64_t random = 7, sum = 0;
	uint64_t *turn = alloc_zero(targets, sizeof(*turn));
	scene_open(&s, targets);
	clock_t begin = clock();
	for (unsigned round = 0; round < 6; round++) {
		for (uint32_t i = 0; i < targets; i++)
			turn[i] = order(i, &random) << 32 | i;
		qsort(turn, targets, sizeof(*turn), numbers_by_uint64);
		for (uint32_t i = 0; i < targets; i++)
			probe(&s, round * 30, 0, (uint32_t)turn[i], (uint32_t)turn[i] % 7 || round < 3);
		sum = hash_pair(sum, s.changes ? s.change.target : 0);
		sum = hash_pair(sum, s.pulses ? s.last.units_up : 0);
		sum = hash_pair(sum, s.view.sent * 1000 + s.view.lost);
	}
	reach_finish(s.reach);
	double took = (double)(clock() - begin) / CLOCKS_PER_SEC;
	assert_int_equal(s.pulses, 6);
	assert_int_equal(s.last.units, targets);
	assert_true(s.changes >= targets / 7);
	*ret_sum = hash_pair(hash_pair(sum, s.changes), s.change.target);
	scene_close(&s);
	free(turn);
	return took;
}

static uint64_t ascending(uint32_t place, uint64_t *random)
{
	(void)random;
	return place;
}

static uint64_t descending(uint32_t place, uint64_t *random)
{
	(void)random;
	return UINT32_MAX - place;
}

static uint64_t shuffled(uint32_t place, uint64_t *random)
{
	(void)place;
	return unit_random(random) & UINT32_MAX;
}

// Stamps of whole seconds: the order within one changes nothing, and does not cost the square of how many there are.
static void any_order_in_one_second(void **state)
{
	(void)state;
	uint64_t sum, other;
	(void)seconds_ask(3000, ascending, &sum);
	(void)seconds_ask(3000, descending, &other);
	assert_int_equal(sum, other);
	(void)seconds_ask(3000, shuffled, &other);
	assert_int_equal(sum, other);
	double few = seconds_ask(20000, descending, &sum), many = seconds_ask(160000, descending, &other);
	if (many > 24 * few + 0.5) // the square would be 64 times, a sort about 9
		fail_msg("%.2f s for 20,000 targets, %.2f s for 160,000", few, many);
}

static void controls_ask(struct scene *s, uint32_t controls, bool (*answers)(unsigned round, uint32_t control))
{
	uint32_t target[240];
	scene_open(s, 1);
	for (uint32_t i = 0; i < controls; i++)
		target[i] = control_add_at(s, 0x08080000 + i);
	for (unsigned round = 0; round < 90; round++)
		for (uint32_t i = 0; i < controls; i++)
			probe(s, round * 30 + i * 0.1, 0, target[i], answers(round, i));
	reach_finish(s->reach);
}

// Never many at a time, nor one near another: sixty of 240 in the end.
static bool some_die_for_good(unsigned round, uint32_t control)
{
	return control % 20 >= 5 || round < 3 + control % 20 * 12;
}

static bool none_answers_for_a_while(unsigned round, uint32_t control)
{
	(void)control;
	return round < 20 || round > 22;
}

// However many controls there are, those that are dead say nothing of the observer, and all of them say much.
static void many_controls(void **state)
{
	(void)state;
	struct scene s;
	controls_ask(&s, 240, some_die_for_good);
	assert_int_equal(s.impaired, 0);
	scene_close(&s);
	for (uint32_t controls = 60; controls <= 240; controls += 60) {
		controls_ask(&s, controls, none_answers_for_a_while);
		assert_int_equal(s.impaired, 1);
		scene_close(&s);
	}
}

static void observers_open(struct scene *s, unsigned observers)
{
	scene_open(s, 1);
	for (unsigned i = 2; i < observers; i++) {
		char id[16];
		snprintf(id, sizeof(id), "vp%u", i + 1);
		assert_int_equal(observer_id(s->targets, id, strlen(id)), i);
	}
}

// A target is down when every observer that asked has failed twice, whatever their numbers are.
static void many_observers(void **state)
{
	(void)state;
	for (unsigned observers = 2; observers <= 1000; observers += observers < 66 ? 31 : 467) {
		struct scene s;
		observers_open(&s, observers);
		for (unsigned round = 0; round < 60; round++)
			for (unsigned o = 0; o < observers; o++)
				probe(&s, round * 30 + o * 0.01, (uint16_t)o, 0, round < 40 || round > 50);
		reach_finish(s.reach);
		assert_int_equal(s.changes, 2);
		assert_false(s.change.down);
		assert_int_equal(s.change.first_fail.ns, BEGIN_NS + 40 * 30 * NS_PER_S);
		scene_close(&s);
		observers_open(&s, observers); // each fails once, and that is not down
		for (unsigned round = 0; round < 60; round++)
			for (unsigned o = 0; o < observers; o++)
				probe(&s, round * 30 + o * 0.01, (uint16_t)o, 0, round != 40);
		reach_finish(s.reach);
		assert_int_equal(s.changes, 0);
		scene_close(&s);
	}
}

static void limits_are_counted(void **state)
{
	(void)state;
	struct scene s;
	uint32_t targets = REACH_RTTS_MAX + 100;
	scene_open(&s, targets);
	for (unsigned round = 0; round < 3; round++)
		for (uint32_t i = 0; i < targets; i++)
			probe(&s, round * 30 + (double)i / targets, 0, i, true);
	reach_finish(s.reach);
	assert_int_equal(reach_limits(s.reach).rtts, 3 * 100);
	assert_int_equal(reach_limits(s.reach).early, 0);
	assert_int_equal(s.pulses, 3);
	scene_close(&s);
	scene_open(&s, 1000);
	for (unsigned i = 0; i < 3000; i++)
		probe(&s, i / 1000 * 30 + i % 1000 * 0.001, 0, i % 1000, true);
	for (unsigned i = 0; i < REACH_PENDING_MAX + 5; i++)
		probe(&s, 90 + i * 1e-6, 0, i % 1000, true);
	assert_true(reach_limits(s.reach).early > 0);
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
		cmocka_unit_test(any_order_in_one_second),
		cmocka_unit_test(many_controls),
		cmocka_unit_test(many_observers),
		cmocka_unit_test(limits_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
