// SPDX-License-Identifier: ISC
// What the way from decoded probes to detections costs: two observers ask 100,000 targets of 250 entities every 30 s, one
// in a thousand pings is lost, and one entity in fifty is down for some intervals. Goals: a million observations a second on
// one core, 256 bytes a target (all of it: registry, state, queue), 96 bytes a block. `finish_s` is everything behind detection:
// incidents, their description, facts and causes; 50 1 100 is one country with 10,000 observations (goal: 50 ms). Prints one line of JSON.
// usage: observations [INTERVALS [ENTITIES [TARGETS of each]]]
#include "base/alloc.h"
#include "belief/blocks.h"
#include "engine/pipeline.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OBSERVERS 2
#define STEP_NS	  (30 * NS_PER_S)
#define BEGIN_NS  (1700000000 * NS_PER_S)
#define BATCH	  256
#define SERVICES  4 // of each ten targets: so many are services
#define LOST_OF	  1000
#define WEAK_OF	  50 // entities of which one is down now and then

struct load {
	uint32_t intervals, entities, each;
	struct entity_list list;
	struct target_table *targets;
	struct peer_table *peers;
	struct pipeline *pipeline;
	struct obs batch[BATCH];
	size_t n;
	uint64_t dice, taken;
};

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t dice_next(struct load *l)
{
	l->dice ^= l->dice << 13, l->dice ^= l->dice >> 7, l->dice ^= l->dice << 17;
	return (uint32_t)(l->dice >> 32);
}

static void watch(struct load *l)
{
	char id[32];
	for (uint32_t e = 0; e < l->entities; e++) {
		snprintf(id, sizeof(id), "country/B%u", e);
		struct entity *entity = entity_add(&l->list, id);
		entity->watched = true;
		struct addr first = addr_v4(0x0a000000 + e * l->each),
			    last = addr_v4(0x0a000000 + (e + 1) * l->each - 1);
		entity_range_add(entity, &first, &last);
	}
	l->targets = target_table_create(&l->list);
	for (uint32_t i = 0; i < OBSERVERS; i++) {
		int n = snprintf(id, sizeof(id), "vp%u", i);
		observer_asn(l->targets, observer_id(l->targets, id, (size_t)n), 65000 + i);
	}
	for (uint32_t i = 0; i < l->entities * l->each; i++) {
		struct addr address = addr_v4(0x0a000000 + i);
		uint8_t op = i % 10 < SERVICES ? PROBE_HTTP : PROBE_ICMP_ECHO;
		target_id(l->targets, &address, op, NULL, 0);
	}
}

static void flush(struct load *l)
{
	struct batch b = {.obs = l->batch, .count = l->n};
	pipeline_take(l->pipeline, &b);
	l->n = 0;
}

static void put(struct load *l, const struct obs *o)
{
	l->batch[l->n++] = *o;
	l->taken++;
	if (l->n == BATCH)
		flush(l);
}

static bool down(const struct load *l, uint32_t target, uint32_t interval)
{
	uint32_t entity = target / l->each;
	return entity % WEAK_OF == 0 && interval % 40 >= 20 && interval % 40 < 26;
}

static void ask(struct load *l, uint32_t interval)
{
	uint32_t all = l->entities * l->each;
	for (uint32_t i = 0; i < all; i++)
		for (uint16_t observer = 0; observer < OBSERVERS; observer++) {
			bool lost = down(l, i, interval) || dice_next(l) % LOST_OF == 0;
			struct obs o = {
				.time = {BEGIN_NS + interval * STEP_NS + i * (STEP_NS / all)},
				.kind = OBS_PROBE,
				.collector = observer,
				.peer = PEER_NONE,
				.path_id = i,
				.rtt_us = lost ? 0 : 20000 + dice_next(l) % 2000,
			};
			o.probe.op = target_at(l->targets, i)->op;
			o.probe.outcome = lost ? PROBE_TIMEOUT : PROBE_OK;
			put(l, &o);
		}
}

int main(int argc, char **argv)
{
	struct load *l = alloc_zero(1, sizeof(*l));
	l->intervals = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 60;
	l->entities = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 250;
	l->each = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 400;
	l->dice = 88172645463325252ULL;
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
	watch(l);
	l->peers = peer_table_create();
	struct pipeline_options options = {
		.peers = l->peers,
		.entities = &l->list,
		.definition = definition_default(),
		.targets = l->targets,
	};
	l->pipeline = pipeline_create(&options);
	size_t empty = mallinfo2().uordblks + mallinfo2().hblkhd;
	double begin = cpu_seconds();
	for (uint32_t i = 0; i < l->intervals; i++)
		ask(l, i);
	flush(l);
	double took = cpu_seconds() - begin;
	size_t held = mallinfo2().uordblks + mallinfo2().hblkhd;
	pipeline_finish(l->pipeline);
	double finish = cpu_seconds() - begin - took;
	double targets = (double)l->entities * l->each;
	printf("{\"observations\":%llu,\"targets\":%.0f,\"entities\":%u,\"cpu_s\":%.3f,\"per_second\":%.0f,"
	       "\"finish_s\":%.6f,\"incidents\":%zu,\"bytes_per_target\":%.0f,\"bytes_registry_and_entities\":%.0f,"
	       "\"bytes_per_block\":%zu}\n",
	       (unsigned long long)l->taken, targets, l->entities, took, (double)l->taken / took, finish,
	       pipeline_incidents(l->pipeline)->count, (double)(held - before) / targets,
	       (double)(empty - before) / targets, sizeof(struct block_state));
	pipeline_free(l->pipeline);
	peer_table_free(l->peers);
	target_table_free(l->targets);
	entity_list_free(&l->list);
	free(l);
	return 0;
}
