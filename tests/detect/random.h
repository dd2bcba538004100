// SPDX-License-Identifier: ISC
// Numbers for generated input: splitmix64, seeded from LACUNA_SEED or a fixed seed, printed so that a run can be repeated.
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct random {
	uint64_t state;
};

static inline struct random random_seeded(uint64_t usual)
{
	const char *given = getenv("LACUNA_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : usual;
	printf("seed %llu\n", (unsigned long long)seed);
	return (struct random){seed};
}

static inline uint64_t random_next(struct random *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline double random_unit(struct random *r) // [0, 1)
{
	return (double)(random_next(r) >> 11) * 0x1p-53;
}

static inline double random_normal(struct random *r)
{
	double u = 1 - random_unit(r), v = random_unit(r);
	return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static inline uint32_t random_binomial(struct random *r, uint32_t n, double p)
{
	uint32_t k = 0;
	for (uint32_t i = 0; i < n; i++)
		k += random_unit(r) < p;
	return k;
}
