// SPDX-License-Identifier: ISC
// Tails against enumeration, the published table of smallest counts, and the verdicts of the concurrency test.
#include "../unit/unit.h"
#include "base/alloc.h"
#include "incident/concurrency.h"
#include "incident/likelihood.h"

#include <math.h>

#define T0 1795418966

static void near_to(double a, double b, double part)
{
	if (!(fabs(a - b) <= part * fabs(b) + 1e-300))
		fail_msg("%.17g is not %.17g", a, b);
}

static double uniform(uint64_t *state)
{
	return (double)(unit_random(state) >> 11) / 9007199254740992.0;
}

// All 2^n outcomes.
static double enumerated(const double *p, unsigned n, unsigned k)
{
	double sum = 0;
	for (unsigned set = 0; set < 1u << n; set++) {
		double chance = 1;
		for (unsigned i = 0; i < n; i++)
			chance *= set >> i & 1 ? p[i] : 1 - p[i];
		sum += (unsigned)__builtin_popcount(set) >= k ? chance : 0;
	}
	return sum;
}

static void test_enumeration(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	double p[12], scratch[13];
	for (unsigned round = 0; round < 60; round++) {
		unsigned n = 1 + round % 12;
		for (unsigned i = 0; i < n; i++)
			p[i] = round % 3 ? uniform(&seed) : pow(10, -8 * uniform(&seed));
		for (unsigned k = 0; k <= n; k++)
			near_to(exp(log_tail_independent(p, n, k, scratch)), enumerated(p, n, k), 1e-11);
		assert_true(log_tail_independent(p, n, n + 1, scratch) == LOG_NEVER);
	}
}

// Far below what a double can hold: equal chances have a closed form.
static void test_tiny(void **state)
{
	(void)state;
	static double p[500], scratch[500];
	for (size_t i = 0; i < 500; i++)
		p[i] = 1e-6;
	double binomial = log_tail_overdispersed(1e-6, 0, 500, 400);
	assert_true(binomial < -4000);
	near_to(log_tail_independent(p, 500, 400, scratch), binomial, 1e-9);
	p[3] = 0;
	p[4] = 1;
	double tail = log_tail_independent(p, 500, 400, scratch);
	assert_true(isfinite(tail) && tail > binomial);
	for (size_t i = 0; i < 500; i++)
		p[i] = 0;
	assert_true(log_tail_independent(p, 500, 3, scratch) <= -1e299);
}

// The bound for huge tables lies above the exact tail, by little.
static void test_bound(void **state)
{
	(void)state;
	enum { MANY = 12000, FAILED = 2000 };
	double *p = alloc_zero(MANY, sizeof(*p)), *scratch = alloc_zero(FAILED, sizeof(*scratch));
	for (size_t i = 0; i < MANY; i++)
		p[i] = 0.1;
	double bound = log_tail_independent(p, MANY, FAILED, scratch);
	double exact = log_tail_overdispersed(0.1, 0, MANY, FAILED);
	assert_true(bound >= exact && bound <= exact + 10 && exact < -100);
	assert_true(log_tail_independent(p, MANY, 1700, scratch) == log_tail_independent(p, MANY, 1700, scratch));
	free(p);
	free(scratch);
}

static void test_overdispersed(void **state)
{
	(void)state;
	static const double rhos[] = {0, 0.01, 0.1, 0.5, 0.99};
	for (size_t r = 0; r < 5; r++)
		for (size_t n = 1; n <= 40; n += 13) {
			double at_least_one = exp(log_tail_overdispersed(0.03, rhos[r], n, 1)), mean = 0;
			double none = rhos[r] > 0 ? exp(log_beta_run(0, (double)n, 0.03 * (1 - rhos[r]) / rhos[r],
								     0.97 * (1 - rhos[r]) / rhos[r]))
						  : pow(0.97, (double)n);
			near_to(at_least_one + none, 1, 1e-9); // the terms add up to 1
			for (size_t k = 1; k <= n; k++)
				mean += exp(log_tail_overdispersed(0.03, rhos[r], n, k));
			near_to(mean, 0.03 * (double)n, 1e-8);
		}
	assert_true(log_tail_overdispersed(0.01, 0.01, 20, 10) > log_tail_overdispersed(0.01, 0, 20, 10));
	near_to(exp(log_tail_poisson(2.5, 1)), -expm1(-2.5), 1e-12);
	near_to(exp(log_tail_poisson(2.5, 4)), 0.2424238668669, 1e-9);
	assert_true(log_tail_poisson(0, 1) == LOG_NEVER && log_tail_poisson(1e4, 0) == 0);
}

// Smallest K expected at most once in a hundred years, failures independent, one window of 15 minutes.
static void test_table(void **state)
{
	(void)state;
	static const double hours[] = {24, 168, 720};
	static const struct {
		size_t n, k[3];
	} rows[] = {{5, {4, 3, 3}}, {12, {5, 4, 3}}, {20, {6, 4, 3}}, {50, {8, 5, 4}}, {200, {14, 7, 5}}};
	double p[200], scratch[201];
	for (size_t r = 0; r < 5; r++)
		for (size_t m = 0; m < 3; m++) {
			for (size_t i = 0; i < rows[r].n; i++)
				p[i] = -expm1(-0.25 / hours[m]);
			size_t k = 1;
			while (exp(log_tail_independent(p, rows[r].n, k, scratch)) * (525600 / 15.0) * 2 > 0.01)
				k++;
			assert_int_equal(k, rows[r].k[m]);
		}
}

static struct concurrency_unit unit_of(double up_hours, double last_ok, double first_fail)
{
	struct concurrency_unit u = {.up_hours = up_hours, .asn = 64512};
	u.last_ok = (struct instant){(int64_t)T0 * NS_PER_S + (int64_t)(last_ok * 1e9)};
	u.first_fail =
		first_fail > 0 ? (struct instant){(int64_t)T0 * NS_PER_S + (int64_t)(first_fail * 1e9)} : INSTANT_NONE;
	return u;
}

static void sane(const struct concurrency *c)
{
	assert_true(isfinite(c->expected_per_year) && isfinite(c->tail) && isfinite(c->rho) &&
		    isfinite(c->synchrony_s));
	assert_true(c->tail >= 0 && c->tail <= 1 && c->expected_per_year >= 0 && c->failed <= c->units);
}

static struct concurrency tested(const struct concurrency_unit *units, size_t n, double watch, bool routes_gone)
{
	struct concurrency_input in = {
		.units = units, .count = n, .watch_interval_s = watch, .routes_all_gone = routes_gone};
	struct concurrency c;
	concurrency_test(&in, &c);
	sane(&c);
	return c;
}

static void test_verdicts(void **state)
{
	(void)state;
	struct concurrency_unit u[24];
	for (int i = 0; i < 24; i++)
		u[i] = unit_of(0.005, 10 + 0.01 * i, 11 + 0.01 * i); // fifteen seconds of past, all in one second
	struct concurrency c = tested(u, 24, 1, false);
	assert_int_equal(c.verdict, CONCURRENT);
	assert_true(c.window_s == 60 && c.failed == 24 && c.units == 24 && c.expected_per_year < 0.01);
	assert_int_equal(c.common, COMMON_NETWORK);
	assert_true(c.synchrony_s > 0.1 && c.synchrony_s < 0.3);
	for (int i = 1; i < 24; i++)
		u[i].first_fail = INSTANT_NONE;
	c = tested(u, 24, 1, false);
	assert_int_equal(c.verdict, CONCURRENT_NOT);
	assert_int_equal(c.common, COMMON_ADDRESS);
	assert_true(c.failed == 1 && c.common_unit == 0 && c.expected_per_year > 1);
	for (int i = 0; i < 24; i++) { // one after another over a month: a bad month, no event
		u[i] = unit_of(2000, 36 * 3600.0 * i, 36 * 3600.0 * i + 20);
		u[i].onsets = 3;
	}
	c = tested(u, 24, 20, false);
	assert_int_equal(c.verdict, CONCURRENT_NOT);
	assert_int_equal(c.failed, 1);
}

static void test_partial(void **state)
{
	(void)state;
	static struct concurrency_unit u[200];
	for (size_t i = 0; i < 200; i++) {
		u[i] = unit_of(2160, 100, i < 30 ? 110 + (double)i : 0);
		u[i].slash24 = i < 40 ? 7 : 8 + (uint32_t)(i / 20);
		u[i].upstream = 1 + (uint32_t)(i / 100);
	}
	struct concurrency c = tested(u, 200, 20, false);
	assert_int_equal(c.verdict, CONCURRENT_PARTLY);
	assert_int_equal(c.common, COMMON_SLASH24);
	assert_true(c.common_units == 40 && c.failed == 30);
	assert_string_equal(concurrency_verdict_name(c.verdict), "partial-concurrent");
	assert_string_equal(concurrency_common_name(c.common), "/24");
	u[0].slash24 = 99; // no longer all in one /24: the upstream holds them, and only 100 of the 200
	c = tested(u, 200, 20, false);
	assert_int_equal(c.common, COMMON_UPSTREAM);
	assert_int_equal(c.common_units, 100);
}

static void test_few(void **state)
{
	(void)state;
	struct concurrency_unit u[4];
	for (int i = 0; i < 4; i++)
		u[i] = unit_of(2160, 10, 11);
	assert_int_equal(tested(u, 4, 20, false).verdict, CONCURRENT_UNKNOWN);
	assert_int_equal(tested(u, 4, 20, true).verdict, CONCURRENT);
	u[3].first_fail = INSTANT_NONE;
	assert_int_equal(tested(u, 4, 20, true).verdict, CONCURRENT_UNKNOWN);
	assert_int_equal(tested(u, 0, 20, true).verdict, CONCURRENT_UNKNOWN);
	assert_int_equal(tested(NULL, 0, 0, false).verdict, CONCURRENT_UNKNOWN);
}

static void test_odd_input(void **state)
{
	(void)state;
	struct concurrency_unit u[8];
	for (int i = 0; i < 8; i++)
		u[i] = unit_of(i % 2 ? NAN : -5, 10, 9); // it failed before it was last good
	u[6] = (struct concurrency_unit){.last_ok = INSTANT_NONE, .first_fail = {5}}; // never answered: no unit
	u[7] = (struct concurrency_unit){.last_ok = INSTANT_NONE, .first_fail = {5}, .up_hours = INFINITY};
	struct concurrency c = tested(u, 8, NAN, false);
	assert_int_equal(c.units, 7);
	static const uint32_t hourly[] = {0, 0, 0, 8, 0, 0, 0, 9, 0, 0};
	struct concurrency_input in = {u, 8, hourly, 10, -1, false, NULL};
	concurrency_test(&in, &c);
	sane(&c);
	assert_true(c.rho > 0.5 && c.rho < 1); // onsets come in bursts
	in.hours = 1;
	concurrency_test(&in, &c);
	assert_true(c.rho == 0.01);
}

// The most onsets in any window, against trying every start.
static void test_scan(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	for (int round = 0; round < 200; round++) {
		struct concurrency_unit u[9];
		for (int i = 0; i < 9; i++) {
			double from = floor(uniform(&seed) * 6000), length = 1 + floor(uniform(&seed) * 900);
			u[i] = unit_of(100, from, from + length);
		}
		struct concurrency c = tested(u, 9, 60, false);
		size_t most = 0;
		for (int64_t start = 0; start <= 7000; start++) {
			size_t met = 0;
			for (int i = 0; i < 9; i++) {
				int64_t after = instant_seconds(u[i].last_ok) - T0;
				int64_t until = instant_seconds(u[i].first_fail) - T0;
				met += until >= start && (double)after < (double)start + c.window_s;
			}
			most = met > most ? met : most;
		}
		assert_int_equal(c.failed, most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enumeration),   cmocka_unit_test(test_tiny),  cmocka_unit_test(test_bound),
		cmocka_unit_test(test_overdispersed), cmocka_unit_test(test_table), cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_partial),	      cmocka_unit_test(test_few),   cmocka_unit_test(test_odd_input),
		cmocka_unit_test(test_scan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
