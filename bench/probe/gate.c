// SPDX-License-Identifier: ISC
// What the gate costs a sender: GATE_GO answers at 200,000 a second over addresses in random order, with an opt-out list of a
// million, in a laboratory and with the field's caps. Goal: 150 ns. Prints a line of JSON each; status 1 when a goal is missed.
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

static struct gate *gate_filled(const struct caps *caps, uint32_t base)
{
	struct gate *g = gate_create(caps);
	struct prefix *list = calloc(OPT_OUTS, sizeof(*list)), all = {.family = FAMILY_V4, .length = 8};
	for (uint32_t i = 0; list && i < OPT_OUTS; i++) {
		struct addr a = addr_v4(base | i * 16);
		list[i] = (struct prefix){.family = FAMILY_V4, .length = 32};
		memcpy(list[i].bytes, a.bytes, 4);
	}
	all.bytes[0] = (uint8_t)(base >> 24);
	if (!list || gate_allow(g, &all) < 0 || gate_opt_out(g, list, OPT_OUTS) < 0)
		exit(2);
	free(list);
	return g;
}

static double measure(const char *name, const struct caps *caps, uint32_t base, uint32_t asks)
{
	struct gate *g = gate_filled(caps, base);
	struct gate_ask a = {.kind = GATE_CENSUS};
	int64_t now = 1000000000, until, tick = 1000000000 / (RATE - RATE / 1000);
	a.address = addr_v4(base | 1);
	(void)gate_ask(g, &a, now, &until); // sorts the lists
	double begin = cpu_ns();
	for (uint32_t i = 0; i < asks; i++) { // an odd factor permutes the 24-bit numbers
		a.address = addr_v4(base | (i * 0x9e3779u & 0xfffff0) | (i & 14) | 1);
		a.network = 1 + (i & 0xffff);
		now += tick;
		(void)gate_ask(g, &a, now, &until);
	}
	double each = (cpu_ns() - begin) / asks;
	printf("{\"caps\":\"%s\",\"ns_per_ask\":%.0f,\"allowed\":%llu,\"waited\":%llu,\"bytes\":%zu}\n", name, each,
	       (unsigned long long)gate_count(g, GATE_GO), (unsigned long long)gate_count(g, GATE_WAIT), gate_bytes(g));
	gate_free(g);
	return each;
}

int main(int argc, char **argv)
{
	uint32_t asks = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000000;
	struct caps field = caps_default(), lab = caps_lab();
	if (!asks)
		return 2;
	field.total_per_s = lab.total_per_s = RATE;
	field.acknowledged = lab.acknowledged = true;
	double worst = measure("laboratory", &lab, 10u << 24, asks);
	double other = measure("field", &field, 20u << 24, asks);
	field.total_per_s = 10000;
	(void)measure("field, 10,000 a second", &field, 20u << 24, asks);
	return worst > GOAL_NS || other > GOAL_NS;
}
