// SPDX-License-Identifier: ISC
// Limits by count that are left: each is reached here, and told of.
// Tests: src/engine/pipeline.c src/model/limits.c
#include "../signal/land.h"

#include <string.h>

#define OWN 64512 // of country/KX

static struct limits limits_of(struct land *l)
{
	struct pipeline *p = land_run(l, 4096);
	struct limits found = pipeline_limits(p);
	pipeline_free(p);
	land_close(l);
	return found;
}

static void nothing_is_reached_on_a_quiet_day(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	land_alive(&l, 3, 60);
	struct limits found = limits_of(&l);
	for (int i = 0; i < LIMIT_COUNT; i++) {
		assert_int_equal(found.reached[i], 0);
		assert_true(strlen(limit_name((enum limit)i)) > 0);
	}
}

static void hold_times(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	for (unsigned i = 0; i < 6; i++)
		scene_add(&l.scene, 3 + i, OBS_ALIVE, l.peer[i])->hold_s = 30 + i;
	assert_int_equal(limits_of(&l).reached[LIMIT_HOLD_TIMES], 2);
}

// A router whose only peer is of the country, and goes up and down.
static void sessions(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	entity_asn_add(&l.entities.at[0], OWN);
	uint32_t peer = scene_peer(&l.scene, 9, 0, OWN);
	for (unsigned i = 0; i <= 65536; i++)
		scene_session(&l.scene, 3 + i * 0.01, peer, i % 2 == 0);
	struct limits found = limits_of(&l);
	assert_true(found.reached[LIMIT_SESSION_CHANGES] > 0);
	assert_true(found.reached[LIMIT_BLACKOUTS] > 0);
}

// Every prefix of the country is withdrawn, each through an upstream of its own at each peer.
static void upstreams(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	land_alive(&l, 3, 300);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX; k++) {
			struct obs *o = scene_route(&l.scene, 5 + k * 0.01, OBS_ANNOUNCE, l.peer[i], &l.prefix[k]);
			scene_path(o, (uint32_t[]){100 + i, 70000 + i * LAND_KX + k, OWN}, 3);
			o->origin = OWN;
			land_withdraw(&l, 100 + k * 0.01, i, k);
		}
	assert_true(limits_of(&l).reached[LIMIT_UPSTREAMS] > 0);
}

// A stranger announces so many more-specific prefixes that not all are told of, and more than are told apart at all.
static void origins(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	land_alive(&l, 3, 300);
	for (unsigned k = 0; k < 4500; k++) {
		struct prefix p = prefix_v4(0x14000000u + k, 32);
		for (unsigned i = 0; i < LAND_PEERS; i++)
			if (k < 100 || i == 0)
				scene_announce(&l.scene, 100 + i * 0.01, l.peer[i], &p, 65099);
	}
	struct limits found = limits_of(&l);
	assert_true(found.reached[LIMIT_ORIGINS] > 0);
	assert_true(found.reached[LIMIT_ORIGIN_EVENTS] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_reached_on_a_quiet_day),
		cmocka_unit_test(hold_times),
		cmocka_unit_test(sessions),
		cmocka_unit_test(upstreams),
		cmocka_unit_test(origins),
	};
	return cmocka_run_group_tests_name("engine limits", tests, NULL, NULL);
}
