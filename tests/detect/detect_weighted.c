// SPDX-License-Identifier: ISC
// The weighted median that follows its values, against one that sorts nothing and adds everything up.
#include "../unit/unit.h"

#include "detect/weighted.h"

#include <string.h>

#define VALUES 400 // different ones
#define ROUNDS 30000

static uint64_t seed;

static uint64_t below(uint64_t n)
{
	return (unit_random(&seed) >> 33) % n;
}

// `weight` by value.
static void expect(struct weighted *w, const int64_t *weight)
{
	uint64_t median = UINT64_MAX;
	int64_t total = 0, sum = 0;
	for (size_t v = 0; v < VALUES; v++)
		total += weight[v];
	assert_int_equal(weighted_median(w, &median), total > 0);
	for (size_t v = 0; v < VALUES && total; v++) {
		sum += weight[v];
		if (weight[v] && sum * 2 >= total) {
			assert_int_equal(median, v);
			return;
		}
	}
}

static void any_changes_have_the_median_of_all(void **state)
{
	(void)state;
	int64_t weight[VALUES] = {0};
	struct weighted w = {0};
	expect(&w, weight);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t usual = VALUES / 2 + (round / 5000 % 2 ? VALUES / 4 : 0);
		uint64_t value = below(3) ? below(VALUES) : usual + below(5);
		bool back = weight[value] && below(10) < (round / 3000 % 2 ? 8 : 4);
		int64_t change =
			back ? -(int64_t)(below(3) ? (uint64_t)weight[value] : below((uint64_t)weight[value]) + 1)
			     : (int64_t)below(1000) + 1;
		weight[value] += change;
		weighted_add(&w, value, change);
		if (below(4) == 0) // not at each step: the mark may have far to go
			expect(&w, weight);
	}
	for (uint64_t v = 0; v < VALUES; v++) {
		uint64_t value = v % 2 ? v : VALUES - 2 - v;
		if (weight[value])
			weighted_add(&w, value, -weight[value]);
		weight[value] = 0;
		expect(&w, weight);
	}
	assert_int_equal(w.n, 0);
	weighted_add(&w, 7, 3);
	weighted_clear(&w);
	memset(weight, 0, sizeof(weight));
	expect(&w, weight);
	weighted_free(&w);
}

static void half_is_enough(void **state)
{
	(void)state;
	struct weighted w = {0};
	uint64_t median;
	weighted_add(&w, 10, 5);
	weighted_add(&w, 20, 5);
	assert_true(weighted_median(&w, &median));
	assert_int_equal(median, 10);
	weighted_add(&w, 20, 1);
	assert_true(weighted_median(&w, &median));
	assert_int_equal(median, 20);
	weighted_free(&w);
}

int main(void)
{
	seed = unit_seed();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_changes_have_the_median_of_all),
		cmocka_unit_test(half_is_enough),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
