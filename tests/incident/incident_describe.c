// SPDX-License-Identifier: ISC
// Machines that fail one by one, and all at a time: when an outage began, and whether it is one of the whole.
#include "../unit/unit.h"

#include "incident/story.h"

#include <string.h>

#define T0	 (1700000000 * NS_PER_S)
#define WIDTH_S	 10
#define HOSTS	 20
#define PINGS	 5 // of each host in an interval
#define BINS_MAX 8192

struct ward {
	struct entity_list entities;
	struct target_table *targets;
	struct dossier d;
	struct pulse_bin bins[BINS_MAX];
	int64_t down_at[HOSTS]; // seconds; INT64_MAX never
	int64_t from;		// of the first interval
};

static struct instant at(int64_t s)
{
	return (struct instant){T0 + s * NS_PER_S};
}

static void ward_open(struct ward *w, int64_t from)
{
	memset(w, 0, sizeof(*w));
	struct entity *e = entity_add(&w->entities, "country/KX");
	struct addr first = addr_v4(0x0a000000), last = addr_v4(0x0affffff);
	entity_range_add(e, &first, &last);
	w->targets = target_table_create(&w->entities);
	for (uint32_t i = 0; i < HOSTS; i++) {
		struct addr a = addr_v4(0x0a000000 + (i << 8)); // each in a /24 of its own
		assert_int_equal(target_id(w->targets, &a, PROBE_ICMP_ECHO, NULL, 0), i);
		w->down_at[i] = INT64_MAX;
	}
	w->d = (struct dossier){.width_ns = WIDTH_S * NS_PER_S, .bins = w->bins};
	w->from = from;
}

static void ward_close(struct ward *w)
{
	dossier_free(&w->d);
	target_table_free(w->targets);
	entity_list_free(&w->entities);
}

// The intervals up to `to`; of [0, excess_to) so many pings more are lost than those to machines that are down.
static void ward_see(struct ward *w, int64_t to, uint32_t excess, int64_t excess_to)
{
	for (int64_t s = w->from; s < to; s += WIDTH_S) {
		assert_true(w->d.bin_count < BINS_MAX);
		struct pulse_bin *b = &w->bins[w->d.bin_count++];
		uint32_t down = 0;
		for (size_t i = 0; i < HOSTS; i++)
			down += w->down_at[i] <= s;
		*b = (struct pulse_bin){.time = at(s), .sent = HOSTS * PINGS, .units = HOSTS, .units_up = HOSTS - down};
		b->lost = down * PINGS + (s >= 0 && s < excess_to ? excess : 0);
		b->observers = 2;
	}
	for (int64_t s = w->from; s < to; s++)
		for (uint32_t i = 0; i < HOSTS; i++)
			if (w->down_at[i] == s)
				dossier_change(&w->d, &(struct target_change){.target = i,
									      .down = true,
									      .decided = at(s + WIDTH_S),
									      .last_ok = at(s - WIDTH_S),
									      .first_fail = at(s),
									      .recovered = INSTANT_NONE,
									      .up_hours = 100});
	w->d.last = at(to);
}

// The only incident: loss that began at 0 and goes on.
static struct story ward_story(struct ward *w)
{
	struct detection loss = {.signal = SIGNAL_LOSS, .baseline = 1000, .lowest = 0, .of_networks = 2};
	loss.start = (struct moment){at(0), at(-WIDTH_S), at(WIDTH_S), 0.9};
	loss.end = (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
	dossier_detection(&w->d, &loss);
	struct assemble_groups groups;
	assemble_entity(&(struct assemble_input){&w->d, &w->entities, NULL, NULL, NULL, NULL}, &groups);
	assert_int_equal(groups.count, 1);
	struct story_input in = {
		.dossier = &w->d, .entities = &w->entities, .targets = w->targets, .since = at(w->from)};
	struct story s = story_of(&in, &groups.at[0]);
	assemble_free(&groups);
	return s;
}

// Two machines are down from 0 on, the others go at `all`.
static struct story all_go(int64_t all, uint32_t excess)
{
	struct ward w;
	ward_open(&w, -1800);
	for (size_t i = 0; i < HOSTS; i++)
		w.down_at[i] = i < 2 ? 0 : all;
	ward_see(&w, all + 300, excess, all - 2 * WIDTH_S);
	struct story s = ward_story(&w);
	ward_close(&w);
	return s;
}

// Within the interval before: the start is refined to where the failures may lie.
static bool began(struct story s, int64_t second)
{
	return s.start.best.ns <= at(second).ns && s.start.best.ns > at(second - WIDTH_S).ns;
}

// It began when all went: what was lost before were the machines that were down. If more was lost, that was its beginning.
static void single_machines_are_no_beginning(void **state)
{
	(void)state;
	struct story s = all_go(200, 0);
	assert_string_equal(s.concurrency.verdict, "concurrent");
	assert_true(began(s, 200));
	assert_int_equal(s.scope, SCOPE_TOTAL);
	assert_true(began(all_go(200, 4), 200)); // in a hundred
	assert_true(began(all_go(200, 6), 0));
	assert_true(began(all_go(200, 40), 0));
	assert_true(began(all_go(40, 0), 0)); // so soon it is one thing
}

// So many fail, twenty minutes apart.
static struct story one_by_one(uint32_t hosts)
{
	struct ward w;
	ward_open(&w, -1800);
	for (size_t i = 0; i < hosts; i++)
		w.down_at[i] = (int64_t)i * 1200;
	ward_see(&w, (int64_t)hosts * 1200 + 600, 0, 0);
	struct story s = ward_story(&w);
	ward_close(&w);
	return s;
}

static void machines_that_fail_one_by_one_are_no_outage(void **state)
{
	(void)state;
	struct story s = one_by_one(4);
	assert_string_equal(s.concurrency.verdict, "independent");
	assert_int_equal(s.scope, SCOPE_SERVICE);
	assert_float_equal(s.fraction_down, 4.0 / HOSTS, 1e-9);
	assert_int_equal(one_by_one(14).scope, SCOPE_SERVICE);
	assert_int_equal(one_by_one(15).scope, SCOPE_PARTIAL); // three of four down at a time are no coincidence
	assert_int_equal(one_by_one(19).scope, SCOPE_TOTAL);
}

// Six are down throughout, and all of them for so many intervals.
static double depth_with(size_t intervals)
{
	struct ward w;
	ward_open(&w, -1800);
	for (size_t i = 0; i < 6; i++)
		w.down_at[i] = 0;
	ward_see(&w, 600, 0, 0);
	for (size_t i = 0; i < intervals; i++)
		w.bins[w.d.bin_count - 30 + i].units_up = 0;
	double down = ward_story(&w).fraction_down;
	ward_close(&w);
	return down;
}

static void the_depth_is_held(void **state)
{
	(void)state;
	assert_float_equal(depth_with(0), 6.0 / HOSTS, 1e-9);
	assert_float_equal(depth_with(1), 6.0 / HOSTS, 1e-9);
	assert_float_equal(depth_with(2), 6.0 / HOSTS, 1e-9);
	assert_float_equal(depth_with(3), 1, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_machines_are_no_beginning),
		cmocka_unit_test(machines_that_fail_one_by_one_are_no_outage),
		cmocka_unit_test(the_depth_is_held),
	};
	return cmocka_run_group_tests_name("incident describe", tests, NULL, NULL);
}
