// SPDX-License-Identifier: ISC
// How far apart somebody usually speaks: of the newest gaps the second longest. One long gap is a pause and not yet a pace, and a
// burst of short ones does not hide the long one between bursts.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PACE_GAPS 8 // newest gaps that are remembered

struct pace {
	int64_t gap[PACE_GAPS]; // ns, a ring
	uint64_t count;		// gaps so far
};

static inline void pace_note(struct pace *p, int64_t gap_ns)
{
	p->gap[p->count++ % PACE_GAPS] = gap_ns;
}

// 0: not known yet.
static inline int64_t pace_ns(const struct pace *p)
{
	int64_t longest = 0, second = 0;
	for (size_t i = 0; i < PACE_GAPS && i < p->count; i++) {
		int64_t gap = p->gap[i];
		second = gap > longest ? longest : gap > second ? gap : second;
		longest = gap > longest ? gap : longest;
	}
	return second;
}
