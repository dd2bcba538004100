// SPDX-License-Identifier: ISC
// A moment in UTC and the arithmetic on it. A struct, so that seconds and nanoseconds cannot mix.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_S 1000000000LL

struct instant {
	int64_t ns; // nanoseconds since 1970-01-01T00:00:00Z
};

static const struct instant INSTANT_NONE = {INT64_MIN};

static inline bool instant_known(struct instant t)
{
	return t.ns != INT64_MIN;
}

static inline struct instant instant_of(int64_t seconds, uint32_t nanoseconds)
{
	return (struct instant){seconds * NS_PER_S + nanoseconds};
}

static inline struct instant instant_after(struct instant t, int64_t ns)
{
	return (struct instant){t.ns + ns};
}

// Whole seconds since the epoch, rounded down.
static inline int64_t instant_seconds(struct instant t)
{
	int64_t s = t.ns / NS_PER_S;
	return t.ns % NS_PER_S < 0 ? s - 1 : s;
}

// b - a in seconds.
static inline double instant_gap_s(struct instant a, struct instant b)
{
	return (double)(b.ns - a.ns) / (double)NS_PER_S;
}
