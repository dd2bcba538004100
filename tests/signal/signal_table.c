// SPDX-License-Identifier: ISC
// Peers that fail: they leave the denominator and no prefix goes with them; when they return, what they said before is void.
#include "stage.h"

static void a_peer_down_flips_nothing(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	for (unsigned i = 0; i < STAGE_PEERS - 1; i++) {
		scene_session(&s.scene, 2 + i, s.peer[i], false);
		stage_settle(&s, 2.5 + i);
		assert_int_equal(stage_why(&s, s.peer[i]), HEALTH_SESSION_DOWN);
		assert_int_equal(stage_flips(&s), 0);
		stage_expect(&s, STAGE_PEERS - 1 - i);
	}
	assert_int_equal(table_collectors(s.table, FAMILY_V4), 1);
	scene_session(&s.scene, 9, s.peer[STAGE_PEERS - 1], false);
	stage_settle(&s, 10);
	stage_expect(&s, 0);
	stage_close(&s);
}

static void a_collector_dies_with_its_sessions(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	for (unsigned i = 0; i < 3; i++)
		scene_session(&s.scene, 2, s.peer[i], false);
	stage_settle(&s, 3);
	assert_int_equal(stage_flips(&s), 0);
	assert_int_equal(table_collectors(s.table, FAMILY_V4), 1);
	stage_expect(&s, 3);
	stage_close(&s);
}

static void a_collector_dies_in_silence(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	for (int at = 2; at <= 80; at += 3)
		for (unsigned i = 0; i < STAGE_PEERS; i++)
			if (i >= 3 || at < 20)
				scene_add(&s.scene, at, OBS_ALIVE, s.peer[i]);
	stage_settle(&s, 80);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(stage_why(&s, s.peer[i]), HEALTH_SILENT);
	assert_int_equal(stage_flips(&s), 0);
	stage_expect(&s, 3);
	// It speaks again: what it would have said meanwhile is lost, so its old copy is no witness.
	scene_add(&s.scene, 81, OBS_ALIVE, s.peer[0]);
	stage_settle(&s, 81);
	assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_LOST);
	stage_expect(&s, 3);
	// A session that begins has no routes until they are sent, although nothing told of the end of the one before.
	scene_session(&s.scene, 84, s.peer[0], true);
	stage_settle(&s, 85);
	stage_expect(&s, 3);
	stage_send_table(&s, 86, s.peer[0]);
	scene_add(&s.scene, 87, OBS_END_OF_RIB, s.peer[0]);
	for (int at = 83; at <= 89; at += 3)
		for (unsigned i = 3; i < STAGE_PEERS; i++)
			scene_add(&s.scene, at, OBS_ALIVE, s.peer[i]);
	stage_settle(&s, 89);
	stage_expect(&s, 4);
	stage_close(&s);
}

static void a_session_that_begins_twice_is_void(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], true);
	stage_send_table(&s, 3, s.peer[0]);
	scene_add(&s.scene, 4, OBS_END_OF_RIB, s.peer[0]);
	stage_settle(&s, 5);
	stage_expect(&s, STAGE_PEERS);
	scene_session(&s.scene, 3, s.peer[0], true); // told by two files
	stage_settle(&s, 6);
	stage_expect(&s, STAGE_PEERS);
	scene_session(&s.scene, 20, s.peer[0], true);
	stage_settle(&s, 21);
	stage_expect(&s, STAGE_PEERS - 1);
	stage_close(&s);
}

static void a_new_session_sweeps_the_old_table(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], false);
	scene_session(&s.scene, 4, s.peer[0], true);
	for (unsigned i = 0; i < STAGE_PREFIXES - 1; i++) // all but the last
		scene_announce(&s.scene, 5, s.peer[0], &s.prefix[i], 64512);
	stage_settle(&s, 6);
	assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_NEVER_WHOLE);
	stage_expect(&s, STAGE_PEERS - 1);
	scene_add(&s.scene, 7, OBS_END_OF_RIB, s.peer[0]);
	stage_settle(&s, 8);
	assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_COUNTS);
	assert_int_equal(table_networks(s.table, FAMILY_V4), STAGE_PEERS);
	assert_int_equal(stage_seen(&s, 0), STAGE_PEERS);
	assert_int_equal(stage_seen(&s, STAGE_PREFIXES - 1), STAGE_PEERS - 1);
	stage_close(&s);
}

static void a_new_session_settles_without_end_of_rib(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], false);
	scene_session(&s.scene, 3, s.peer[0], true);
	stage_send_table(&s, 4, s.peer[0]);
	for (int at = 5; at < 33; at++) {
		scene_add(&s.scene, at, OBS_ALIVE, s.peer[0]);
		stage_settle(&s, at);
		assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_NEVER_WHOLE);
	}
	for (int at = 33; at <= 95; at++)
		for (unsigned i = 0; i < STAGE_PEERS; i++)
			scene_add(&s.scene, at, OBS_ALIVE, s.peer[i]);
	stage_settle(&s, 95);
	stage_expect(&s, STAGE_PEERS);
	stage_close(&s);
}

// A table that grows for longer than that, a prefix every other second, is not whole before it has ceased to.
static void a_table_that_still_grows_does_not_settle(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], false);
	scene_session(&s.scene, 3, s.peer[0], true);
	for (unsigned i = 0; i < STAGE_PREFIXES; i++) {
		scene_announce(&s.scene, 15 + 2 * i, s.peer[0], &s.prefix[i], 64512);
		stage_settle(&s, 15 + 2 * i);
		stage_settle(&s, 16 + 2 * i);
		assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_NEVER_WHOLE);
	}
	scene_add(&s.scene, 95, OBS_ALIVE, s.peer[0]);
	stage_settle(&s, 95);
	stage_expect(&s, STAGE_PEERS);
	stage_close(&s);
}

// Nor is one that grew by a fifth in the half minute before.
static void a_table_that_grew_lately_does_not_settle(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], false);
	scene_session(&s.scene, 3, s.peer[0], true);
	for (unsigned i = 0; i < STAGE_PREFIXES; i++) {
		unsigned at = i < 8 ? 5 + i : i == 8 ? 40 : 55;
		scene_announce(&s.scene, at, s.peer[0], &s.prefix[i], 64512);
		stage_settle(&s, at);
		assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_NEVER_WHOLE);
	}
	scene_add(&s.scene, 70, OBS_ALIVE, s.peer[0]);
	stage_settle(&s, 70);
	assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_NEVER_WHOLE);
	scene_add(&s.scene, 100, OBS_ALIVE, s.peer[0]);
	stage_settle(&s, 100);
	stage_expect(&s, STAGE_PEERS);
	stage_close(&s);
}

// Its state change was not recorded, but it announces: the session is another one than that which ended.
static void a_peer_that_speaks_is_up(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], false);
	scene_announce(&s.scene, 4, s.peer[0], &s.prefix[0], 64512);
	scene_add(&s.scene, 5, OBS_END_OF_RIB, s.peer[0]);
	stage_settle(&s, 6);
	assert_int_equal(table_peer(s.table, s.peer[0])->size[0], 1);
	assert_int_equal(stage_why(&s, s.peer[0]), HEALTH_PARTIAL);
	stage_expect(&s, STAGE_PEERS - 1);
	stage_close(&s);
}

static void end_of_rib_after_a_session_ended_voids_its_table(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], false);
	scene_add(&s.scene, 5, OBS_END_OF_RIB, s.peer[0]);
	stage_settle(&s, 6);
	assert_int_equal(table_peer(s.table, s.peer[0])->size[0], 0);
	stage_expect(&s, STAGE_PEERS - 1);
	stage_close(&s);
}

static void one_view_ends_all(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	struct peer other = *peer_at(s.scene.peers, s.peer[1]);
	uint32_t views[2];
	for (uint8_t i = 0; i < 2; i++) {
		other.view = i ? PEER_VIEW_LOC_RIB : PEER_VIEW_POST_POLICY;
		views[i] = peer_id(s.scene.peers, &other);
		stage_send_table(&s, 2, views[i]);
		scene_add(&s.scene, 2, OBS_END_OF_RIB, views[i]);
	}
	stage_settle(&s, 3);
	stage_expect(&s, STAGE_PEERS); // the same network
	scene_session(&s.scene, 4, views[0], false);
	stage_settle(&s, 5);
	assert_int_equal(stage_why(&s, s.peer[1]), HEALTH_SESSION_DOWN);
	assert_int_equal(stage_why(&s, views[0]), HEALTH_SESSION_DOWN);
	assert_int_equal(stage_why(&s, views[1]), HEALTH_SESSION_DOWN);
	stage_expect(&s, STAGE_PEERS - 1);
	scene_session(&s.scene, 6, views[0], true);
	stage_send_table(&s, 7, views[0]);
	scene_add(&s.scene, 7, OBS_END_OF_RIB, views[0]);
	stage_settle(&s, 8);
	stage_expect(&s, STAGE_PEERS);
	assert_int_equal(stage_why(&s, s.peer[1]), HEALTH_SESSION_DOWN);
	stage_close(&s);
}

static void steps_between_down_states_change_nothing(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	scene_session(&s.scene, 2, s.peer[0], true);
	scene_add(&s.scene, 2, OBS_END_OF_RIB, s.peer[0]);
	stage_settle(&s, 3);
	struct obs *o = scene_add(&s.scene, 4, OBS_SESSION, s.peer[1]);
	o->session.old_state = 2;
	o->session.new_state = 3;
	stage_settle(&s, 5);
	assert_int_equal(stage_why(&s, s.peer[1]), HEALTH_COUNTS);
	stage_close(&s);
}

static void damage_takes_one_peer_out_for_a_minute(void **state)
{
	(void)state;
	static const uint8_t kinds[] = {OBS_MALFORMED, OBS_GAP};
	for (unsigned k = 0; k < 2; k++) {
		struct stage s;
		stage_open(&s);
		scene_add(&s.scene, 2, kinds[k], s.peer[4]);
		scene_add(&s.scene, 2, kinds[k], PEER_NONE);
		stage_settle(&s, 2);
		assert_int_equal(stage_why(&s, s.peer[4]), HEALTH_SUSPECT);
		assert_int_equal(stage_flips(&s), 0);
		stage_expect(&s, STAGE_PEERS - 1);
		stage_settle(&s, 61.9);
		stage_expect(&s, STAGE_PEERS - 1);
		stage_settle(&s, 62);
		stage_expect(&s, STAGE_PEERS);
		stage_close(&s);
	}
}

static void a_peer_that_collapses_alone_is_left_out(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	for (unsigned i = 0; i < 6; i++) // six of ten
		scene_route(&s.scene, 2, OBS_WITHDRAW, s.peer[2], &s.prefix[i]);
	stage_settle(&s, 3);
	assert_int_equal(stage_why(&s, s.peer[2]), HEALTH_COLLAPSED);
	stage_expect(&s, STAGE_PEERS - 1);
	for (unsigned i = 0; i < 6; i++)
		for (unsigned k = 0; k < STAGE_PEERS; k++)
			scene_route(&s.scene, 4, OBS_WITHDRAW, s.peer[k], &s.prefix[i]);
	stage_settle(&s, 5); // not alone any more: they really left
	assert_int_equal(stage_why(&s, s.peer[2]), HEALTH_COUNTS);
	assert_int_equal(stage_flips(&s), 6);
	assert_int_equal(table_networks(s.table, FAMILY_V4), STAGE_PEERS);
	stage_close(&s);
}

static void one_network_counts_once(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	for (unsigned i = 0; i < 8; i++) { // eight more sessions of the first peer's network
		uint32_t twin = scene_peer(&s.scene, i % 2, 100 + i, 100);
		stage_send_table(&s, 2, twin);
		scene_add(&s.scene, 2, OBS_END_OF_RIB, twin);
	}
	stage_settle(&s, 3);
	stage_expect(&s, STAGE_PEERS);
	scene_session(&s.scene, 4, s.peer[0], false);
	stage_settle(&s, 5);
	stage_expect(&s, STAGE_PEERS);
	stage_close(&s);
}

static void what_cannot_be_used_harms_nothing(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	struct prefix unknown = prefix_of("203.0.113.0/24");
	struct table_totals before, after;
	table_totals(s.table, &before);
	scene_route(&s.scene, 2, OBS_WITHDRAW, s.peer[0], &unknown);
	scene_route(&s.scene, 2, OBS_ANNOUNCE, s.peer[0], &unknown)->flags = OBS_OUTGOING;
	for (unsigned i = 0; i < STAGE_PREFIXES; i++)
		scene_route(&s.scene, 2, OBS_WITHDRAW, s.peer[0], &s.prefix[i])->flags = OBS_OUTGOING;
	for (uint8_t kind = 0; kind < OBS_KIND_COUNT; kind++) {
		struct obs *o = scene_route(&s.scene, 2, kind, PEER_NONE, &unknown);
		if (kind == OBS_SESSION)
			o->session.new_state = SESSION_ESTABLISHED;
	}
	stage_settle(&s, 3);
	assert_int_equal(dictionary_find(table_dictionary(s.table), &unknown), PREFIX_NONE);
	stage_expect(&s, STAGE_PEERS);
	table_totals(s.table, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	stage_close(&s);
}

// The large tables of a collector go away all at once: the small ones beside them are no full feeds for that.
static void a_partial_feed_stays_partial(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	for (unsigned i = 0; i < 12; i++) {
		uint32_t small = scene_peer(&s.scene, 0, 100 + i, 200 + i);
		for (unsigned k = 0; k < 6; k++)
			scene_announce(&s.scene, 2, small, &s.prefix[k], 64512);
		scene_add(&s.scene, 2, OBS_END_OF_RIB, small);
	}
	stage_settle(&s, 3);
	stage_expect(&s, STAGE_PEERS);
	for (unsigned i = 0; i < 3; i++)
		scene_session(&s.scene, 4, s.peer[i], false);
	stage_settle(&s, 5);
	assert_int_equal(stage_flips(&s), 0);
	stage_expect(&s, 3);
	stage_close(&s);
}

// They come back with less: for an hour it is remembered how large they were, then that is how large a table is there.
static void a_large_table_is_remembered_for_an_hour(void **state)
{
	(void)state;
	struct stage s;
	stage_open(&s);
	uint32_t small = scene_peer(&s.scene, 0, 100, 200);
	for (unsigned k = 0; k < 6; k++)
		scene_announce(&s.scene, 2, small, &s.prefix[k], 64512);
	scene_add(&s.scene, 2, OBS_END_OF_RIB, small);
	for (unsigned i = 0; i < 3; i++) {
		scene_session(&s.scene, 4, s.peer[i], false);
		scene_session(&s.scene, 10, s.peer[i], true);
		for (unsigned k = 0; k < 6; k++)
			scene_announce(&s.scene, 12, s.peer[i], &s.prefix[k], 64512);
		scene_add(&s.scene, 12, OBS_END_OF_RIB, s.peer[i]);
	}
	stage_settle(&s, 600);
	assert_int_equal(stage_why(&s, small), HEALTH_PARTIAL);
	stage_expect(&s, 3);
	stage_settle(&s, 3700);
	assert_int_equal(stage_why(&s, small), HEALTH_COUNTS);
	assert_int_equal(table_networks(s.table, FAMILY_V4), STAGE_PEERS + 1);
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_down_flips_nothing),
		cmocka_unit_test(a_collector_dies_with_its_sessions),
		cmocka_unit_test(a_collector_dies_in_silence),
		cmocka_unit_test(a_session_that_begins_twice_is_void),
		cmocka_unit_test(a_new_session_sweeps_the_old_table),
		cmocka_unit_test(a_new_session_settles_without_end_of_rib),
		cmocka_unit_test(a_table_that_still_grows_does_not_settle),
		cmocka_unit_test(a_table_that_grew_lately_does_not_settle),
		cmocka_unit_test(a_peer_that_speaks_is_up),
		cmocka_unit_test(end_of_rib_after_a_session_ended_voids_its_table),
		cmocka_unit_test(one_view_ends_all),
		cmocka_unit_test(steps_between_down_states_change_nothing),
		cmocka_unit_test(damage_takes_one_peer_out_for_a_minute),
		cmocka_unit_test(a_peer_that_collapses_alone_is_left_out),
		cmocka_unit_test(one_network_counts_once),
		cmocka_unit_test(what_cannot_be_used_harms_nothing),
		cmocka_unit_test(a_partial_feed_stays_partial),
		cmocka_unit_test(a_large_table_is_remembered_for_an_hour),
	};
	return cmocka_run_group_tests_name("signal table", tests, NULL, NULL);
}
