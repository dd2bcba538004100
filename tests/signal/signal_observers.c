// SPDX-License-Identifier: ISC
// Tests: src/signal/reach.c
// Which observers are believed: those whose controls answer, or all but dead ones; not those that see alone what has nothing in
// common fail, that were away, or that say so themselves.
#include "../unit/unit.h"

#include "model/observer.h"
#include "signal/reach.h"

#include <string.h>

#define BEGIN_NS     (1700000010 * NS_PER_S)
#define WIDTH_S	     10
#define OWN_LOSS_PPM 100000 // observer.own_loss
#define ENTITIES     20
#define HOSTS	     2 // of each entity
#define CONTROLS     3
#define PULSES_MAX   4096
#define VIEWS_MAX    4

struct seen { // a pulse
	double at;
	uint32_t entity, units, units_up;
	size_t view_count;
	struct pulse_view views[VIEWS_MAX];
};

struct field {
	struct entity_list entities;
	struct target_table *targets;
	struct reach *reach;
	uint32_t control[CONTROLS];
	struct seen pulses[PULSES_MAX];
	size_t pulse_count, change_count, told;
	struct observer_change last[VIEWS_MAX]; // that is told of an observer
};

static double second_of(struct instant t)
{
	return (double)(t.ns - BEGIN_NS) / (double)NS_PER_S;
}

static void on_pulse(void *context, const struct pulse *p)
{
	struct field *f = context;
	assert_true(f->pulse_count < PULSES_MAX && p->view_count <= VIEWS_MAX);
	struct seen *s = &f->pulses[f->pulse_count++];
	*s = (struct seen){second_of(p->time), p->entity, p->units, p->units_up, p->view_count, {{0}}};
	memcpy(s->views, p->views, p->view_count * sizeof(*p->views));
}

static void on_change(void *context, const struct target_change *c)
{
	struct field *f = context;
	(void)c;
	f->change_count++;
}

static void on_observer(void *context, const struct observer_change *c)
{
	struct field *f = context;
	f->told++;
	f->last[c->observer] = *c;
}

static void field_open(struct field *f)
{
	memset(f, 0, sizeof(*f));
	for (uint32_t i = 0; i < ENTITIES; i++) {
		char id[16];
		snprintf(id, sizeof(id), "asn/%u", 64500 + i);
		struct addr first = addr_v4(0x0a000000 + (i << 8)), last = addr_v4(0x0a0000ff + (i << 8));
		entity_range_add(entity_add(&f->entities, id), &first, &last);
	}
	f->targets = target_table_create(&f->entities);
	observer_id(f->targets, "vp1", 3);
	observer_id(f->targets, "vp2", 3);
	for (uint32_t i = 0; i < ENTITIES * HOSTS; i++) {
		struct addr a = addr_v4(0x0a000000 + (i / HOSTS << 8) + i % HOSTS);
		assert_int_equal(target_id(f->targets, &a, PROBE_ICMP_ECHO, NULL, 0), i);
	}
	for (uint32_t i = 0; i < CONTROLS; i++) {
		struct target listed = {.address = addr_v4(0x08080800 + i),
					.op = PROBE_OP_COUNT,
					.kind = TARGET_CONTROL,
					.entity = ENTITY_NONE};
		target_list(f->targets, &listed, NULL);
		f->control[i] = target_id(f->targets, &listed.address, PROBE_ICMP_ECHO, NULL, 0);
	}
	struct reach_sink sink = {.pulse = on_pulse, .change = on_change, .observer = on_observer, .context = f};
	f->reach = reach_create(NULL, f->targets, ENTITIES, sink);
}

static void field_close(struct field *f)
{
	reach_free(f->reach);
	target_table_free(f->targets);
	entity_list_free(&f->entities);
}

static void probe(struct field *f, double at, uint16_t observer, uint32_t target, bool ok)
{
	struct obs o = {.time = {BEGIN_NS + (int64_t)(at * 1e6) * 1000}, .kind = OBS_PROBE, .peer = PEER_NONE};
	o.collector = observer;
	o.path_id = target;
	o.rtt_us = ok ? 20000 : 0;
	o.probe.outcome = ok ? PROBE_OK : PROBE_TIMEOUT;
	reach_take(f->reach, &o);
}

struct plan { // of one interval: who asks, and how many of the entities fail at each observer
	bool asks[2];
	uint32_t failing[2];
	bool controls; // each observer asks its controls, too
	bool control_good[CONTROLS];
};

// Intervals [from, to), counted from the beginning.
static void field_run(struct field *f, unsigned from, unsigned to, const struct plan *p)
{
	for (unsigned i = from; i < to; i++)
		for (uint16_t o = 0; o < 2; o++) {
			double at = i * WIDTH_S + o * 0.1;
			for (uint32_t t = 0; p->asks[o] && t < ENTITIES * HOSTS; t++)
				probe(f, at + t * 0.001, o, t, t / HOSTS >= p->failing[o]);
			for (uint32_t c = 0; p->asks[o] && p->controls && c < CONTROLS; c++)
				probe(f, at + 0.05 + c * 0.001, o, f->control[c], p->control_good[c]);
		}
}

// How the observer's look at the entity in this interval is marked; missing is a failure.
static const struct pulse_view *view_at(const struct field *f, unsigned interval, uint32_t entity, uint16_t observer)
{
	for (size_t i = 0; i < f->pulse_count; i++)
		for (size_t k = 0; k < f->pulses[i].view_count; k++)
			if (f->pulses[i].entity == entity && f->pulses[i].views[k].observer == observer &&
			    (unsigned)(f->pulses[i].at / WIDTH_S + 0.5) == interval)
				return &f->pulses[i].views[k];
	fail_msg("no pulse of entity %u in interval %u", entity, interval);
	return NULL;
}

static bool impaired(const struct field *f, unsigned interval, uint16_t observer)
{
	return view_at(f, interval, ENTITIES - 1, observer)->impaired;
}

static const struct plan fine = {{true, true}, {0, 0}, true, {true, true, true}};

static void one_dead_control_is_no_fault_of_the_observer(void **state)
{
	(void)state;
	struct field f;
	struct plan dead = fine;
	dead.control_good[0] = false;
	field_open(&f);
	field_run(&f, 0, 60, &dead);
	struct plan outage = dead;
	outage.failing[0] = outage.failing[1] = 1;
	field_run(&f, 60, 80, &outage);
	reach_finish(f.reach);
	for (unsigned i = 30; i < 80; i++)
		assert_false(impaired(&f, i, 0));
	assert_int_equal(f.change_count, HOSTS);
	field_close(&f);
}

// Without any control it is blind for as long as that lasts, and from its last good control on.
static void all_controls_dead_is_the_observer(void **state)
{
	(void)state;
	struct field f;
	struct plan blind = fine;
	memset(blind.control_good, 0, sizeof(blind.control_good));
	blind.failing[0] = blind.failing[1] = ENTITIES;
	field_open(&f);
	field_run(&f, 0, 30, &fine);
	field_run(&f, 30, 90, &blind);
	field_run(&f, 90, 120, &fine);
	reach_finish(f.reach);
	for (unsigned i = 30; i < 90; i++)
		assert_true(impaired(&f, i, 0) && impaired(&f, i, 1));
	assert_false(impaired(&f, 27, 0));
	assert_false(impaired(&f, 110, 0));
	assert_int_equal(f.change_count, 0);
	assert_int_equal(f.told, 4);
	assert_false(f.last[0].impaired);
	field_close(&f);
}

static void dated_back_to_the_last_good_control(void **state)
{
	(void)state;
	struct field f;
	struct plan blind = fine;
	memset(blind.control_good, 0, sizeof(blind.control_good));
	field_open(&f);
	field_run(&f, 0, 30, &fine);
	field_run(&f, 30, 40, &blind);
	reach_finish(f.reach);
	assert_true(f.last[0].impaired);
	assert_int_equal(f.last[0].from.ns - BEGIN_NS, 29 * WIDTH_S * NS_PER_S + 52 * NS_PER_S / 1000);
	field_close(&f);
}

// Whether observer 0 is doubted when so many entities fail there, and so many at the other.
static bool doubted(uint32_t here, uint32_t there)
{
	struct field f;
	struct plan usual = {{true, true}, {0, 0}, false, {false}}, trouble = usual;
	trouble.failing[0] = here;
	trouble.failing[1] = there;
	field_open(&f);
	field_run(&f, 0, 20, &usual);
	field_run(&f, 20, 30, &trouble);
	reach_finish(f.reach);
	bool doubt = impaired(&f, 25, 0);
	assert_false(impaired(&f, 10, 0));
	assert_false(impaired(&f, 25, 1) && there == 0);
	field_close(&f);
	return doubt;
}

static void unrelated_entities_that_fail_at_one_observer(void **state)
{
	(void)state;
	assert_false(doubted(1, 0));
	assert_false(doubted(2, 0));
	assert_false(doubted(4, 0)); // a fifth of them is not more than a fifth
	assert_true(doubted(5, 0));
	assert_true(doubted(12, 0));
	assert_true(doubted(ENTITIES, 0));
	assert_false(doubted(12, 12)); // both see it
	assert_false(doubted(0, 12));
}

// Two entities and no more are looked at: both fail at one observer, and that may be so.
static void two_are_too_few_to_doubt(void **state)
{
	(void)state;
	struct field f;
	field_open(&f);
	for (unsigned i = 0; i < 40; i++)
		for (uint16_t o = 0; o < 2; o++)
			for (uint32_t t = 0; t < 2 * HOSTS; t++)
				probe(&f, i * WIDTH_S + o * 0.1 + t * 0.001, o, t, i < 20 || o == 1);
	reach_finish(f.reach);
	assert_false(view_at(&f, 30, 0, 0)->impaired);
	field_close(&f);
}

// It sent nothing for far longer than it ever paused: told, and until its first answer it is not believed.
static void an_observer_that_was_away(void **state)
{
	(void)state;
	struct field f;
	struct plan alone = {{false, true}, {0, 0}, false, {false}}, usual = {{true, true}, {0, 0}, false, {false}};
	field_open(&f);
	field_run(&f, 0, 30, &usual);
	field_run(&f, 30, 50, &alone);
	struct plan back = usual;
	back.failing[0] = 2; // too few to doubt it for that
	field_run(&f, 50, 53, &back);
	field_run(&f, 53, 60, &usual);
	reach_finish(f.reach);
	assert_int_equal(f.told, 2);
	assert_string_equal(f.last[0].why, "it sent no probes");
	assert_false(f.last[0].impaired);
	assert_int_equal(f.last[0].from.ns - BEGIN_NS, 50 * WIDTH_S * NS_PER_S);
	assert_true(view_at(&f, 50, 0, 0)->impaired);
	assert_false(view_at(&f, 55, 0, 0)->impaired);
	assert_int_equal(f.change_count, 0);
	field_close(&f);
}

// A pause as it often makes is none: three intervals and twice the longest pause.
static void a_pause_is_no_absence(void **state)
{
	(void)state;
	struct field f;
	struct plan alone = {{false, true}, {0, 0}, false, {false}}, usual = {{true, true}, {0, 0}, false, {false}};
	field_open(&f);
	field_run(&f, 0, 20, &usual);
	field_run(&f, 20, 22, &alone);
	field_run(&f, 22, 40, &usual);
	field_run(&f, 40, 43, &alone);
	field_run(&f, 43, 60, &usual);
	reach_finish(f.reach);
	assert_int_equal(f.told, 0);
	field_close(&f);
}

static void health(struct field *f, double at, uint8_t status, uint8_t why, uint32_t loss_ppm)
{
	struct obs o = {.time = {BEGIN_NS + (int64_t)(at * 1e9)}, .kind = OBS_HEALTH, .peer = PEER_NONE};
	o.from = o.time;
	o.health.state = status;
	o.health.why = why;
	o.loss_ppm = loss_ppm;
	reach_health(f->reach, &o);
}

static void what_it_says_of_itself(void **state)
{
	(void)state;
	struct field f;
	struct plan usual = {{true, true}, {0, 0}, false, {false}}, trouble = usual;
	trouble.failing[0] = ENTITIES;
	field_open(&f);
	field_run(&f, 0, 30, &usual);
	health(&f, 300, OBSERVER_BLIND, OBSERVER_OTHER, 0);
	field_run(&f, 30, 40, &trouble);
	health(&f, 400, OBSERVER_OK, OBSERVER_OTHER, 0);
	field_run(&f, 40, 50, &usual);
	health(&f, 500, OBSERVER_DEGRADED, OBSERVER_OWN_LOSS, OWN_LOSS_PPM);
	field_run(&f, 50, 60, &usual);
	health(&f, 600, OBSERVER_DEGRADED, OBSERVER_OWN_LOSS, OWN_LOSS_PPM / 2);
	field_run(&f, 60, 70, &usual);
	reach_finish(f.reach);
	assert_true(impaired(&f, 35, 0));
	assert_false(impaired(&f, 35, 1));
	assert_false(impaired(&f, 45, 0));
	assert_true(impaired(&f, 55, 0));
	assert_false(impaired(&f, 65, 0));
	assert_int_equal(f.change_count, 0);
	field_close(&f);
}

// What never answered is not asked after: neither lost nor a machine that is down.
static void never_seen_up(void **state)
{
	(void)state;
	struct field f;
	struct plan some = {{true, true}, {1, 1}, false, {false}};
	field_open(&f);
	field_run(&f, 0, 30, &some);
	reach_finish(f.reach);
	const struct pulse_view *v = view_at(&f, 20, 0, 0);
	assert_int_equal(v->sent, 0);
	for (size_t i = 0; i < f.pulse_count; i++)
		assert_int_equal(f.pulses[i].units, f.pulses[i].entity ? HOSTS : 0);
	assert_int_equal(f.change_count, 0);
	field_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_dead_control_is_no_fault_of_the_observer),
		cmocka_unit_test(all_controls_dead_is_the_observer),
		cmocka_unit_test(dated_back_to_the_last_good_control),
		cmocka_unit_test(unrelated_entities_that_fail_at_one_observer),
		cmocka_unit_test(two_are_too_few_to_doubt),
		cmocka_unit_test(an_observer_that_was_away),
		cmocka_unit_test(a_pause_is_no_absence),
		cmocka_unit_test(what_it_says_of_itself),
		cmocka_unit_test(never_seen_up),
	};
	return cmocka_run_group_tests_name("signal observers", tests, NULL, NULL);
}
