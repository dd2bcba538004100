// SPDX-License-Identifier: ISC
// Orders and medians, against counting.
#include "../unit/unit.h"

#include "base/attr.h"
#include "base/instant.h"
#include "base/numbers.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void extremes_do_not_wrap(void **state)
{
	(void)state;
	int64_t i[] = {INT64_MAX, 0, INT64_MIN, -1, 1};
	uint32_t u[] = {UINT32_MAX, 0, 1u << 31};
	uint64_t w[] = {UINT64_MAX, 0, 1ull << 63};
	double d[] = {NAN, INFINITY, -DBL_MAX, 0, -INFINITY, NAN, 1e-300};
	float f[] = {NAN, 3, -1, INFINITY};
	struct instant t[] = {{5}, INSTANT_NONE, {-5}, {INT64_MAX}};
	const char *words[] = {"b", "", "ab", "a"};
	qsort(i, ARRAY_LEN(i), sizeof(*i), numbers_by_int64);
	qsort(u, ARRAY_LEN(u), sizeof(*u), numbers_by_uint32);
	qsort(w, ARRAY_LEN(w), sizeof(*w), numbers_by_uint64);
	qsort(d, ARRAY_LEN(d), sizeof(*d), numbers_by_double);
	qsort(f, ARRAY_LEN(f), sizeof(*f), numbers_by_float);
	qsort(t, ARRAY_LEN(t), sizeof(*t), numbers_by_instant);
	qsort(words, ARRAY_LEN(words), sizeof(*words), numbers_by_text);
	assert_true(i[0] == INT64_MIN && i[1] == -1 && i[2] == 0 && i[3] == 1 && i[4] == INT64_MAX);
	assert_true(u[0] == 0 && u[1] == 1u << 31 && u[2] == UINT32_MAX);
	assert_true(w[0] == 0 && w[1] == 1ull << 63 && w[2] == UINT64_MAX);
	assert_true(d[0] == -INFINITY && d[1] == -DBL_MAX && d[4] == INFINITY && isnan(d[5]) && isnan(d[6]));
	assert_true(f[0] == -1 && f[1] == 3 && f[2] == INFINITY && isnan(f[3]));
	assert_true(!instant_known(t[0]) && t[1].ns == -5 && t[2].ns == 5 && t[3].ns == INT64_MAX);
	assert_true(!strcmp(words[0], "") && !strcmp(words[1], "a") && !strcmp(words[2], "ab") &&
		    !strcmp(words[3], "b"));
	assert_int_equal(numbers_order(INT64_MIN, INT64_MAX), -1);
	assert_int_equal(numbers_order_real(1, -1), 1);
	assert_int_equal(numbers_order_real(2, 2), 0);
}

// As many are at most the median as are at least it, and half at least.
static void medians_are_in_the_middle(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	for (size_t round = 0; round < 2000; round++) {
		double d[40];
		float f[40];
		uint32_t u[40];
		size_t n = 1 + unit_random(&random) % 40, below = 0, above = 0, under = 0, over = 0;
		for (size_t i = 0; i < n; i++) {
			u[i] = (uint32_t)(unit_random(&random) >> 40) % 20;
			f[i] = (float)u[i];
			d[i] = u[i];
		}
		double m = numbers_median(d, n);
		uint32_t upper = numbers_median_uint32(u, n);
		assert_true(numbers_median_float(f, n) == (float)m);
		for (size_t i = 0; i < n; i++) {
			below += d[i] <= m;
			above += d[i] >= m;
			under += u[i] < upper;
			over += u[i] > upper;
			assert_true(i == 0 || d[i - 1] <= d[i]);
		}
		assert_true(2 * below >= n && 2 * above >= n);
		assert_true(2 * under <= n && 2 * over < n + 1);
	}
	assert_true(isnan(numbers_median(NULL, 0)));
	assert_true(isnan(numbers_median_float(NULL, 0)));
	assert_int_equal(numbers_median_uint32(NULL, 0), 0);
}

// Weights that are whole numbers are so many equal values.
static void weighted_medians_are_those_of_repeated_values(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	for (size_t round = 0; round < 2000; round++) {
		struct numbers_weighed w[20];
		double all[20 * 5];
		size_t n = 1 + unit_random(&random) % 20, count = 0;
		for (size_t i = 0; i < n; i++) {
			uint64_t word = unit_random(&random);
			w[i] = (struct numbers_weighed){(double)(word % 11), (double)((word >> 20) % 6)};
			for (double k = 0; k < w[i].weight; k++)
				all[count++] = w[i].value;
		}
		double m = numbers_weighted_median(w, n);
		qsort(all, count, sizeof(*all), numbers_by_double);
		assert_true(count ? m == all[(count - 1) / 2] : isnan(m));
	}
	assert_true(isnan(numbers_weighted_median(NULL, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extremes_do_not_wrap),
		cmocka_unit_test(medians_are_in_the_middle),
		cmocka_unit_test(weighted_medians_are_those_of_repeated_values),
	};
	return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
