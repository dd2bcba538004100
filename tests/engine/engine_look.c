// SPDX-License-Identifier: ISC
// Time that passes changes no answer: one route that flaps for twenty days, before an outage and during one.
#include "../signal/land.h"

#include "diagnose/evidence.h"

#include <math.h>

#define HOUR	3600.0
#define DAY	(24 * HOUR)
#define BEAT_S	60.0 // every peer says so often that it is there
#define FLAP_S	20.0
#define FLAPPER 19 // the prefix that flaps, at peer 0
#define GONE	10 // prefixes of KX that leave in an outage

static void beat(struct land *l, double from, double to)
{
	for (double at = from; at < to; at += BEAT_S)
		for (unsigned i = 0; i < LAND_PEERS; i++)
			scene_add(&l->scene, at + i * 0.33, OBS_ALIVE, l->peer[i]);
}

static void flap(struct land *l, double from, double to)
{
	land_announce(l, from, 0, FLAPPER);
	struct obs back = l->scene.obs[l->scene.count - 1]; // one path for all of them
	for (double at = from; at < to; at += FLAP_S) {
		land_withdraw(l, at + 1, 0, FLAPPER);
		back.time = scene_time(at + FLAP_S / 2);
		*scene_add(&l->scene, at, OBS_ANNOUNCE, l->peer[0]) = back;
	}
}

static void outage(struct land *l, double from, double to)
{
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < GONE; k++) {
			land_withdraw(l, from + (i + k) * 0.02, i, k);
			if (to > from)
				land_announce(l, to + (i + k) * 0.02, i, k);
		}
}

// What is said of the only incident of the land, looked at on a grid of so many seconds; 0: the usual one.
static struct incident only(struct land *l, int64_t grid_s)
{
	struct pipeline_options options = {
		.peers = l->scene.peers,
		.entities = &l->entities,
		.definition = definition_default(),
		.full_floor = 5,
		.cut_ns = grid_s * NS_PER_S,
	};
	struct pipeline *p = pipeline_create(&options);
	scene_sort(&l->scene);
	struct batch all_of_it = scene_batch(&l->scene, 0, l->scene.count);
	assert_int_equal(pipeline_take(p, &all_of_it), 0);
	pipeline_finish(p);
	const struct incident_list *all = pipeline_incidents(p);
	assert_int_equal(all->count, 1);
	struct incident n = all->at[0];
	pipeline_free(p);
	land_close(l);
	return n;
}

static void same_phases(const struct story *a, const struct story *b)
{
	assert_true(a->phase_count > 0);
	assert_int_equal(a->phase_count, b->phase_count);
	for (size_t i = 0; i < a->phase_count; i++) {
		assert_string_equal(a->phases[i].phase, b->phases[i].phase);
		double x = instant_gap_s(a->start.best, a->phases[i].from),
		       y = instant_gap_s(b->start.best, b->phases[i].from);
		assert_float_equal(x, y, 1e-6);
	}
}

static void same_routes(const struct incident *a, const struct incident *b)
{
	assert_true(a->facts.routes.known);
	assert_memory_equal(&a->facts.routes, &b->facts.routes, sizeof(a->facts.routes));
	assert_memory_equal(&a->facts.sessions, &b->facts.sessions, sizeof(a->facts.sessions));
	assert_int_equal(a->facts.witness.collectors, b->facts.witness.collectors);
	assert_int_equal(a->facts.witness.collectors_blind, b->facts.witness.collectors_blind);
	assert_int_equal(a->story.path_changes, b->story.path_changes);
	assert_int_equal(a->story.upstream_count, b->story.upstream_count);
	for (size_t i = 0; i < a->story.upstream_count; i++)
		assert_int_equal(a->story.upstreams[i].routes, b->story.upstreams[i].routes);
}

// `recurrence`: answers about what came before count too.
static void same_findings(const struct incident *a, const struct incident *b, bool recurrence)
{
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		if (!recurrence && evidence_row(e)->family == FAMILY_RECURRENCE)
			continue;
		if (a->verdict.findings[e].answer != b->verdict.findings[e].answer)
			print_error("%s\n", evidence_row(e)->name);
		assert_int_equal(a->verdict.findings[e].answer, b->verdict.findings[e].answer);
	}
}

static struct incident after_flapping(double for_s)
{
	struct land l;
	land_open(&l);
	double start = 100 + for_s;
	beat(&l, 3, start + 2 * HOUR);
	flap(&l, 100, start + 2 * HOUR);
	outage(&l, start, start + 1800);
	return only(&l, 0);
}

// The same outage after 2,000 seconds and after twenty days of one route that comes and goes.
static void what_flapped_before_does_not_matter(void **state)
{
	(void)state;
	struct incident early = after_flapping(2000), late = after_flapping(2000 + 20 * DAY);
	same_phases(&early.story, &late.story);
	same_routes(&early, &late);
	same_findings(&early, &late, false);
	assert_int_equal(early.verdict.ranked[0].cause, late.verdict.ranked[0].cause);
}

static struct incident looked_at_after(double for_s, int64_t grid_s)
{
	struct land l;
	land_open(&l);
	beat(&l, 3, 2 * HOUR + for_s);
	flap(&l, 100, 2 * HOUR + for_s);
	outage(&l, 2 * HOUR, 0);
	return only(&l, grid_s);
}

// The same outage, still open, looked at after seven hours and after twenty days.
static void when_it_is_looked_at_does_not_matter(void **state)
{
	(void)state;
	struct incident early = looked_at_after(7 * HOUR, 0), late = looked_at_after(20 * DAY, 0);
	assert_true(early.facts.settled && late.facts.settled);
	assert_int_equal(early.story.state, INCIDENT_OPEN);
	same_phases(&early.story, &late.story);
	same_routes(&early, &late);
	same_findings(&early, &late, true);
	for (size_t i = 0; i < CAUSE_COUNT; i++) {
		assert_int_equal(early.verdict.ranked[i].cause, late.verdict.ranked[i].cause);
		assert_float_equal(early.verdict.ranked[i].p, late.verdict.ranked[i].p, 1e-9);
	}
}

// The last word on a beginning does not depend on the grid of cuts.
static void no_grid_moves_the_last_word(void **state)
{
	static const int64_t grids[] = {7, 600, 3600, 86400};
	(void)state;
	struct incident usual = looked_at_after(4 * DAY, 0);
	assert_true(usual.facts.settled);
	for (size_t i = 0; i < sizeof(grids) / sizeof(*grids); i++) {
		struct incident other = looked_at_after(4 * DAY, grids[i]);
		same_phases(&usual.story, &other.story);
		same_routes(&usual, &other);
		same_findings(&usual, &other, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_flapped_before_does_not_matter),
		cmocka_unit_test(when_it_is_looked_at_does_not_matter),
		cmocka_unit_test(no_grid_moves_the_last_word),
	};
	return cmocka_run_group_tests_name("engine look", tests, NULL, NULL);
}
