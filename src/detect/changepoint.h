// SPDX-License-Identifier: ISC
// When did it change? One Bayesian change point in a run of bins, as a posterior over the index of the first changed bin:
// its median and a 90 % credible interval. O(n), pure, nothing allocated; the caller gives the scratch.
// Recovery: pass the bins in reverse order, with the level after it as the baseline.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANGEPOINT_CREDIBLE 0.9    // what the intervals are made for; stated with each
#define CHANGEPOINT_BINS_MAX 100000 // bins in a run: longer ones are refused

struct changepoint_bin {     // probes of one bin; none sent: says nothing
	uint32_t sent, lost; // lost <= sent
};

enum changepoint_after {
	CHANGEPOINT_FREE, // each bin after the change has a loss of its own: ramps, flapping
	CHANGEPOINT_STEP, // all bins after the change share one loss: steps, thin bins
};

struct changepoint_loss {
	uint64_t sent, lost; // baseline counts: p0 ~ Beta(lost + 1/2, sent - lost + 1/2)
	enum changepoint_after after;
};

struct changepoint_level { // of real values, such as a median round-trip time
	double mean, mad;  // baseline: level and median absolute deviation (0 is taken as a hundredth of the mean)
};

struct changepoint {
	uint32_t best;	   // first changed bin: median of the posterior
	uint32_t from, to; // the first changed bin lies here, both included, with at least CHANGEPOINT_CREDIBLE
	double mass;	   // what the posterior gives to from … to
	double log_odds;   // log of the likelihood of a change, place averaged, over that of none; 5 is clear
};

// `scratch`: n numbers; holds the posterior afterwards. False, and *ret untouched, when no bin says anything, n is 0 or too
// large, or lost exceeds sent.
bool MUST_USE changepoint_in_loss(const struct changepoint_bin *bins, size_t n, const struct changepoint_loss *model,
				  double *scratch, struct changepoint *ret);
// NaN: the value of this bin is missing. After the change level and spread are free.
bool MUST_USE changepoint_in_level(const double *values, size_t n, const struct changepoint_level *model,
				   double *scratch, struct changepoint *ret);
