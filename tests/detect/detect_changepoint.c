// SPDX-License-Identifier: ISC
// The change point: exact cases by hand, the posterior against brute force, coverage of the 90 % interval on generated runs,
// and what is refused.
#include "detect/changepoint.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BINS 60
#define RUNS 2000

static const struct changepoint_loss quiet = {.sent = 5000, .lost = 50, .after = CHANGEPOINT_FREE};

static void test_clear_step(void **state)
{
	(void)state;
	struct changepoint_bin bins[BINS];
	for (size_t i = 0; i < BINS; i++)
		bins[i] = (struct changepoint_bin){12, i < 40 ? 0 : 12};
	double scratch[BINS];
	struct changepoint c;
	assert_true(changepoint_in_loss(bins, BINS, &quiet, scratch, &c));
	assert_int_equal(c.best, 40);
	assert_int_equal(c.from, 40);
	assert_int_equal(c.to, 40);
	assert_true(c.mass > 0.9 && c.log_odds > 100);
	double sum = 0;
	for (size_t i = 0; i < BINS; i++)
		sum += scratch[i];
	assert_true(fabs(sum - 1) < 1e-9);
}

static void test_empty_bins_widen(void **state)
{
	(void)state;
	struct changepoint_bin bins[20];
	for (size_t i = 0; i < 20; i++)
		bins[i] = (struct changepoint_bin){i < 8 || i >= 12 ? 12 : 0, i < 12 ? 0 : 12};
	double scratch[20];
	struct changepoint c;
	assert_true(changepoint_in_loss(bins, 20, &quiet, scratch, &c));
	assert_int_equal(c.from, 8);
	assert_int_equal(c.to, 12);
	assert_int_equal(c.best, 10);
}

static void test_no_change(void **state)
{
	(void)state;
	struct changepoint_bin bins[BINS];
	for (size_t i = 0; i < BINS; i++)
		bins[i] = (struct changepoint_bin){12, 0};
	double scratch[BINS];
	struct changepoint c;
	assert_true(changepoint_in_loss(bins, BINS, &quiet, scratch, &c));
	assert_true(c.log_odds < 0);
}

// p(i) by direct products of the predictive probability of each bin, two bins at a time small enough for that.
static void test_against_products(void **state)
{
	(void)state;
	static const struct changepoint_bin bins[] = {{3, 0}, {3, 1}, {3, 2}, {3, 1}, {3, 3}};
	struct changepoint_loss model = {.sent = 10, .lost = 1, .after = CHANGEPOINT_STEP};
	double expected[5], sum = 0, scratch[5];
	for (size_t i = 0; i < 5; i++) {
		double a = 1.5, b = 9.5, p = 1;
		for (size_t j = 0; j < 5; j++) {
			if (j == i)
				a = b = 1; // one probe at a time: Pólya's urn
			for (uint32_t k = 0; k < bins[j].lost; k++)
				p *= a / (a + b), a++;
			for (uint32_t k = bins[j].lost; k < bins[j].sent; k++)
				p *= b / (a + b), b++;
		}
		expected[i] = p;
		sum += p;
	}
	struct changepoint c;
	assert_true(changepoint_in_loss(bins, 5, &model, scratch, &c));
	for (size_t i = 0; i < 5; i++)
		assert_true(fabs(scratch[i] - expected[i] / sum) < 1e-12);
}

static void test_coverage_of_loss(void **state)
{
	(void)state;
	struct random r = random_seeded(20260801);
	static const double after[] = {0.2, 0.4, 0.7, 1};
	unsigned held = 0;
	for (unsigned run = 0; run < RUNS; run++) {
		struct changepoint_bin bins[BINS];
		uint32_t truth = 5 + (uint32_t)(random_next(&r) % (BINS - 15));
		for (uint32_t i = 0; i < BINS; i++)
			bins[i] = (struct changepoint_bin){12,
							   random_binomial(&r, 12, i < truth ? 0.01 : after[run % 4])};
		double scratch[BINS];
		struct changepoint c;
		struct changepoint_loss model = quiet;
		model.after = run / 4 % 2 ? CHANGEPOINT_STEP : CHANGEPOINT_FREE;
		assert_true(changepoint_in_loss(bins, BINS, &model, scratch, &c));
		held += c.from <= truth && truth <= c.to;
	}
	printf("loss: 90 %% interval held the truth in %.3f of %d runs\n", (double)held / RUNS, RUNS);
	assert_true(held >= 0.9 * RUNS);
}

static void test_coverage_of_level(void **state)
{
	(void)state;
	struct random r = random_seeded(20260802);
	struct changepoint_level model = {.mean = 80, .mad = 2 / 1.4826};
	unsigned held = 0, near = 0;
	for (unsigned run = 0; run < RUNS; run++) {
		double values[BINS], scratch[BINS];
		uint32_t truth = 5 + (uint32_t)(random_next(&r) % (BINS - 15));
		for (uint32_t i = 0; i < BINS; i++) {
			double ramp = run % 2 ? 4.0 * (i - truth + 1) : 10;
			values[i] = 80 + 2 * random_normal(&r) +
				    (i < truth ? 0 : ramp * (run % 2 ? 1 + random_unit(&r) : 1));
		}
		values[2] = NAN;
		values[3] = run % 3 ? values[3] : 140; // one outlier in the quiet part
		struct changepoint c;
		assert_true(changepoint_in_level(values, BINS, &model, scratch, &c));
		held += c.from <= truth && truth <= c.to;
		near += c.best + 2 >= truth && c.best <= truth + 2;
	}
	printf("level: held %.3f, within two bins %.3f of %d runs\n", (double)held / RUNS, (double)near / RUNS, RUNS);
	assert_true(held >= 0.85 * RUNS && near >= 0.97 * RUNS);
}

static void test_refused(void **state)
{
	(void)state;
	double scratch[2], none[2] = {NAN, NAN}, far[2] = {1e308, -1e308};
	struct changepoint_bin empty[2] = {{0, 0}, {0, 0}}, wrong[2] = {{1, 2}, {5, 0}};
	struct changepoint_level level = {.mean = 10, .mad = 1}, nothing = {0};
	struct changepoint c = {.best = 77};
	assert_false(changepoint_in_loss(empty, 2, &quiet, scratch, &c));
	assert_false(changepoint_in_loss(wrong, 2, &quiet, scratch, &c));
	assert_false(changepoint_in_loss(wrong, 0, &quiet, scratch, &c));
	assert_false(changepoint_in_level(none, 2, &level, scratch, &c));
	assert_false(changepoint_in_level(far, 2, &nothing, scratch, &c));
	assert_int_equal(c.best, 77);
	assert_true(changepoint_in_level(far, 2, &level, scratch, &c));
	assert_true(isfinite(c.log_odds) && c.to < 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clear_step),	 cmocka_unit_test(test_empty_bins_widen),
		cmocka_unit_test(test_no_change),	 cmocka_unit_test(test_against_products),
		cmocka_unit_test(test_coverage_of_loss), cmocka_unit_test(test_coverage_of_level),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
