// SPDX-License-Identifier: ISC
// Counts, and a histogram of round-trip times in bins of a sixteenth of a doubling.
#include "report/tally.h"

#include "base/must.h"

static size_t tally_bin(int64_t ns)
{
	uint64_t us = ns < 1000 ? 1 : (uint64_t)ns / 1000;
	unsigned top = 63 - (unsigned)__builtin_clzll(us);
	unsigned part = top >= 4 ? (unsigned)(us >> (top - 4)) & 15 : (unsigned)(us << (4 - top)) & 15;
	size_t bin = top * 16 + part;
	return bin < TALLY_BINS ? bin : TALLY_BINS - 1;
}

static double tally_middle_ms(size_t bin)
{
	double low = (double)(1ULL << (bin / 16));
	return low * (1 + ((double)(bin % 16) + 0.5) / 16) / 1000;
}

void tally_take(struct tally *t, const struct attempt *a)
{
	must(t && a);
	t->late_or_dup += a->failure == FAILURE_LATE_OR_DUP;
	t->forged += a->failure == FAILURE_FORGED;
	if (a->failure == FAILURE_LATE_OR_DUP || a->failure == FAILURE_FORGED || attempt_is_cut(a))
		return;
	t->sent++;
	t->local += a->failure == FAILURE_LOCAL;
	t->failed += a->failure != FAILURE_NONE && a->failure != FAILURE_LOCAL;
	if (a->failure != FAILURE_NONE)
		return;
	t->answered++;
	if (a->rtt_ns < 0)
		return;
	t->least_ns = !t->timed++ || a->rtt_ns < t->least_ns ? a->rtt_ns : t->least_ns;
	t->most_ns = a->rtt_ns > t->most_ns ? a->rtt_ns : t->most_ns;
	t->bins[tally_bin(a->rtt_ns)]++;
}

void tally_summary(const struct tally *t, struct attempt_summary *ret)
{
	must(t && ret);
	uint64_t seen = 0;
	*ret = (struct attempt_summary){.sent = t->sent,
					.answered = t->answered,
					.failed = t->failed,
					.local = t->local,
					.late_or_dup = t->late_or_dup,
					.forged = t->forged};
	if (!t->timed)
		return;
	ret->least_ms = (double)t->least_ns / 1e6;
	ret->most_ms = (double)t->most_ns / 1e6;
	for (size_t i = 0; i < TALLY_BINS; i++) {
		seen += t->bins[i];
		if (seen * 2 < t->timed)
			continue;
		double middle = tally_middle_ms(i);
		ret->median_ms = middle < ret->least_ms ? ret->least_ms : middle > ret->most_ms ? ret->most_ms : middle;
		return;
	}
}
