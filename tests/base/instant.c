// SPDX-License-Identifier: ISC
// Instants: what was zeroed is unknown, arithmetic is right, and no place computes with an unknown one unseen: ten that do,
// as they would be written by mistake, each end the program.
#include "child.h"

#include "base/instant.h"
#include "base/json.h"
#include "base/numbers.h"
#include "base/text.h"

#include <signal.h>
#include <string.h>

struct peer { // as the rooms above have them: made by zeroing, filled later
	struct instant first_heard, last_heard, silent_since;
	uint32_t beats;
};

static const struct instant now = {1643143800000000000};
static struct peer peer;
static struct text out;
static volatile int64_t seen_ns;
static volatile double seen_s;

static void how_long_silent(void)
{
	seen_s = instant_gap_s(peer.last_heard, now);
}

static void how_long_ago_the_other_way_round(void)
{
	seen_s = instant_gap_s(now, peer.last_heard);
}

static void gap_of_two_unknown(void)
{
	seen_ns = instant_gap_ns(peer.first_heard, peer.last_heard);
}

static void when_it_is_overdue(void)
{
	seen_ns = instant_after(peer.last_heard, 180 * NS_PER_S).ns;
}

static void the_interval_before(void)
{
	struct { // a moment with bounds, of which only the best is told
		struct instant best, from;
	} start = {.best = now};
	seen_ns = instant_after(start.from, -NS_PER_S).ns;
}

static void which_minute(void)
{
	seen_ns = instant_seconds(peer.silent_since) / 60;
}

static void heard_before(void)
{
	peer.beats += instant_before(peer.first_heard, now);
}

static void sum_of_a_list(void)
{
	const struct instant times[] = {now, {now.ns + 1}, {0}, {now.ns + 2}};
	for (size_t i = 1; i < 4; i++)
		seen_s += instant_gap_s(times[i - 1], times[i]);
}

static void written_as_a_date(void)
{
	text_utc(&out, peer.silent_since);
}

static void written_as_seconds(void)
{
	text_instant(&out, peer.silent_since, 3);
}

static void ten_seeded_places_are_found(void **state)
{
	(void)state;
	void (*const places[])(void) = {how_long_silent,     how_long_ago_the_other_way_round,
					gap_of_two_unknown,  when_it_is_overdue,
					the_interval_before, which_minute,
					heard_before,	     sum_of_a_list,
					written_as_a_date,   written_as_seconds};
	char message[1000];
	assert_int_equal(ARRAY_LEN(places), 10);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		assert_int_equal(child_signal(places[i], message, sizeof(message)), SIGABRT);
		assert_non_null(strstr(message, "must hold: instant_known("));
	}
}

static void what_was_zeroed_is_unknown(void **state)
{
	(void)state;
	struct peer *p = calloc(1, sizeof(*p));
	assert_false(instant_known(p->first_heard));
	assert_false(instant_known(INSTANT_NONE));
	assert_int_equal(memcmp(&p->last_heard, &INSTANT_NONE, sizeof(INSTANT_NONE)), 0);
	free(p);
	struct json j = {.out = &out};
	json_instant(&j, INSTANT_NONE, 3);
	assert_string_equal(text_string(&out), "null");
	text_free(&out);
}

static void the_epoch_is_one_nanosecond_later(void **state)
{
	(void)state;
	assert_int_equal(instant_of(0, 0).ns, 1);
	assert_int_equal(instant_of_ns(0).ns, 1);
	assert_int_equal(instant_of(0, 1).ns, 1);
	assert_int_equal(instant_of(-1, 999999999).ns, -1);
	assert_true(instant_known(instant_of(0, 0)));
	assert_true(instant_known(instant_after(instant_of(5, 0), -5 * NS_PER_S)));
	assert_int_equal(instant_seconds(instant_of(0, 0)), 0);
}

static void arithmetic_is_right(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	for (size_t i = 0; i < 10000; i++) {
		int64_t a = 1 + (int64_t)(unit_random(&random) % 4000000000000000000),
			b = (int64_t)(unit_random(&random) % 1000000);
		struct instant t = instant_of_ns(a), later = instant_after(t, b);
		assert_int_equal(later.ns, a + b);
		assert_int_equal(instant_gap_ns(t, later), b);
		assert_int_equal(instant_before(t, later), b > 0);
		assert_false(instant_before(later, t));
		assert_int_equal(instant_seconds(t), a / NS_PER_S);
		assert_int_equal(numbers_by_instant(&t, &later), b ? -1 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_seeded_places_are_found),
		cmocka_unit_test(what_was_zeroed_is_unknown),
		cmocka_unit_test(the_epoch_is_one_nanosecond_later),
		cmocka_unit_test(arithmetic_is_right),
	};
	return cmocka_run_group_tests_name("instant", tests, NULL, NULL);
}
