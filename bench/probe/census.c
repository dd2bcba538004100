// SPDX-License-Identifier: ISC
// What the census costs its scheduler. A country: 45,000 blocks, one round of 660 s on a made-up clock in ticks of 10 ms, the gate
// asked for each probe, answers told after their time; goal: under a hundredth of a core, 97 to 250 packets a second. The world:
// 5.3 million blocks of 16 responders, 60 s; goal: under 520 MB (decimal) resident in all. A line of JSON each; status 1 when
// a goal is missed. usage: census [BLOCKS]
#include "schedule/census.h"
#include "base/hash.h"
#include "schedule/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define NS	   1000000000LL
#define TICK	   (NS / 100)
#define WAITING	   (1u << 17)
#define NETWORKS   30000
#define COUNTRY	   45000u
#define WORLD	   5300000u
#define GOAL_BYTES 520e6
#define GOAL_SHARE 0.01

struct answer {
	int64_t due;
	struct block_probe probe;
};

struct run {
	struct blocks *blocks;
	struct census *census;
	struct gate *gate;
	struct answer
		*waiting; // a ring each for answers (20 ms) and silences (3 s) would be in order; this one is for both
	uint32_t first[2], count[2];
	uint64_t sent, held;
};

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(struct run *r, uint32_t n, uint32_t entities)
{
	for (uint32_t i = 0; i < n; i++) {	 // hosts that answer in 95 to 20 of 100 times, as blocks do
		uint32_t number = 20u << 16 | i; // 20.0.0.0 and on; the world does not ask the gate
		struct block_state *s = blocks_add(r->blocks, n > COUNTRY ? i * 0x9e3779u & 0xffffff : number,
						   i % entities, i % NETWORKS);
		for (unsigned k = 0; k < BLOCK_RESPONDERS; k++)
			blocks_responder(r->blocks, s, (uint8_t)(k * 5),
					 0.95 - 0.05 * k - (double)(hash_mix(i) & 3) / 10);
	}
}

static void expect(struct run *r, const struct census_probe *p, int64_t now)
{
	const struct block_state *s = blocks_find(r->blocks, p->block);
	double often = block_answers(r->blocks, s, p->low, (struct instant){now});
	bool ok = (double)(hash_pair(p->block, (uint64_t)now + p->low) >> 11) * 0x1p-53 < often;
	uint32_t half = WAITING / 2, at = (r->first[ok] + r->count[ok]++) % half + ok * half;
	if (r->count[ok] > half)
		exit(2);
	r->waiting[at] = (struct answer){now + (ok ? NS / 50 : 3 * NS),
					 {p->block, p->low, ok, BLOCK_CONTROLS_HEALTHY, 1, {now}}};
}

static void tell(struct run *r, int64_t now)
{
	for (unsigned ok = 0; ok < 2; ok++) {
		uint32_t half = WAITING / 2;
		while (r->count[ok] && r->waiting[r->first[ok] + ok * half].due <= now) {
			census_answer(r->census, &r->waiting[r->first[ok] + ok * half].probe, now);
			r->first[ok] = (r->first[ok] + 1) % half;
			r->count[ok]--;
		}
	}
}

// The next probe, and whether it may go: a gate that says wait is asked again at the next tick.
static bool next(struct run *r, int64_t now, struct census_probe *held, bool *holds)
{
	int64_t due, until;
	if (!*holds && !census_next(r->census, now, held, &due))
		return false;
	struct gate_ask a = {
		.address = addr_v4(held->block << 8 | held->low), .network = 1 + held->network, .kind = held->kind};
	*holds = r->gate && gate_ask(r->gate, &a, now, &until) == GATE_WAIT;
	r->held += *holds;
	return !*holds;
}

static void drive(struct run *r, int64_t seconds)
{
	struct census_probe p = {0};
	bool holds = false;
	for (int64_t now = NS; now < (seconds + 1) * NS; now += r->gate ? NS / 1000 : TICK) {
		tell(r, now);
		while (next(r, now, &p, &holds)) {
			expect(r, &p, now);
			r->sent++;
		}
	}
}

static struct run begin(uint32_t n, uint32_t entities)
{
	struct run r = {.blocks = blocks_create(NULL, n, (struct block_sink){0})};
	struct census_options o = {.seed = 1};
	r.waiting = calloc(WAITING, sizeof(*r.waiting));
	for (uint32_t i = 0; r.waiting && i < WAITING; i++) // all of it is resident, and subtracted
		r.waiting[i].due = INT64_MAX;
	fill(&r, n, entities);
	if (!r.waiting || census_create(r.blocks, &o, NS, &r.census) < 0)
		exit(2);
	return r;
}

static void end(struct run *r)
{
	census_free(r->census);
	blocks_free(r->blocks);
	gate_free(r->gate);
	free(r->waiting);
}

static bool country(void)
{
	struct run r = begin(COUNTRY, 1);
	struct caps caps = caps_default();
	struct prefix all = {.family = FAMILY_V4, .length = 8, .bytes = {20}};
	r.gate = gate_create(&caps);
	if (gate_allow(r.gate, &all) < 0)
		exit(2);
	double from = cpu_seconds();
	drive(&r, 660);
	double share = (cpu_seconds() - from) / 660;
	struct census_counts c;
	census_count(r.census, &c);
	printf("{\"blocks\":%u,\"first\":%llu,\"again\":%llu,\"packets_per_s\":%.1f,\"core_share\":%.5f,\"held\":%llu,"
	       "\"census_bytes\":%zu,\"blocks_bytes\":%zu}\n",
	       COUNTRY, (unsigned long long)c.first, (unsigned long long)c.again, (double)r.sent / 660, share,
	       (unsigned long long)r.held, census_bytes(r.census), blocks_bytes(r.blocks));
	end(&r);
	return share < GOAL_SHARE;
}

static bool world(uint32_t n)
{
	struct run r = begin(n, 250);
	double from = cpu_seconds();
	drive(&r, 60);
	double share = (cpu_seconds() - from) / 60;
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	double resident = (double)used.ru_maxrss * 1024 - WAITING * (double)sizeof(struct answer);
	printf("{\"blocks\":%u,\"packets_per_s\":%.0f,\"core_share\":%.4f,\"census_bytes\":%zu,\"blocks_bytes\":%zu,"
	       "\"resident_bytes_without_the_simulated_replies\":%.0f}\n",
	       n, (double)r.sent / 60, share, census_bytes(r.census), blocks_bytes(r.blocks), resident);
	end(&r);
	return n < WORLD || resident < GOAL_BYTES;
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : WORLD;
	if (n <= COUNTRY || n > BLOCKS_MAX)
		return 2;
	bool small = world(n), cheap = country();
	return !(cheap && small);
}
