// SPDX-License-Identifier: ISC
// Tails of the Poisson-binomial, beta-binomial and Poisson distributions, as logarithms.
#include "incident/likelihood.h"

#include "base/must.h"

#include <float.h>

#define EXACT_CELLS 20000000.0 // of the table n x k; beyond it (a country's prefixes) the bound is used
#define TINY	    1e-280     // below it the table is filled again in logarithms
#define POISSON_MAX 100000     // terms summed at most; far beyond the mode they are nothing

double log_gamma(double x)
{
	must(x > 0);
	int sign;
	return lgamma_r(x, &sign);
}

double log_beta(double a, double b)
{
	return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

double log_choose(double n, double k)
{
	must(k >= 0 && k <= n);
	return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1);
}

double log_beta_run(double x, double n, double a, double b)
{
	return log_beta(a + x, b + n - x) - log_beta(a, b);
}

static double likelihood_log_of(double p)
{
	return p > 0 ? log(p) : LOG_NEVER;
}

// f[j]: chance of j failures so far, j < k; what reaches k stays in the tail. Only sums of positive terms.
static double likelihood_tail_table(const double *p, size_t n, size_t k, double *f)
{
	double tail = 0;
	for (size_t j = 0; j < k; j++)
		f[j] = j == 0;
	for (size_t i = 0; i < n; i++) {
		tail += f[k - 1] * p[i];
		for (size_t j = k; j-- > 1;)
			f[j] = f[j] * (1 - p[i]) + f[j - 1] * p[i];
		f[0] *= 1 - p[i];
	}
	return tail;
}

static double likelihood_tail_table_logs(const double *p, size_t n, size_t k, double *f)
{
	double tail = LOG_NEVER;
	for (size_t j = 0; j < k; j++)
		f[j] = j == 0 ? 0 : LOG_NEVER;
	for (size_t i = 0; i < n; i++) {
		double yes = likelihood_log_of(p[i]), no = likelihood_log_of(1 - p[i]);
		tail = log_plus(tail, f[k - 1] + yes);
		for (size_t j = k; j-- > 1;)
			f[j] = log_plus(f[j] + no, f[j - 1] + yes);
		f[0] += no;
	}
	return tail;
}

// P(X >= k) <= E exp(t (X - k)), least where the tilted mean is k: found by halving. Each step costs n.
static double likelihood_tail_bound(const double *p, size_t n, size_t k)
{
	double low = 0, high = 60, mean = 0;
	for (size_t i = 0; i < n; i++)
		mean += p[i];
	if (mean >= (double)k)
		return 0;
	for (int step = 0; step < 60; step++) {
		double t = (low + high) / 2, grown = exp(t), tilted = 0;
		for (size_t i = 0; i < n; i++)
			tilted += p[i] * grown / (1 - p[i] + p[i] * grown);
		if (tilted < (double)k)
			low = t;
		else
			high = t;
	}
	double bound = -low * (double)k;
	for (size_t i = 0; i < n; i++)
		bound += log1p(p[i] * expm1(low));
	return bound < 0 ? bound : 0;
}

double log_tail_independent(const double *p, size_t n, size_t k, double *scratch)
{
	must((p || !n) && (scratch || !k));
	if (k == 0)
		return 0;
	if (k > n)
		return LOG_NEVER;
	if ((double)n * (double)k > EXACT_CELLS)
		return likelihood_tail_bound(p, n, k);
	double tail = likelihood_tail_table(p, n, k, scratch);
	if (tail > 1)
		tail = 1;
	double logs = tail > TINY ? log(tail) : likelihood_tail_table_logs(p, n, k, scratch);
	return logs < LOG_NEVER ? LOG_NEVER : logs;
}

double log_tail_overdispersed(double p, double rho, size_t n, size_t k)
{
	must(rho >= 0 && rho < 1);
	if (k == 0 || p >= 1)
		return k > n ? LOG_NEVER : 0;
	if (k > n || p <= 0)
		return LOG_NEVER;
	double count = (double)n, a = 0, b = 0, sum = LOG_NEVER;
	if (rho > 0) {
		a = p * (1 - rho) / rho;
		b = (1 - p) * (1 - rho) / rho;
	}
	for (size_t i = k; i <= n; i++) {
		double x = (double)i;
		double run = rho > 0 ? log_beta_run(x, count, a, b) : x * log(p) + (count - x) * log1p(-p);
		sum = log_plus(sum, log_choose(count, x) + run);
	}
	return sum < 0 ? sum : 0;
}

double log_tail_poisson(double mean, size_t k)
{
	if (k == 0)
		return 0;
	if (!(mean > 0))
		return LOG_NEVER;
	double sum = LOG_NEVER;
	for (size_t i = 0; i < POISSON_MAX; i++) {
		double x = (double)(k + i);
		double term = x * log(mean) - mean - log_gamma(x + 1);
		sum = log_plus(sum, term);
		if (x > mean && term < sum - 40)
			break;
	}
	return sum < 0 ? sum : 0;
}
