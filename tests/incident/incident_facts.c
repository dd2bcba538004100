// SPDX-License-Identifier: ISC
// Curves of falls with known speed, steps, floors and returns; what a list of incidents says of the past and of neighbours.
#include "../unit/unit.h"

#include "incident/facts_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_MAX 200

static struct curve_point points[POINTS_MAX];
static size_t count;

static void stay(double share, int n)
{
	for (int i = 0; i < n; i++, count++)
		points[count] = (struct curve_point){(double)count, share};
}

static struct facts curve(void)
{
	struct facts f;
	facts_unknown(&f);
	facts_curve(points, count, 1, &f.plane);
	count = 0;
	return f;
}

static void at_once(void **state)
{
	(void)state;
	stay(1, 10);
	stay(0, 30);
	stay(1, 10);
	struct facts f = curve();
	assert_true(f.plane.fall_steps == 1 && f.plane.return_steps == 1);
	assert_true(f.plane.fall_s == 0 && f.plane.fall_share == 1);
	assert_true(f.plane.floor_flat == 1);
}

static void in_steps(void **state)
{
	static const double levels[] = {0.75, 0.5, 0.25};
	(void)state;
	stay(1, 10);
	for (int i = 0; i < 3; i++)
		stay(levels[i], 8);
	stay(0, 20);
	for (int i = 2; i >= 0; i--)
		stay(levels[i], 8);
	stay(1, 10);
	struct facts f = curve();
	assert_true(f.plane.fall_steps == 4 && f.plane.return_steps == 4);
	assert_true(f.plane.fall_s == 24);
}

static void slowly(void **state)
{
	(void)state;
	stay(1, 10);
	for (int i = 1; i <= 40; i++)
		stay(1 - i / 40.0, 1);
	stay(0, 5);
	struct facts f = curve();
	assert_true(f.plane.fall_share < 0.5 && f.plane.fall_s > 25);
	assert_true(f.plane.floor_flat < 0.8);
	assert_true(isnan(f.plane.return_s));
}

static void too_shallow(void **state)
{
	(void)state;
	stay(1, 10);
	stay(0.9, 30);
	struct facts f = curve();
	assert_true(isnan(f.plane.fall_s) && isnan(f.plane.floor_flat) && isnan(f.plane.fall_steps));
	f = curve(); // of no point at all
	assert_true(isnan(f.plane.fall_s));
}

static struct incident began(uint32_t entity, double seconds, double lasted)
{
	struct incident n = {.entity = entity, .scope = SCOPE_TOTAL, .state = INCIDENT_CLOSED};
	int64_t at = 1700000000 * NS_PER_S + (int64_t)(seconds * 1e9);
	n.start = (struct moment){{at}, {at - NS_PER_S}, {at + NS_PER_S}, 0.9};
	n.end = (struct moment){{at + (int64_t)(lasted * 1e9)}, INSTANT_NONE, INSTANT_NONE, 0.9};
	facts_unknown(&n.facts);
	n.facts.clock_width_s = 2;
	return n;
}

static void past(void **state)
{
	struct entity_list entities = {0};
	entity_add(&entities, "country/KX")->watched = true;
	struct incident at[4] = {began(0, 0, 600), began(0, 86400 + 300, 600), began(0, 2 * 86400.0 + 600, 600),
				 began(0, 2 * 86400.0 + 50000, 60)};
	struct incident_list list = {.at = at, .count = 4, .capacity = 4};
	struct instant since = {1700000000 * NS_PER_S - 3600 * NS_PER_S};
	(void)state;
	facts_past(&entities, since, &list);
	assert_true(at[0].facts.past.outages_10d == 0 && at[0].facts.past.same_clock == 0);
	assert_true(at[0].facts.past.watched_s == 3600);
	assert_true(at[1].facts.past.same_clock == 1);
	assert_true(at[2].facts.past.same_clock == 2); // one and two days before, each within a quarter of an hour
	assert_true(at[2].facts.past.even_spacing == 3);
	assert_true(at[3].facts.past.same_clock == 0 && at[3].facts.past.even_spacing <= 2);
	assert_true(at[3].facts.past.outages_10d == 3);
	entity_list_free(&entities);
}

static void neighbours(void **state)
{
	struct entity_list entities = {0};
	entity_add(&entities, "country/KX")->watched = true;
	entity_add(&entities, "country/KY")->watched = true;
	entity_add(&entities, "asn/64512")->watched = true;
	struct incident at[3] = {began(0, 0, 600), began(1, 20, 600), began(2, 1, 600)};
	struct incident_list list = {.at = at, .count = 3, .capacity = 3};
	struct instant since = {1700000000 * NS_PER_S};
	(void)state;
	at[0].upstreams[0].asn = at[1].upstreams[0].asn = 65101;
	at[0].upstream_count = at[1].upstream_count = 1;
	facts_past(&entities, since, &list);
	assert_true(at[0].facts.routes.shared_entities == 1); // its own network is no neighbour
	assert_true(at[1].facts.routes.shared_entities == 1);
	at[1].upstreams[0].asn = 65102;
	facts_past(&entities, since, &list);
	assert_true(at[0].facts.routes.shared_entities == 0); // another transit
	at[1] = began(1, 600, 60);
	facts_past(&entities, since, &list);
	assert_true(at[0].facts.routes.shared_entities == 0); // another time
	entity_list_free(&entities);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(at_once), cmocka_unit_test(in_steps),
					   cmocka_unit_test(slowly),  cmocka_unit_test(too_shallow),
					   cmocka_unit_test(past),    cmocka_unit_test(neighbours)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
