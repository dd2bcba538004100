// SPDX-License-Identifier: ISC
// When may this key be served again? A fixed table of theoretical arrival times (the generic cell rate algorithm, ITU-T
// I.371: a token bucket in one number a key), 8 bytes a key. What has run out is forgotten, for it says nothing any more;
// what does not fit is told to wait, so that a full table never breaks a cap.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUCKETS_NEVER INT64_MAX

// A rule: each packet costs `step` of time, and a key may be ahead of its time by `slack`. Then any window of length L holds
// at most 1 + (L + slack) / step packets.
struct buckets_pace {
	int64_t step, slack; // ns; step 0: no rule, not to be looked up; BUCKETS_NEVER: nothing passes
	bool gap;	     // the cost counts from the packet itself: a least distance, with slack given by kind
};

// At most `per_window` in any `window` and at most `burst` in any `short_window`, which is shorter.
struct buckets_pace pace_of(uint32_t per_window, int64_t window, uint32_t burst, int64_t short_window);
// At most `most` in any window, of which `burst` may come at once.
struct buckets_pace pace_burst(uint32_t most, int64_t window, uint32_t burst);

struct buckets {
	uint64_t *slots; // 40 bits of time, 24 of the key; borrowed
	uint32_t lines;	 // of 8 slots
};

struct claim { // one key, looked up and not yet charged
	uint64_t hash;
	struct buckets_pace pace;
	uint64_t *slot;
	int64_t until; // its theoretical arrival time; 0: it has none
};

uint32_t buckets_lines(double keys); // for so many keys alive at once
size_t buckets_bytes(uint32_t lines);

// Brings the lines of this key near, before buckets_find needs them.
void buckets_near(const struct buckets *b, uint64_t hash);
// Looks the key of *c up. `now` is above 0 and below 2^57. Returns the time from which it may be served: not after now when it
// may be served at once.
int64_t buckets_find(const struct buckets *b, int64_t now, struct claim *c);
// Charges what buckets_find found to be free; no other call of the table in between.
void buckets_charge(const struct claim *c, int64_t now);
