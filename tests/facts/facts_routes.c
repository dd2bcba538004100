// SPDX-License-Identifier: ISC
// What the routes of a country did around an incident, each number by a made-up day; and which collectors could see.
#include "../signal/land.h"

#include "facts/facts_priv.h"

#include <math.h>

#define START  100.0
#define END_AT 160.0
#define NORTH  65000 // the upstream that land_announce puts in every path
#define SOUTH  65001
#define OTHER  64513 // a second network of country/KX
#define HALF   8     // peers from here on see the country through the south

static struct land land;
static struct incident incident;
static double start = START; // of the incident that is judged

static void begin(void)
{
	land_open(&land);
	entity_asn_add(&land.entities.at[0], 64512);
	entity_asn_add(&land.entities.at[0], OTHER);
	land_alive(&land, 3, 200);
}

static void tell(double at, unsigned peer, const struct prefix *prefix, uint32_t upstream, uint32_t origin)
{
	struct obs *o = scene_route(&land.scene, at, OBS_ANNOUNCE, land.peer[peer], prefix);
	scene_path(o, (uint32_t[]){100 + peer, upstream, origin}, 3);
	o->origin = origin;
}

static void leave(double at, unsigned first, unsigned end)
{
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = first; k < end; k++)
			land_withdraw(&land, at + i * 0.001, i, k);
}

static const struct facts_routes *judge(void)
{
	struct pipeline *p = NULL;
	double end = start + END_AT - START;
	incident.story.start = (struct moment){scene_time(start), scene_time(start - 1), scene_time(start + 1), 0.9};
	incident.story.end = (struct moment){scene_time(end), scene_time(end), scene_time(end), 0.9};
	facts_unknown(&incident.facts);
	p = land_run(&land, 64);
	struct dossier none = {0};
	struct facts_input in = {
		.dossier = &none, .entities = &land.entities, .peers = land.scene.peers, .routes = pipeline_routing(p)};
	facts_routes(&in, &incident.story, &incident.facts);
	facts_witness(&in, &incident.story, &incident.facts);
	pipeline_free(p);
	land_close(&land);
	memset(&incident.story.origins, 0, sizeof(incident.story.origins));
	return &incident.facts.routes;
}

static void nothing_happened(void **state)
{
	(void)state;
	begin();
	const struct facts_routes *f = judge();
	assert_true(f->known);
	assert_float_equal(f->lost, 0, 0);
	assert_true(isnan(f->spread_s));
	assert_float_equal(f->networks, 1, 0);
	assert_float_equal(f->networks_lost, 0, 0);
	assert_true(isnan(f->network_spread_s));
	assert_float_equal(f->upstreams, 1, 0);
	assert_float_equal(f->upstreams_lost, 0, 0);
	assert_true(isnan(f->upstream_spread_s));
	assert_float_equal(f->churn, 0, 0);
	assert_float_equal(f->path_moved, 0, 0);
	assert_float_equal(f->new_origins, 0, 0);
	assert_true(isnan(incident.facts.witness.unrelated_lost));
}

// Half of it is another network's. Of the first four prefixes go, of the other two; four more were gone long before.
static void prefixes_go_one_after_another(void **state)
{
	(void)state;
	begin();
	for (size_t i = 0; i < land.scene.count; i++)
		for (unsigned k = 10; k < LAND_KX; k++)
			if (prefix_equal(&land.scene.obs[i].prefix, &land.prefix[k])) {
				scene_path(&land.scene.obs[i], (uint32_t[]){100, NORTH, OTHER}, 3);
				land.scene.obs[i].origin = OTHER;
			}
	leave(50, 16, 20);
	for (unsigned k = 0; k < 4; k++)
		leave(START + 4 * k, k, k + 1);
	leave(START + 20, 10, 12);
	leave(END_AT + 5, 4, 8);
	const struct facts_routes *f = judge();
	assert_float_equal(f->lost, 6.0 / 16, 1e-9);
	assert_float_equal(f->spread_s, 12, 1);
	assert_float_equal(f->networks, 2, 0);
	assert_float_equal(f->networks_lost, 2, 0);
	assert_float_equal(f->network_spread_s, 20, 1);
}

static void it_was_not_there_before(void **state)
{
	(void)state;
	begin();
	leave(20, 0, LAND_KX);
	assert_false(judge()->known);
	assert_true(isnan(incident.facts.routes.lost));
}

static void two_upstreams(void)
{
	begin();
	for (unsigned i = HALF; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX; k++)
			tell(2, i, &land.prefix[k], SOUTH, 64512);
}

// The south falls away at the start and all peers see the country through the north; nothing is lost.
static void paths_move(void **state)
{
	(void)state;
	two_upstreams();
	for (unsigned i = HALF; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX; k++)
			tell(START + 5, i, &land.prefix[k], NORTH, 64512);
	const struct facts_routes *f = judge();
	assert_float_equal(f->upstreams, 2, 0);
	assert_float_equal(f->upstreams_lost, 1, 0);
	assert_float_equal(f->upstream_spread_s, 0, 1e-9);
	assert_float_equal(f->path_moved, (double)(LAND_PEERS - HALF) / LAND_PEERS, 1e-9);
	assert_float_equal(f->churn, 0, 0);
	assert_float_equal(f->lost, 0, 0);
}

// The north goes, seven seconds later the south. A peer that tries another way for a second before has not moved.
static void upstreams_go_one_after_another(void **state)
{
	(void)state;
	two_upstreams();
	for (unsigned k = 0; k < LAND_KX; k++) {
		tell(START + 1, 0, &land.prefix[k], SOUTH, 64512);
		for (unsigned i = 0; i < LAND_PEERS; i++)
			land_withdraw(&land, START + (i < HALF ? 2 : 8), i, k);
	}
	const struct facts_routes *f = judge();
	assert_float_equal(f->upstreams_lost, 2, 0);
	assert_float_equal(f->upstream_spread_s, 7, 1e-6);
	assert_float_equal(f->path_moved, 0, 0);
	assert_float_equal(f->lost, 1, 0);
}

// A part of the routes through an upstream is not the upstream.
static void an_upstream_keeps_some(void **state)
{
	(void)state;
	two_upstreams();
	for (unsigned i = HALF; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX - 4; k++)
			land_withdraw(&land, START + 2, i, k);
	assert_float_equal(judge()->upstreams_lost, 0, 0);
}

// The south left long before the start, and came back or not.
static double south_left(bool back)
{
	two_upstreams();
	for (unsigned i = HALF; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX; k++) {
			land_withdraw(&land, 40, i, k);
			if (back)
				tell(60, i, &land.prefix[k], SOUTH, 64512);
		}
	return judge()->upstreams;
}

static void upstreams_of_the_start_count(void **state)
{
	(void)state;
	assert_float_equal(south_left(false), 1, 0);
	assert_float_equal(south_left(true), 2, 0);
}

// Path changes in the half hour before count, except while all begins, or where a prefix goes or comes.
static void paths_were_restless(void **state)
{
	(void)state;
	begin();
	for (unsigned k = 0; k < LAND_KX; k++) {
		tell(10, 1, &land.prefix[k], SOUTH, 64512);
		tell(60, 1, &land.prefix[k], NORTH, 64512);
		tell(70, 1, &land.prefix[k], SOUTH, 64512);
		tell(START + 1, 1, &land.prefix[k], NORTH, 64512);
	}
	assert_float_equal(judge()->churn, 2.0 / LAND_PEERS, 1e-9);

	begin();
	leave(50, 0, LAND_KX);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX; k++)
			tell(60, i, &land.prefix[k], SOUTH, 64512);
	assert_float_equal(judge()->churn, 0, 0);
}

// Half an hour before counts, and no more.
static void how_long_before_paths_were_restless(void **state)
{
	(void)state;
	start = 2500;
	begin();
	land_alive(&land, 200, 2600);
	for (unsigned k = 0; k < LAND_KX; k++) {
		tell(10, 1, &land.prefix[k], SOUTH, 64512);
		tell(600, 1, &land.prefix[k], NORTH, 64512);
		tell(1000, 1, &land.prefix[k], SOUTH, 64512);
	}
	assert_float_equal(judge()->churn, 1.0 / LAND_PEERS, 1e-9);
	start = START;
}

static double foreigner(double first, bool enough)
{
	begin();
	incident.story.origin_count = 1;
	incident.story.origins[0] = (struct incident_origin){.enough = enough, .first = scene_time(first)};
	return judge()->new_origins;
}

// News around the start that enough networks carried count; how many could have seen them is known.
static void foreign_origins(void **state)
{
	(void)state;
	assert_float_equal(foreigner(START + 5, true), 1, 0);
	assert_float_equal(foreigner(START - 30, true), 1, 0);
	assert_true(isnan(foreigner(START + 5, false)));
	assert_float_equal(foreigner(END_AT + 5, true), 0, 0);
	assert_float_equal(foreigner(20, true), 0, 0);
	assert_float_equal(incident.facts.routes.witnesses, LAND_PEERS, 0);
	assert_float_equal(incident.facts.routes.lost, 0, 0);
	incident.story.origin_count = 0;
}

// What a stranger announced in the country's space is no loss when it goes.
static void a_stranger_goes(void **state)
{
	(void)state;
	struct prefix p = prefix_of("20.0.3.0/25");
	begin();
	for (unsigned i = 0; i < LAND_PEERS; i++) {
		tell(80, i, &p, NORTH, 65111);
		scene_route(&land.scene, START + 5, OBS_WITHDRAW, land.peer[i], &p);
	}
	const struct facts_routes *f = judge();
	assert_float_equal(f->lost, 0, 0);
	assert_float_equal(f->networks, 1, 0);
	assert_true(isnan(incident.facts.witness.unrelated_lost));
}

static double others_lost(double at, unsigned prefixes)
{
	begin();
	leave(START + 2, 0, LAND_KX);
	leave(at, LAND_KX, LAND_KX + prefixes);
	judge();
	return incident.facts.witness.unrelated_lost;
}

static void others_went_too(void **state)
{
	(void)state;
	assert_float_equal(others_lost(START + 2, 0), 0, 0);
	assert_float_equal(others_lost(START + 2, 5), 0.25, 1e-9);
	assert_float_equal(others_lost(START + 6, 20), 1, 1e-9);
	assert_float_equal(others_lost(START - 2, 10), 0.5, 1e-9);
	assert_float_equal(others_lost(START + 20, 20), 0, 0);
}

// All peers of the first collector lose their sessions.
static void collector_fails(double at, double back)
{
	begin();
	for (unsigned i = 0; i < 5; i++) {
		scene_session(&land.scene, at, land.peer[i], false);
		scene_session(&land.scene, back, land.peer[i], true);
		for (unsigned k = 0; k < LAND_PREFIXES; k++)
			land_announce(&land, back + 0.1, i, k);
		scene_add(&land.scene, back + 0.2, OBS_END_OF_RIB, land.peer[i]);
	}
	judge();
}

static void collectors_that_could_see(void **state)
{
	const struct facts_witness *f = &incident.facts.witness;
	(void)state;
	begin();
	judge();
	assert_int_equal(f->collectors, 3);
	assert_int_equal(f->collectors_blind, 0);
	assert_float_equal(f->coverage, 1, 0);
	collector_fails(START - 20, START + 20);
	assert_int_equal(f->collectors, 3);
	assert_int_equal(f->collectors_blind, 1);
	assert_int_equal(f->collectors_turned, 0); // blind long before and after: it made nothing of this
	assert_float_equal(f->coverage, 2.0 / 3, 1e-9);
	collector_fails(START, START + 20);
	assert_int_equal(f->collectors_turned, 1);
	collector_fails(START - 20, START);
	assert_int_equal(f->collectors_turned, 0); // it sees again, and what it sees is known
	collector_fails(START + 20, START + 30);
	assert_int_equal(f->collectors_turned, 0);
	assert_int_equal(f->collectors_blind, 0);
	collector_fails(START - 40, START - 20);
	assert_int_equal(f->collectors_blind, 0);
	begin(); // one that came later saw nothing of the beginning
	uint32_t later = scene_peer(&land.scene, 3, 15, 115);
	for (unsigned k = 0; k < LAND_PREFIXES; k++)
		scene_announce(&land.scene, START + 5, later, &land.prefix[k], land_origin(k));
	scene_add(&land.scene, START + 6, OBS_END_OF_RIB, later);
	judge();
	assert_int_equal(f->collectors, 3);
}

static void nobody_watches(void **state)
{
	(void)state;
	land_open(&land);
	land.scene.count = 0;
	scene_add(&land.scene, 1, OBS_ALIVE, land.peer[0]);
	assert_false(judge()->known);
	assert_int_equal(incident.facts.witness.collectors, 0);
	assert_true(isnan(incident.facts.witness.coverage));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_happened),
		cmocka_unit_test(prefixes_go_one_after_another),
		cmocka_unit_test(it_was_not_there_before),
		cmocka_unit_test(paths_move),
		cmocka_unit_test(upstreams_go_one_after_another),
		cmocka_unit_test(an_upstream_keeps_some),
		cmocka_unit_test(upstreams_of_the_start_count),
		cmocka_unit_test(paths_were_restless),
		cmocka_unit_test(how_long_before_paths_were_restless),
		cmocka_unit_test(foreign_origins),
		cmocka_unit_test(a_stranger_goes),
		cmocka_unit_test(others_went_too),
		cmocka_unit_test(collectors_that_could_see),
		cmocka_unit_test(nobody_watches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
