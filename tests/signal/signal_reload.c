// SPDX-License-Identifier: ISC
// RIB dumps met while a table is held: a whole one finds what was missed, a damaged or tiny one takes nothing away.
#include "stage.h"

static void a_dump_finds_a_missed_withdrawal(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_dump(&s.scene, 2, s.peer[0], s.prefix, STAGE_PREFIXES - 2);
	stage_settle(&s, 3);
	assert_int_equal(stage_seen(&s, 0), STAGE_PEERS);
	assert_int_equal(stage_seen(&s, STAGE_PREFIXES - 1), STAGE_PEERS - 1);
	assert_int_equal(stage_seen(&s, STAGE_PREFIXES - 2), STAGE_PEERS - 1);
	assert_int_equal(table_networks(s.table, FAMILY_V4), STAGE_PEERS);
	assert_int_equal(table_peer(s.table, s.peer[0])->size[0], STAGE_PREFIXES - 2);
	stage_close(&s);
}

static void a_dump_finds_a_missed_announcement(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_route(&s.scene, 2, OBS_WITHDRAW, s.peer[0], &s.prefix[3]);
	stage_settle(&s, 3);
	assert_int_equal(stage_seen(&s, 3), STAGE_PEERS - 1);
	scene_dump(&s.scene, 4, s.peer[0], s.prefix, STAGE_PREFIXES);
	stage_settle(&s, 5);
	stage_expect(&s, STAGE_PEERS);
	stage_close(&s);
}

static void a_damaged_dump_only_adds(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_route(&s.scene, 2, OBS_WITHDRAW, s.peer[0], &s.prefix[0]);
	scene_dump(&s.scene, 3, s.peer[0], s.prefix, STAGE_PREFIXES - 2);
	s.scene.obs[s.scene.count - 1].flags = OBS_DAMAGED;
	stage_settle(&s, 4);
	stage_expect(&s, STAGE_PEERS);
	stage_close(&s);
}

static void a_tiny_dump_is_not_believed(void **state)
{
	(void)state;
	for (unsigned entries = 0; entries < STAGE_PREFIXES; entries++) {
		struct stage s;
		stage_open(&s);
		scene_dump(&s.scene, 2, s.peer[0], s.prefix, entries);
		stage_settle(&s, 3);
		bool believed = entries * 2 >= STAGE_PREFIXES;
		assert_int_equal(stage_seen(&s, STAGE_PREFIXES - 1), STAGE_PEERS - believed);
		assert_int_equal(stage_flips(&s), 0);
		stage_close(&s);
	}
}

// What changes while the dump is read is newer than what the dump says.
static void changes_during_a_dump_stay(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	struct prefix new = prefix_of("203.0.113.0/24");
	scene_dump(&s.scene, 2, s.peer[0], s.prefix, STAGE_PREFIXES);
	s.scene.count--; // the end comes later
	scene_route(&s.scene, 3, OBS_WITHDRAW, s.peer[0], &s.prefix[4]);
	scene_announce(&s.scene, 3, s.peer[0], &new, 64512);
	scene_add(&s.scene, 4, OBS_RIB_END, PEER_NONE);
	stage_settle(&s, 5);
	assert_int_equal(stage_seen(&s, 4), STAGE_PEERS - 1);
	assert_int_equal(table_peer(s.table, s.peer[0])->size[0], STAGE_PREFIXES);
	stage_close(&s);
}

static void a_dump_makes_a_table_whole(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	uint32_t late = scene_peer(&s.scene, 1, 50, 300), empty = scene_peer(&s.scene, 1, 51, 301);
	scene_dump(&s.scene, 2, late, s.prefix, STAGE_PREFIXES);
	scene_dump(&s.scene, 2, empty, s.prefix, 0);
	stage_settle(&s, 3);
	stage_expect(&s, STAGE_PEERS + 1);
	assert_int_equal(stage_why(&s, empty), HEALTH_NEVER_WHOLE);
	stage_close(&s);
}

// Its session ended and the new one was not recorded: what the dump does not list belongs to the old one.
static void a_dump_after_a_session_ended_voids_its_table(void **state)
{
	(void)state;
	for (int damaged = 0; damaged < 2; damaged++) {
		struct stage s;
		stage_open(&s);
		scene_session(&s.scene, 2, s.peer[0], false);
		stage_settle(&s, 3);
		scene_dump(&s.scene, 4, s.peer[0], s.prefix, STAGE_PREFIXES - 1);
		s.scene.obs[s.scene.count - 1].flags = damaged ? OBS_DAMAGED : 0;
		stage_settle(&s, 5);
		assert_int_equal(table_networks(s.table, FAMILY_V4),
				 STAGE_PEERS - damaged); // then not known to be whole
		assert_int_equal(stage_seen(&s, 0), STAGE_PEERS - damaged);
		assert_int_equal(stage_seen(&s, STAGE_PREFIXES - 1), STAGE_PEERS - 1);
		assert_int_equal(table_peer(s.table, s.peer[0])->peak[0], STAGE_PREFIXES - 1);
		stage_close(&s);
	}
}

static void a_session_that_ends_during_a_dump_stays_ended(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_dump(&s.scene, 2, s.peer[0], s.prefix, STAGE_PREFIXES);
	s.scene.count--;
	scene_session(&s.scene, 3, s.peer[0], false);
	scene_add(&s.scene, 4, OBS_RIB_END, PEER_NONE);
	stage_settle(&s, 5);
	assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_SESSION_DOWN);
	stage_expect(&s, STAGE_PEERS - 1);
	stage_close(&s);
}

// The first dump of a collector is cut: it holds the first half of every table, and is larger than what is held so far.
static void cut_first_dump(unsigned entries)
{
	struct stage s;
	stage_open(&s);
	for (unsigned i = 0; i < 9; i++) {
		uint32_t peer = scene_peer(&s.scene, 2, i, 300 + i);
		scene_dump(&s.scene, 2 + i, peer, s.prefix, entries);
		s.scene.obs[s.scene.count - 1].flags = OBS_DAMAGED;
	}
	stage_settle(&s, 20);
	assert_int_equal(stage_flips(&s), 0);
	stage_expect(&s, STAGE_PEERS);
	for (unsigned i = 0; i < 9; i++)
		scene_add(&s.scene, 90, OBS_ALIVE, scene_peer(&s.scene, 2, i, 300 + i));
	stage_settle(&s, 90); // it has stopped growing, and is no more whole for that
	assert_int_equal(stage_flips(&s), 0);
	stage_expect(&s, STAGE_PEERS);
	scene_dump(&s.scene, 100, scene_peer(&s.scene, 2, 0, 300), s.prefix, STAGE_PREFIXES);
	stage_settle(&s, 101);
	stage_expect(&s, STAGE_PEERS + 1);
	stage_close(&s);
}

static void a_cut_first_dump_takes_no_prefix_away(void **state)
{
	(void)state;
	cut_first_dump(6);
	cut_first_dump(STAGE_PREFIXES - 1);
}

static void ends_and_beginnings_in_any_order(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_add(&s.scene, 2, OBS_RIB_END, PEER_NONE)->collector = 7;
	scene_add(&s.scene, 2, OBS_RIB_PEER, s.peer[0]);
	scene_add(&s.scene, 2, OBS_RIB_END, PEER_NONE);
	scene_add(&s.scene, 2, OBS_RIB_BEGIN, PEER_NONE)->collector = COLLECTORS_MAX - 1;
	for (unsigned i = 0; i < 3; i++) { // never ended, begun again
		scene_add(&s.scene, 3, OBS_RIB_BEGIN, PEER_NONE);
		scene_add(&s.scene, 3, OBS_RIB_PEER, s.peer[0]);
		scene_add(&s.scene, 3, OBS_RIB_PEER, s.peer[0]);
		scene_route(&s.scene, 3, OBS_RIB, s.peer[0], &s.prefix[0]);
	}
	scene_add(&s.scene, 4, OBS_RIB_BEGIN, PEER_NONE);
	for (unsigned i = 0; i < 3; i++)
		scene_add(&s.scene, 4, OBS_RIB_END, PEER_NONE);
	stage_settle(&s, 5);
	stage_expect(&s, STAGE_PEERS);
	scene_dump(&s.scene, 6, s.peer[0], s.prefix, STAGE_PREFIXES - 1);
	stage_settle(&s, 7);
	assert_int_equal(stage_seen(&s, STAGE_PREFIXES - 1), STAGE_PEERS - 1);
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_finds_a_missed_withdrawal),
		cmocka_unit_test(a_dump_finds_a_missed_announcement),
		cmocka_unit_test(a_damaged_dump_only_adds),
		cmocka_unit_test(a_tiny_dump_is_not_believed),
		cmocka_unit_test(changes_during_a_dump_stay),
		cmocka_unit_test(a_dump_makes_a_table_whole),
		cmocka_unit_test(a_dump_after_a_session_ended_voids_its_table),
		cmocka_unit_test(a_session_that_ends_during_a_dump_stays_ended),
		cmocka_unit_test(a_cut_first_dump_takes_no_prefix_away),
		cmocka_unit_test(ends_and_beginnings_in_any_order),
	};
	return cmocka_run_group_tests_name("signal reload", tests, NULL, NULL);
}
