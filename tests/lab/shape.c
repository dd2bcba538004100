// SPDX-License-Identifier: ISC
// The emulator's laws without packets: the same seed gives the same fate, shares and times are those that were set.
#include "base/text.h"
#include "steer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1000000LL
#define S  1000000000LL

static void dial(struct shape *s, enum shape_dial d, double value)
{
	struct shape_ramp to = {0, value, 0, 0, 1};
	shape_turn(s, d, &to);
}

static void same_seed_same_fate(void **state)
{
	struct shape a, b, c;
	unsigned alike = 0;
	(void)state;
	shape_init(&a, 7);
	shape_init(&b, 7);
	shape_init(&c, 8);
	dial(&a, SHAPE_LOSS, 40);
	dial(&b, SHAPE_LOSS, 40);
	dial(&c, SHAPE_LOSS, 40);
	for (int64_t i = 0; i < 1000; i++) {
		int64_t due;
		enum shape_fate fa = shape_take(&a, i * MS, 100, false, &due),
				fb = shape_take(&b, i * MS, 100, false, &due);
		enum shape_fate fc = shape_take(&c, i * MS, 100, false, &due);
		assert_int_equal(fa, fb);
		alike += fa == fc;
	}
	assert_in_range(alike, 400, 650); // 52 % by chance
}

static void loss_has_its_share(void **state)
{
	static const double shares[] = {0, 1, 5, 50, 95, 100};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
		struct shape s;
		int64_t due;
		shape_init(&s, 11 + i);
		dial(&s, SHAPE_LOSS, shares[i]);
		for (int64_t n = 0; n < 20000; n++)
			(void)!shape_take(&s, n * MS, 100, false, &due);
		double lost = 100.0 * (double)s.lost / 20000;
		assert_true(lost >= shares[i] - 1.5 && lost <= shares[i] + 1.5);
		assert_true(s.passed + s.lost == 20000);
		assert_true((shares[i] > 0 || s.lost == 0) && (shares[i] < 100 || s.passed == 0));
	}
}

static void delay_jitter_and_order(void **state)
{
	struct shape s;
	int64_t last = 0, due = 0;
	(void)state;
	shape_init(&s, 3);
	dial(&s, SHAPE_DELAY, 50);
	dial(&s, SHAPE_JITTER, 20);
	for (int64_t n = 0; n < 5000; n++) {
		assert_int_equal(shape_take(&s, n * MS, 100, false, &due), SHAPE_PASSES);
		assert_true(due >= last && due - n * MS >= 30 * MS && due - n * MS <= 70 * MS);
		last = due;
	}
}

static void rate_and_queue(void **state)
{
	struct shape s;
	int64_t due = 0;
	size_t passed = 0;
	(void)state;
	shape_init(&s, 3);
	dial(&s, SHAPE_RATE, 800); // 100 bytes a millisecond
	s.queue_bytes = 5000;
	for (size_t n = 0; n < 100; n++)
		passed += shape_take(&s, 0, 1000, false, &due) == SHAPE_PASSES;
	assert_int_equal(passed, 6); // one on the wire, five in the queue
	assert_int_equal(due, 60 * MS);
	assert_int_equal(s.overflowed, 94);
	assert_int_equal(shape_take(&s, 60 * MS, 1000, false, &due), SHAPE_PASSES);
	assert_int_equal(due, 70 * MS);
}

static void ramps_go_from_here_to_there(void **state)
{
	struct shape s;
	(void)state;
	shape_init(&s, 3);
	dial(&s, SHAPE_DELAY, 10);
	struct shape_ramp up = {0, 110, 5 * S, 10 * S, 1}, down = {0, 0, 10 * S, 2 * S, 2};
	shape_turn(&s, SHAPE_DELAY, &up);
	assert_float_equal(shape_value(&s, SHAPE_DELAY, 5 * S), 10, 1e-9);
	assert_float_equal(shape_value(&s, SHAPE_DELAY, 10 * S), 60, 1e-9);
	shape_turn(&s, SHAPE_DELAY, &down); // before the first one ends: from where it is
	assert_float_equal(shape_value(&s, SHAPE_DELAY, 10 * S), 60, 1e-9);
	assert_float_equal(shape_value(&s, SHAPE_DELAY, 11 * S), 45, 1e-9);
	assert_float_equal(shape_value(&s, SHAPE_DELAY, 100 * S), 0, 1e-9);
}

static void control_traffic_can_be_spared(void **state)
{
	struct shape s;
	int64_t due;
	(void)state;
	shape_init(&s, 3);
	dial(&s, SHAPE_LOSS, 100);
	assert_int_equal(shape_take(&s, 0, 100, true, &due), SHAPE_LOST);
	s.spare = true;
	assert_int_equal(shape_take(&s, 0, 100, true, &due), SHAPE_PASSES);
	assert_int_equal(shape_take(&s, 0, 100, false, &due), SHAPE_LOST);
}

// --- commands

static const char *say(struct steer_links *l, const char *words, struct text *t)
{
	char line[STEER_LINE_MAX];
	size_t n = strlen(words);
	memcpy(line, words, n + 1);
	text_clear(t);
	steer_line(l, line, 0, t);
	return text_string(t);
}

static void commands(void **state)
{
	static const char *const wrong[] = {"",
					    "set",
					    "set x ab loss=1",
					    "set u up loss=1",
					    "set u ab loss",
					    "set u ab loss=101",
					    "set u ab loss=-1",
					    "set u ab loss=nan",
					    "set u ab loss=5x",
					    "set u ab speed=1",
					    "set u ab spare=2",
					    "set u ab over=1e9",
					    "go",
					    "set u ab delay=1 loss=200",
					    "set u ab power=0"};
	struct steer_links l = {0};
	struct text t = {0};
	(void)state;
	assert_int_equal(steer_add(&l, "u", 1), 0);
	assert_true(steer_add(&l, "", 1) < 0 && steer_add(&l, "a-name-of-16-byte", 1) < 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_memory_equal(say(&l, wrong[i], &t), "error:", 6);
	assert_float_equal(shape_value(&l.at[0].way[0], SHAPE_DELAY, 0), 0, 0); // nothing of a wrong line is done
	assert_string_equal(say(&l, "set u ab loss=5 delay=20\n", &t), "ok\n");
	assert_string_equal(say(&l, "set u both rate=64 queue=2 spare=1", &t), "ok\n");
	assert_float_equal(shape_value(&l.at[0].way[0], SHAPE_LOSS, 0), 5, 0);
	assert_float_equal(shape_value(&l.at[0].way[1], SHAPE_LOSS, 0), 0, 0);
	assert_float_equal(shape_value(&l.at[0].way[1], SHAPE_RATE, 0), 64, 0);
	assert_true(l.at[0].way[1].spare && l.at[0].way[1].queue_bytes == 2048);
	assert_string_equal(say(&l, "stats", &t), "u ab 0 0 0\nu ba 0 0 0\n");
	while (l.count < STEER_LINKS_MAX)
		assert_int_equal(steer_add(&l, "v", 1), 0);
	assert_true(steer_add(&l, "w", 1) < 0);
	text_free(&t);
}

// Links of one lab do not share their luck.
static void links_differ(void **state)
{
	struct steer_links l = {0};
	(void)state;
	assert_int_equal(steer_add(&l, "a", 1) | steer_add(&l, "b", 1), 0);
	assert_true(l.at[0].way[0].random != l.at[1].way[0].random && l.at[0].way[0].random != l.at[0].way[1].random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_fate),
		cmocka_unit_test(loss_has_its_share),
		cmocka_unit_test(delay_jitter_and_order),
		cmocka_unit_test(rate_and_queue),
		cmocka_unit_test(ramps_go_from_here_to_there),
		cmocka_unit_test(control_traffic_can_be_spared),
		cmocka_unit_test(commands),
		cmocka_unit_test(links_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
