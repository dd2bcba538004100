// SPDX-License-Identifier: ISC
// Sessions of a country's networks with their upstreams: which ends count, by whom each was ended, and whose trouble it was.
#include "../signal/land.h"

#include "facts/facts_priv.h"
#include "signal/sessions.h"

#include <math.h>

#define OWN	64512 // of country/KX
#define START	200.0
#define END_AT	260.0
#define ROUTER	3 // collector rc3: the upstream's router, told of by BMP
#define FOREIGN 65099

static struct land land;
static struct facts facts;
static const struct decisions *numbers; // null: the tables'

static void begin(void)
{
	land_open(&land);
	entity_asn_add(&land.entities.at[0], OWN);
	entity_asn_add(&land.entities.at[1], 64520);
}

// A peer of the router; up at that time.
static uint32_t peer_up(unsigned number, uint32_t asn, double at)
{
	uint32_t peer = scene_peer(&land.scene, ROUTER, number, asn);
	scene_session(&land.scene, at, peer, true);
	return peer;
}

static struct obs *down(uint32_t peer, double at, enum session_cause cause, uint8_t code)
{
	scene_session(&land.scene, at, peer, false);
	struct obs *o = &land.scene.obs[land.scene.count - 1];
	o->session.cause = (uint8_t)cause;
	o->session.notification = code;
	return o;
}

static const struct facts_sessions *judge(void)
{
	struct sessions *c = sessions_create(numbers, land.scene.peers, &land.entities);
	struct incident n = {.story.start = {scene_time(START), scene_time(START - 1), scene_time(START + 1), 0.9}};
	n.story.end = (struct moment){scene_time(END_AT), scene_time(END_AT), scene_time(END_AT), 0.9};
	scene_sort(&land.scene);
	for (size_t i = 0; i < land.scene.count; i++)
		sessions_take(c, &land.scene.obs[i]);
	facts_unknown(&n.facts);
	struct facts_input in = {.decisions = numbers, .sessions = sessions_log(c)};
	facts_sessions(&in, &land.entities.at[0], &n.story, &n.facts.sessions);
	facts = n.facts;
	sessions_free(c);
	land_close(&land);
	return &facts.sessions;
}

struct end {
	enum session_cause cause;
	uint8_t code, subcode;
	bool text;
	struct facts_sessions expected;
};

static void every_end_has_its_kind(void **state)
{
	enum session_cause from_entity = SESSION_CAUSE_REMOTE_NOTIFICATION,
			   from_upstream = SESSION_CAUSE_LOCAL_NOTIFICATION;
	const struct end ends[] = {
		{from_entity, 4, 0, false, {.hold_received = 1}},
		{from_upstream, 4, 0, false, {.hold_sent = 1}},
		{from_entity, 8, 0, false, {.hold_received = 1}},
		{from_upstream, 8, 0, false, {.hold_sent = 1}},
		{SESSION_CAUSE_LOCAL_FSM, 0, 10, false, {.hold_sent = 1}},
		{SESSION_CAUSE_LOCAL_FSM, 0, 0, false, {.silent = 1}},
		{SESSION_CAUSE_REMOTE_SILENT, 0, 0, false, {.silent = 1}},
		{SESSION_CAUSE_UNKNOWN, 0, 0, false, {.silent = 1}},
		{from_upstream, 6, 10, false, {.silent = 1}},
		{from_entity, 6, 2, true, {.closed_by_entity = 1, .with_text = 1}},
		{from_entity, 6, 4, false, {.closed_by_entity = 1}},
		{from_upstream, 6, 3, false, {.closed_by_upstream = 1}},
		{from_upstream, 6, 1, false, {.prefix_limit = 1}},
		{from_entity, 6, 1, false, {.prefix_limit = 1}},
		{from_entity, 3, 1, false, {.error = 1}},
		{from_upstream, 1, 1, false, {.error = 1}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		begin();
		uint32_t peer = peer_up(1, OWN, 5);
		peer_up(2, FOREIGN, 5);
		struct obs *o = down(peer, START + 3, ends[i].cause, ends[i].code);
		o->closing.subcode = ends[i].subcode;
		o->closing.with_text = ends[i].text;
		struct facts_sessions expected = ends[i].expected;
		expected.seen = expected.lost = 1;
		expected.first_s = 3;
		assert_memory_equal(judge(), &expected, sizeof(expected));
	}
}

static void sessions_stay(void **state)
{
	(void)state;
	begin();
	peer_up(1, OWN, 5);
	peer_up(2, OWN, 6);
	down(peer_up(3, FOREIGN, 5), START + 1, SESSION_CAUSE_REMOTE_SILENT, 0);
	down(peer_up(4, 64520, 5), START + 1, SESSION_CAUSE_REMOTE_SILENT, 0);
	const struct facts_sessions *f = judge();
	assert_int_equal(f->seen, 2);
	assert_int_equal(f->lost, 0);
	assert_true(isnan(f->first_s));
}

// Deconfigured: the router tells no more of the session, which says nothing of it.
static void no_more_is_told(void **state)
{
	(void)state;
	begin();
	down(peer_up(1, OWN, 5), START + 1, SESSION_CAUSE_DECONFIGURED, 0);
	assert_int_equal(judge()->lost, 0);
	assert_int_equal(facts.sessions.seen, 1);
}

static uint32_t lost_at(double at, uint32_t hold_s)
{
	begin();
	uint32_t peer = peer_up(1, OWN, 5);
	peer_up(2, FOREIGN, 5);
	scene_add(&land.scene, 4, OBS_ALIVE, land.peer[0])->hold_s = hold_s;
	down(peer, at, SESSION_CAUSE_REMOTE_SILENT, 0);
	return judge()->lost;
}

static void what_goes_long_before_or_after_is_no_part(void **state)
{
	(void)state;
	assert_int_equal(lost_at(START - 62, 9), 0);
	assert_int_equal(facts.sessions.seen, 0);
	assert_int_equal(lost_at(START - 60, 9), 1);
	assert_float_equal(facts.sessions.first_s, -60, 1e-6);
	assert_int_equal(lost_at(START - 170, 90), 1);
	assert_int_equal(lost_at(END_AT - 1, 9), 1);
	assert_int_equal(lost_at(END_AT + 1, 9), 0);
	assert_int_equal(facts.sessions.seen, 1);
}

static void it_came_up_later(void **state)
{
	(void)state;
	begin();
	down(peer_up(1, OWN, START + 5), START + 10, SESSION_CAUSE_REMOTE_SILENT, 0);
	peer_up(2, FOREIGN, 5);
	assert_int_equal(judge()->seen, 0);
	assert_int_equal(facts.sessions.lost, 0);
}

// Of the ends of one session that counts which reached into the incident.
static void one_end_of_a_session_counts(void **state)
{
	(void)state;
	begin();
	uint32_t peer = peer_up(1, OWN, 5);
	peer_up(2, FOREIGN, 5);
	down(peer, START - 40, SESSION_CAUSE_REMOTE_NOTIFICATION, 6);
	scene_session(&land.scene, START - 30, peer, true);
	down(peer, START + 8, SESSION_CAUSE_LOCAL_NOTIFICATION, 4);
	scene_session(&land.scene, START + 20, peer, true);
	down(peer, START + 30, SESSION_CAUSE_REMOTE_NOTIFICATION, 3);
	const struct facts_sessions *f = judge();
	assert_int_equal(f->seen, 1);
	assert_int_equal(f->lost, 1);
	assert_int_equal(f->hold_sent, 1);
	assert_int_equal(f->closed_by_entity + f->error, 0);
	assert_float_equal(f->first_s, 8, 1e-6);
}

static void the_first_of_several_sessions(void **state)
{
	(void)state;
	begin();
	down(peer_up(1, OWN, 5), START + 8, SESSION_CAUSE_REMOTE_NOTIFICATION, 4);
	down(peer_up(2, OWN, 5), START - 2, SESSION_CAUSE_LOCAL_NOTIFICATION, 4);
	peer_up(3, FOREIGN, 5);
	const struct facts_sessions *f = judge();
	assert_int_equal(f->lost, 2);
	assert_int_equal(f->hold_received, 1);
	assert_int_equal(f->hold_sent, 1);
	assert_float_equal(f->first_s, -2, 1e-6);
}

// Nobody told that it came up: it announced, or was alive.
static void it_was_up_without_a_word(void **state)
{
	(void)state;
	begin();
	uint32_t peer = scene_peer(&land.scene, ROUTER, 1, OWN), other = scene_peer(&land.scene, ROUTER, 2, OWN);
	uint32_t opening = scene_peer(&land.scene, ROUTER, 3, OWN);
	scene_announce(&land.scene, 20, peer, &land.prefix[0], OWN);
	scene_add(&land.scene, 20, OBS_ALIVE, other);
	scene_add(&land.scene, 20, OBS_ALIVE, opening)->hold_s = 9;
	peer_up(4, FOREIGN, 5);
	down(other, START + 1, SESSION_CAUSE_UNKNOWN, 0);
	assert_int_equal(judge()->seen, 2);
	assert_int_equal(facts.sessions.lost, 1);
}

// The router loses all its peers within `apart`.
static uint32_t router_fails(double apart, uint32_t other)
{
	begin();
	uint32_t own = peer_up(1, OWN, 5), foreign = peer_up(2, other, 5);
	down(own, START + 1, SESSION_CAUSE_REMOTE_SILENT, 0);
	down(foreign, START + 1 + apart, SESSION_CAUSE_REMOTE_SILENT, 0);
	return judge()->lost;
}

static void a_reporter_that_loses_all_has_its_own_trouble(void **state)
{
	(void)state;
	assert_int_equal(router_fails(1.5, FOREIGN), 0);
	assert_int_equal(facts.sessions.seen, 1);
	assert_int_equal(router_fails(-1.5, FOREIGN), 0);
	assert_int_equal(router_fails(3, FOREIGN), 1);
	assert_int_equal(router_fails(1.5, OWN), 2); // both are the entity's: no trouble of the router
}

static uint32_t gone_at_the_horizon(void)
{
	return lost_at(START - 170, 90);
}

static uint32_t gone_together(void)
{
	return router_fails(1.5, FOREIGN);
}

static uint32_t gone_by_timers(void)
{
	begin();
	uint32_t own = peer_up(1, OWN, 5), foreign = peer_up(2, FOREIGN, 5);
	scene_add(&land.scene, 4, OBS_ALIVE, land.peer[0])->hold_s = 9;
	down(own, START + 1, SESSION_CAUSE_REMOTE_SILENT, 0);
	down(foreign, START + 3.5, SESSION_CAUSE_REMOTE_SILENT, 0);
	return judge()->lost;
}

static void each_number_is_asked_for(void **state)
{
	static const struct {
		const char *row;
		double value;
		uint32_t (*count)(void);
	} rows[] = {{"facts.lost_holds", 0, gone_at_the_horizon},
		    {"routes.dark_s", 0, gone_together},
		    {"routes.dark_part", 1000, gone_by_timers}};
	static const struct decision_table *const tables[] = {&signal_decisions, &facts_decisions};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decisions d;
		const struct decision *told;
		decisions_join(tables, 2, &d);
		assert_int_equal(decisions_set(&d, rows[i].row, rows[i].value, &told), 0);
		uint32_t usual = rows[i].count();
		numbers = &d;
		uint32_t other = rows[i].count();
		numbers = NULL;
		assert_int_not_equal(usual, other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_end_has_its_kind),
		cmocka_unit_test(sessions_stay),
		cmocka_unit_test(no_more_is_told),
		cmocka_unit_test(what_goes_long_before_or_after_is_no_part),
		cmocka_unit_test(it_came_up_later),
		cmocka_unit_test(one_end_of_a_session_counts),
		cmocka_unit_test(the_first_of_several_sessions),
		cmocka_unit_test(it_was_up_without_a_word),
		cmocka_unit_test(a_reporter_that_loses_all_has_its_own_trouble),
		cmocka_unit_test(each_number_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
