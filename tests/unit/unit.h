// SPDX-License-Identifier: ISC
// What cmocka wants included before itself, and the few helpers that the unit tests share.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

// A seed for random tests: $LACUNA_SEED, else the clock's. Printed, so that a failure can be run again.
static inline uint64_t unit_seed(void)
{
	const char *given = getenv("LACUNA_SEED");
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_nsec * 2654435761u + (uint64_t)now.tv_sec;
	print_message("LACUNA_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

// xorshift64*; the state must not be zero.
static inline uint64_t unit_random(uint64_t *state)
{
	uint64_t x = *state ? *state : 1;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}
