// SPDX-License-Identifier: ISC
// Logarithms of the few distributions that the tests of an incident rest on. All natural; finite for finite input.
#pragma once

#include <math.h>
#include <stddef.h>

#define LOG_NEVER (-1e300) // stands for the logarithm of nothing: finite, so that no sum of it is a NaN

// log(exp(a) + exp(b)).
static inline double log_plus(double a, double b)
{
	double high = a > b ? a : b, low = a > b ? b : a;
	// What is so much less is lost in the rounding of the greater one.
	if (low - high < -745 || (low - high < -38 && fabs(high) >= 1))
		return high;
	return high + log1p(exp(low - high));
}

double log_gamma(double x);	     // x > 0
double log_beta(double a, double b); // a, b > 0
double log_choose(double n, double k);

// x of n under a beta-binomial without its binomial coefficient: the chance of one such sequence.
double log_beta_run(double x, double n, double a, double b);

// log P(X >= k) where unit i fails with chance p[i] (0 to 1), all independently. Exact while n * k is small, else an upper
// bound (Chernoff). `scratch` holds k doubles. 0 for k = 0, LOG_NEVER for k > n.
double log_tail_independent(const double *p, size_t n, size_t k, double *scratch);

// log P(X >= k) for a beta-binomial of n, mean p and correlation rho (0: binomial).
double log_tail_overdispersed(double p, double rho, size_t n, size_t k);

// log P(X >= k) for a Poisson of that mean.
double log_tail_poisson(double mean, size_t k);
