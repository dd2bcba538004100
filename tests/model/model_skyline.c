// SPDX-License-Identifier: ISC
// What a strip is drawn from: steady looks have no gaps, a pause is one, the lowest is never lost, whatever the length of the time.
#include "../unit/unit.h"

#include "model/skyline.h"

#include <string.h>

#define T0 (1700000000 * NS_PER_S)

static struct instant at(double s)
{
	return instant_of_ns(T0 + (int64_t)(s * 1e9));
}

static double lowest(const struct skyline *s, double from, double to)
{
	return skyline_lowest(s, at(from), at(to));
}

static void nothing_is_not_known(void **state)
{
	struct skyline s = {0};
	(void)state;
	assert_true(lowest(&s, 0, 10) < 0);
	skyline_add(&s, at(0), at(10), 0.5);
	assert_true(lowest(&s, -100, -50) < 0);
	assert_true(lowest(&s, 50, 100) < 0);
	assert_true(lowest(&s, 5, 5) < 0);
	assert_true(lowest(&s, 0, 10) > 0.49 && lowest(&s, 0, 10) < 0.51);
	skyline_add(&s, at(10), at(20), 7);
	assert_true(lowest(&s, 10, 20) == 1);
	skyline_add(&s, at(20), at(30), -1);
	assert_true(lowest(&s, 20, 30) == 0);
}

// Looked at every 60 s, each look a moment long: cells of 5 s between two looks are as known as the others.
static void steady_looks_have_no_gaps(void **state)
{
	struct skyline s = {0};
	(void)state;
	for (int i = 0; i < 8; i++)
		skyline_add(&s, at(60 * i), at(60 * i + 1), 1);
	for (int from = 60; from < 415; from += 5)
		assert_true(lowest(&s, from, from + 5) == 1);
}

// Two observers that look one behind the other are steady; of four looks that are missing, and of a hundred, nothing is known. Then the
// pace is another, which is learned.
static void a_pause_is_one(void **state)
{
	struct skyline s = {0};
	double t = 0;
	(void)state;
	for (int i = 0; i < 20; i++, t += 10)
		skyline_add(&s, at(t), at(t + 1), 1);
	skyline_add(&s, at(t + 40), at(t + 41), 1);
	assert_true(lowest(&s, t - 8, t + 38) < 0);
	t += 40;
	for (int i = 0; i < 40; i++, t += i % 2 ? 2 : 8)
		skyline_add(&s, at(t), at(t + 1), 1);
	for (double from = t - 100; from < t - 10; from++)
		assert_true(lowest(&s, from, from + 1) == 1);
	skyline_add(&s, at(t), at(t + 1), 1);
	skyline_add(&s, at(t + 1000), at(t + 1001), 1);
	assert_true(lowest(&s, t + 400, t + 600) < 0);
	for (t += 1000; t < 40000; t += 100)
		skyline_add(&s, at(t), at(t + 1), 1);
	assert_true(lowest(&s, t - 500, t - 400) == 1);
}

// An outage of a minute in a year is still there.
static void the_lowest_stays(void **state)
{
	struct skyline s = {0};
	const double year = 365 * 86400, out = 100 * 86400;
	(void)state;
	for (double t = 0; t < year; t += 60)
		skyline_add(&s, at(t), at(t + 60), t >= out && t < out + 60 ? 0 : 1);
	unsigned low = 0;
	for (int i = 0; i < 60; i++) {
		double share = lowest(&s, year / 60 * i, year / 60 * (i + 1));
		assert_true(share >= 0);
		low += share == 0;
	}
	assert_int_equal(low, 1);
	assert_true(lowest(&s, year / 60 * 16, year / 60 * 17) == 0);
}

// Against a plain list of all that was added: never higher than the truth in the cells that hold it, never known where nothing was.
static void random_looks(void **state)
{
	uint64_t seed = unit_seed();
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct skyline s = {0};
		static double begin[2000], share[2000];
		size_t n = 1 + unit_random(&seed) % 2000;
		double t = 0, step = 1 + (double)(unit_random(&seed) % 600);
		for (size_t i = 0; i < n; i++, t += step * (i % 16 == 15 && unit_random(&seed) % 4 == 0 ? 200 : 1)) {
			begin[i] = t;
			share[i] = unit_random(&seed) % 20 ? 1 : (double)(unit_random(&seed) % 100) / 100;
			skyline_add(&s, at(t), at(t + step), share[i]);
		}
		double width = (double)s.width_ns / 1e9;
		for (int k = 0; k < 60; k++) {
			double from = t / 60 * k, to = t / 60 * (k + 1), least = 2, around = 2;
			for (size_t i = 0; i < n; i++) {
				bool inside = begin[i] >= from + width && begin[i] + step <= to - width;
				bool near = begin[i] < to + 2 * width && begin[i] + step > from - 2 * width;
				least = inside && share[i] < least ? share[i] : least;
				around = near && share[i] < around ? share[i] : around;
			}
			double found = skyline_lowest(&s, at(from), at(to));
			if (least <= 1)
				assert_true(found >= 0 && found <= least + 0.01);
			if (found >= 0 && around <= 1)
				assert_true(found >= around - 0.01);
			if (around > 1)
				assert_true(found < 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_not_known), cmocka_unit_test(steady_looks_have_no_gaps),
		cmocka_unit_test(a_pause_is_one),	cmocka_unit_test(the_lowest_stays),
		cmocka_unit_test(random_looks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
