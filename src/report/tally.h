// SPDX-License-Identifier: ISC
// Many attempts in few numbers, for the summary at the end.
#pragma once

#include "model/attempt.h"
#include "report/attempt.h"

#define TALLY_BINS 512 // of round-trip times: 16 a doubling, from 1 us on

struct tally { // sums of many attempts
	uint64_t sent, answered, failed, local, late_or_dup, forged;
	uint64_t timed; // of the answered, with a round-trip time
	int64_t least_ns, most_ns;
	uint64_t bins[TALLY_BINS];
};

// Counts one attempt in. Late, double and forged replies are counted beside, not among what was sent.
void tally_take(struct tally *t, const struct attempt *a);
// The sums; the median is that of its bin.
void tally_summary(const struct tally *t, struct attempt_summary *ret);
