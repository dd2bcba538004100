// SPDX-License-Identifier: ISC
// Phases, sustained recovery, shares of a class and order with ties.
#include "../unit/unit.h"
#include "incident/phases.h"
#include "incident/recovery.h"

#include <math.h>
#include <string.h>

static struct instant at(double seconds)
{
	return (struct instant){(int64_t)(seconds * 1e9)};
}

// Points from a word: one letter a second. U up, p part, s silent, n no route, r routes only are known and stand, ? nothing.
static struct phases phases_of(const char *word)
{
	static struct phase_point points[200];
	size_t n = strlen(word);
	for (size_t i = 0; i < n; i++) {
		struct phase_point p = {at((double)i), 1, 1};
		p.answering = word[i] == 'p' ? 0.5 : word[i] == 's' || word[i] == 'n' ? 0 : 1;
		p.routed = word[i] == 'n' ? 0.2 : 1;
		if (word[i] == 'r' || word[i] == '?')
			p.answering = -1;
		if (word[i] == '?')
			p.routed = -1;
		points[i] = p;
	}
	struct phase_input in = {.points = points, .count = n};
	struct phases ret;
	phases_find(&in, &ret);
	return ret;
}

static void expect(const char *word, const char *expected)
{
	struct phases p = phases_of(word);
	char said[400] = "";
	size_t used = 0;
	for (size_t i = 0; i < p.count; i++) {
		used += (size_t)snprintf(said + used, sizeof(said) - used, "%s%s@%d", i ? " " : "",
					 phase_name(p.at[i].kind), (int)instant_seconds(p.at[i].from));
		assert_true(i + 1 == p.count ? !instant_known(p.at[i].to) : p.at[i].to.ns == p.at[i + 1].from.ns);
	}
	assert_string_equal(said, expected);
}

static void test_phases(void **state)
{
	(void)state;
	expect("UUUpppssnnnssppUUU", "degraded@3 silent@6 unrouted@8 silent@11 returning@13 back@15");
	expect("UUnnnnUUU", "unrouted@2 back@6");
	expect("UUpppUUU", "degraded@2 back@5");
	expect("UUssssppss", "silent@2 returning@6 silent@8");
	expect("UUUssUUUppUU", "silent@3 back@5 degraded@8 back@10"); // new trouble begins anew
	expect("UpUsUnUU", "");					      // nothing lasts
	expect("UUsUssss", "silent@4");
	expect("UUs?s??sUU", "silent@2 back@8"); // what is not known changes nothing
	expect("rrnnrr", "unrouted@2 back@4");	 // routes alone
	expect("????", "");
	expect("", "");
}

static void test_phases_many(void **state)
{
	(void)state;
	char word[181] = "";
	for (size_t i = 0; i < 180; i++)
		word[i] = i % 4 < 2 ? 's' : 'p';
	struct phases p = phases_of(word);
	assert_int_equal(p.count, PHASES_MAX);
	assert_int_equal(p.dropped, 90 - PHASES_MAX);
	assert_int_equal(p.at[PHASES_MAX - 1].kind, PHASE_RETURNING); // the last state is the one that is said
}

static void test_usual_share(void **state)
{
	(void)state;
	struct phase_point points[] = {{at(0), 0.6, 0.8}, {at(1), 0.6, 0.8}, {at(2), 0.6, 0.39}, {at(3), 0.6, 0.39}};
	struct phase_input in = {points, 4, 0.6, 0.8, 0.5, NULL};
	struct phases ret;
	phases_find(&in, &ret);
	assert_int_equal(ret.count, 1);
	assert_int_equal(ret.at[0].kind, PHASE_UNROUTED);
	points[0].answering = points[1].answering = NAN;
	points[2].routed = NAN;
	phases_find(&in, &ret);
	assert_true(ret.count <= 1);
}

static struct instant good_from(const char *word, double after)
{
	struct recovery_check checks[20];
	size_t n = strlen(word);
	for (size_t i = 0; i < n; i++)
		checks[i] = (struct recovery_check){at((double)i), word[i] == '+'};
	return recovery_of(checks, n, after < 0 ? INSTANT_NONE : at(after));
}

static void test_sustained(void **state)
{
	(void)state;
	assert_int_equal(good_from("--+--+-++", -1).ns, at(5).ns);
	assert_int_equal(good_from("--+++", -1).ns, at(2).ns);
	assert_false(instant_known(good_from("--++", -1))); // too early to say
	assert_false(instant_known(good_from("+-+-+-+-", -1)));
	assert_int_equal(good_from("++++--+++", 3).ns, at(6).ns);
	assert_false(instant_known(good_from("", -1)));
}

static void test_class(void **state)
{
	(void)state;
	struct instant units[10];
	for (int i = 0; i < 10; i++)
		units[i] = at(100 - 10.0 * i);
	struct recovery r = recovery_class(units, 10);
	assert_true(r.t10.ns == at(10).ns && r.t50.ns == at(50).ns && r.t90.ns == at(90).ns);
	assert_int_equal(r.recovered, 10);
	units[0] = units[4] = INSTANT_NONE;
	r = recovery_class(units, 10);
	assert_int_equal(r.recovered, 8);
	assert_true(r.t50.ns == at(70).ns && !instant_known(r.t90));
	r = recovery_class(units, 1);
	assert_true(r.t10.ns == r.t50.ns && r.t50.ns == r.t90.ns);
	r = recovery_class(units, 0);
	assert_false(instant_known(r.t10) || instant_known(r.t90));
}

static struct moment around(double best, double half)
{
	return (struct moment){at(best), at(best - half), at(best + half), 0.9};
}

static void test_order(void **state)
{
	(void)state;
	struct moment m[] = {around(30, 1),
			     around(1, 1),
			     around(2, 1),
			     {INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0},
			     around(10, 1)};
	size_t group[5], order[5];
	assert_int_equal(recovery_order(m, 5, 3, group, order), 3);
	assert_true(group[1] == 0 && group[2] == 0 && group[4] == 1 && group[0] == 2 && group[3] == ORDER_NONE);
	m[0] = around(30, 25); // so vague that it cannot be told from the one at 10 either
	assert_int_equal(recovery_order(m, 5, 3, group, order), 2);
	assert_true(group[0] == 1 && group[4] == 1 && group[1] == 0);
	m[0] = around(30, 29);
	assert_int_equal(recovery_order(m, 5, 3, group, order), 1);
	assert_int_equal(recovery_order(m, 0, 3, group, order), 0);
	m[0] = m[1] = m[2] = m[4] = m[3];
	assert_int_equal(recovery_order(m, 5, 3, group, order), 0);
	assert_true(moment_margin_s(1, 1) == 3);
}

// What the header promises, on random intervals.
static void test_order_holds(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	for (int round = 0; round < 500; round++) {
		struct moment m[8];
		size_t group[8], order[8];
		for (int i = 0; i < 8; i++)
			m[i] = around((double)(20 + unit_random(&seed) % 100), (double)(unit_random(&seed) % 10));
		size_t groups = recovery_order(m, 8, 3, group, order);
		size_t used = 0;
		for (int i = 0; i < 8; i++)
			used |= (size_t)1 << group[i];
		assert_int_equal(used, ((size_t)1 << groups) - 1);
		for (int i = 0; i < 8; i++)
			for (int k = 0; k < 8; k++)
				assert_true(group[i] >= group[k] ||
					    (m[k].from.ns > m[i].to.ns && m[k].best.ns - m[i].best.ns > 3 * NS_PER_S));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phases),	    cmocka_unit_test(test_phases_many),
		cmocka_unit_test(test_usual_share), cmocka_unit_test(test_sustained),
		cmocka_unit_test(test_class),	    cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
