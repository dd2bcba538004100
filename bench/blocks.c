// SPDX-License-Identifier: ISC
// What block belief costs: 5.3 million /24s with 16 responders each, and 20 million probes of blocks in random order.
// Goal: 520 MB (decimal) resident. Prints one line of JSON; status 1 when the goal is missed.
// usage: blocks [BLOCKS [PROBES]]
#include "belief/blocks.h"
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define GOAL_BYTES 520e6
#define NETWORKS   30000 // with hours of their own; those with few blocks share their country's
#define ENTITIES   250

static uint64_t decided;

static void count(void *context, const struct block_state *s, uint8_t before)
{
	(void)context;
	(void)s;
	(void)before;
	decided++;
}

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t block_number(uint32_t i) // an odd factor permutes the 24-bit numbers
{
	return i * 0x9e3779u & 0xffffff;
}

static void fill(struct blocks *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct block_state *s = blocks_add(b, block_number(i), i % ENTITIES, i % NETWORKS);
		for (unsigned k = 0; k < BLOCK_RESPONDERS; k++)
			blocks_responder(b, s, (uint8_t)(k * 5), 0.95 - 0.05 * k);
	}
}

static void ask(struct blocks *b, uint32_t n, uint32_t probes)
{
	for (uint32_t i = 0; i < probes; i++) {
		uint64_t h = hash_mix(i + 1);
		struct block_probe p = {
			.block = block_number((uint32_t)((h & UINT32_MAX) * n >> 32)),
			.low = (uint8_t)((h >> 32) % 4 * 5),
			.ok = (h >> 40) % 100 >= 12,
			.controls = BLOCK_CONTROLS_HEALTHY,
			.observer = (uint16_t)(h >> 60),
			.time = instant_of(1577836800 + i / 10000, 0),
		};
		blocks_take(b, &p);
	}
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 5300000;
	uint32_t probes = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 20000000;
	if (n == 0 || n > BLOCKS_MAX)
		return 2;
	struct blocks *b = blocks_create(n, (struct block_sink){count, NULL, NULL});
	double begin = cpu_seconds();
	fill(b, n);
	double filled = cpu_seconds();
	ask(b, n, probes);
	double asked = cpu_seconds();
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	double resident = (double)used.ru_maxrss * 1024;
	printf("{\"blocks\":%zu,\"fill_s\":%.2f,\"ns_per_probe\":%.0f,\"table_bytes\":%zu,\"resident_bytes\":%.0f,"
	       "\"decisions\":%llu}\n",
	       blocks_count(b), filled - begin, (asked - filled) * 1e9 / probes, blocks_bytes(b), resident,
	       (unsigned long long)decided);
	blocks_free(b);
	return n >= 5300000 && resident > GOAL_BYTES;
}
