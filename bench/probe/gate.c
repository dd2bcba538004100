// SPDX-License-Identifier: ISC
// What the gate costs a sender: GATE_GO answers at 200,000 a second over addresses in random order, with an opt-out list of a
// million, in a laboratory; and refusals with the field's caps. Goal: 150 ns. Prints a line of JSON each; status 1 when a goal is missed.
// usage: gate [ASKS]
#include "schedule/gate.h"
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define GOAL_NS	 150
#define OPT_OUTS 1000000u
#define RATE	 200000

static double cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct gate *gate_filled(const struct caps *caps, uint32_t base, uint32_t n)
{
	struct gate *g = gate_create(caps);
	struct prefix *list = calloc(n, sizeof(*list)), all = {.family = FAMILY_V4, .length = 8};
	for (uint32_t i = 0; list && i < n; i++) {
		struct addr a = addr_v4(base | i * 16);
		list[i] = (struct prefix){.family = FAMILY_V4, .length = 32};
		memcpy(list[i].bytes, a.bytes, 4);
	}
	all.bytes[0] = (uint8_t)(base >> 24);
	if (!list || gate_allow(g, &all) < 0 || gate_opt_out(g, list, n) < 0)
		exit(2);
	free(list);
	(void)gate_admits(g, &(struct addr){.bytes = {all.bytes[0]}, .family = FAMILY_V4},
			  GATE_WATCH); // sorts the lists
	return g;
}

static struct gate_ask ask_of(uint32_t base, uint32_t i) // an odd factor permutes the 24-bit numbers
{
	struct gate_ask a = {.kind = GATE_CENSUS, .network = 1 + (i & 0xffff)};
	a.address = addr_v4(base | (i * 0x9e3779u & 0xfffff0) | (i & 14) | 1);
	return a;
}

static double measure(const char *name, struct caps caps, uint32_t opt_outs, uint32_t asks)
{
	uint32_t base = caps.lab ? 10u << 24 : 20u << 24;
	struct gate *g = gate_filled(&caps, base, opt_outs);
	int64_t now = 1000000000, until, tick = 1000000000 / (RATE - RATE / 1000);
	double begin = cpu_ns();
	for (uint32_t i = 0; i < asks; i++) {
		struct gate_ask a = ask_of(base, i);
		now += tick;
		(void)gate_ask(g, &a, now, &until);
	}
	double each = (cpu_ns() - begin) / asks;
	printf("{\"caps\":\"%s\",\"opt_outs\":%u,\"ns_per_ask\":%.0f,\"allowed\":%llu,\"waited\":%llu,\"bytes\":%zu}\n",
	       name, opt_outs, each, (unsigned long long)gate_count(g, GATE_GO),
	       (unsigned long long)gate_count(g, GATE_WAIT), gate_bytes(g));
	gate_free(g);
	return each;
}

int main(int argc, char **argv)
{
	uint32_t asks = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000000;
	struct caps field = caps_default(), lab = caps_lab();
	if (!asks)
		return 2;
	lab.total_per_s = RATE;
	lab.acknowledged = true;
	field.total_per_s = CAPS_TOTAL_HARD;
	double few = measure("laboratory", lab, 1000, asks), many = measure("laboratory", lab, OPT_OUTS, asks);
	(void)measure("field", field, OPT_OUTS, asks);
	return few > GOAL_NS || many > GOAL_NS;
}
