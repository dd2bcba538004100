// SPDX-License-Identifier: ISC
// A moment in UTC and the arithmetic on it. A struct, so that seconds and nanoseconds cannot mix.
//
// DOC: the unknown moment is all zero bits
// What was zeroed and not yet told is unknown, without a word of its own. The epoch itself would look the same, so that
// instant_of(0, 0) is one nanosecond later; nothing that is measured happened then. To compute with an unknown moment is
// a fault of the program: the functions below end it (base/must.h). Comparing two by .ns is fine where "unknown is before
// all others" is meant, for no moment that is measured lies before 1970.
#pragma once

#include "base/must.h"

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_S 1000000000LL

struct instant {
	int64_t ns; // nanoseconds since 1970-01-01T00:00:00Z; 0: unknown
};

static const struct instant INSTANT_NONE = {0};

static inline bool instant_known(struct instant t)
{
	return t.ns != 0;
}

// From nanoseconds since the epoch, as clocks and sums give them: always a known moment, for 0 the next one.
static inline struct instant instant_of_ns(int64_t ns)
{
	return (struct instant){ns + (ns == 0)};
}

static inline struct instant instant_of(int64_t seconds, uint32_t nanoseconds)
{
	return instant_of_ns(seconds * NS_PER_S + nanoseconds);
}

// ns later, or earlier where that is negative. t must be known.
static inline struct instant instant_after(struct instant t, int64_t ns)
{
	must(instant_known(t));
	return instant_of_ns(t.ns + ns);
}

// Whole seconds since the epoch, rounded down. t must be known.
static inline int64_t instant_seconds(struct instant t)
{
	must(instant_known(t));
	int64_t s = t.ns / NS_PER_S;
	return t.ns % NS_PER_S < 0 ? s - 1 : s;
}

// b - a in nanoseconds, in seconds. Both must be known.
static inline int64_t instant_gap_ns(struct instant a, struct instant b)
{
	must(instant_known(a) && instant_known(b));
	return b.ns - a.ns;
}

static inline double instant_gap_s(struct instant a, struct instant b)
{
	return (double)instant_gap_ns(a, b) / (double)NS_PER_S;
}

// Whether a is before b. Both must be known.
static inline bool instant_before(struct instant a, struct instant b)
{
	return instant_gap_ns(a, b) > 0;
}
