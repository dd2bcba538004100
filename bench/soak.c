// SPDX-License-Identifier: ISC
// Whether the engine grows: days of made-up observations of many entities, in which machines and services fail, entities go
// as a whole, routes flap, sessions and observers come and go, series dip and prefixes appear that were never seen. Prints a
// line of JSON per day (resident memory, incidents), then what one more of each thing costs. Goal: the last day within 2 % of
// the third. Status 1 if it is missed.
// usage: soak [DAYS [ENTITIES [PEERS [TARGETS [SERIES]]]]], TARGETS and SERIES of each entity
#include "base/alloc.h"
#include "base/hash.h"
#include "engine/pipeline.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BEGIN_S	   1700000000
#define STEP_S	   300 // each target is asked so often, each peer says that it is there
#define SERIES_S   300
#define OBSERVERS  3
#define COLLECTORS 4
#define PREFIXES   8 // of each entity
#define BATCH	   512
#define OUTAGE_S   5400
#define STRAY_DAY  200 // prefixes a day that come once, for an hour

struct soak {
	uint32_t days, entities, peers, targets, series;
	struct entity_list list;
	struct peer_table *peer_table;
	struct target_table *target_table;
	struct pipeline *pipeline;
	uint32_t *ids, *series_ids; // of targets and series
	uint32_t path[2];
	struct obs batch[BATCH];
	size_t batched;
	uint64_t observations, revisions, opened;
	int64_t now; // seconds
};

static double soak_cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t soak_resident(void)
{
	unsigned long size = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (f && fscanf(f, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static void soak_revision(void *context, const struct revision *r)
{
	struct soak *s = context;
	s->revisions++;
	s->opened += r->revision == 1;
}

static void soak_flush(struct soak *s)
{
	struct batch b = {.obs = s->batch, .count = s->batched, .words = s->path, .word_count = 2};
	if (s->batched && pipeline_take(s->pipeline, &b) < 0)
		abort();
	s->observations += s->batched;
	s->batched = 0;
}

static struct obs *soak_put(struct soak *s, int64_t ns, uint8_t kind, uint32_t peer)
{
	if (s->batched == BATCH)
		soak_flush(s);
	struct obs *o = &s->batch[s->batched++];
	*o = (struct obs){.time = {ns}, .kind = kind, .peer = peer};
	if (peer != PEER_NONE)
		o->collector = peer_at(s->peer_table, peer)->collector;
	return o;
}

// By lot, but the same for all who ask: whether `what` is so in the stretch of `length` seconds around `at`, once in `of`.
static bool soak_lot(uint64_t what, int64_t at, int64_t length, uint64_t of)
{
	return hash_pair(what, (uint64_t)(at / length)) % of == 0;
}

// ---- what there is ----

static uint32_t soak_address(uint32_t entity, uint32_t i)
{
	return 0x14000000u + entity * 2048 + i % PREFIXES * 256 + 1 + i / PREFIXES;
}

static struct prefix soak_prefix(uint32_t address)
{
	struct addr a = addr_v4(address & ~255u);
	struct prefix p = {.family = FAMILY_V4, .length = 24};
	memcpy(p.bytes, a.bytes, sizeof(p.bytes));
	return p;
}

static void soak_open(struct soak *s)
{
	static const uint8_t ops[] = {PROBE_ICMP_ECHO, PROBE_ICMP_ECHO, PROBE_ICMP_ECHO, PROBE_HTTP, PROBE_DNS};
	char name[32];
	for (uint32_t e = 0; e < s->entities; e++) {
		snprintf(name, sizeof(name), "country/C%u", e);
		struct entity *entity = entity_add(&s->list, name);
		entity->watched = true;
		for (uint32_t k = 0; k < PREFIXES; k++) {
			struct prefix p = soak_prefix(0x14000000u + e * 2048 + k * 256);
			entity_prefix_add(entity, &p);
		}
	}
	s->peer_table = peer_table_create();
	for (uint32_t i = 0; i < s->peers; i++) {
		snprintf(name, sizeof(name), "rc%u", i % COLLECTORS);
		struct peer p = {.address = addr_v4(0xc0000200u + i), .asn = 100 + i};
		p.collector = collector_id(s->peer_table, name);
		peer_id(s->peer_table, &p);
	}
	s->target_table = target_table_create(&s->list);
	for (uint16_t i = 0; i < OBSERVERS; i++)
		observer_asn(s->target_table, observer_id(s->target_table, (const char *[]){"a", "b", "c"}[i], 1),
			     65001 + i);
	s->ids = alloc_zero((size_t)s->entities * s->targets, sizeof(*s->ids));
	for (uint32_t i = 0; i < s->entities * s->targets; i++) {
		struct addr a = addr_v4(soak_address(i / s->targets, i % s->targets));
		s->ids[i] = target_id(s->target_table, &a, ops[i % s->targets % 5], NULL, 0);
	}
	s->series_ids = alloc_zero((size_t)s->entities * s->series, sizeof(*s->series_ids));
	for (uint32_t i = 0; i < s->entities * s->series; i++) {
		snprintf(name, sizeof(name), "s%u", i % s->series);
		s->series_ids[i] = series_id(s->target_table, i / s->series, name, strlen(name));
	}
	s->path[0] = 50;
	s->path[1] = 64512;
	struct pipeline_options options = {
		.peers = s->peer_table,
		.entities = &s->list,
		.definition = definition_default(),
		.full_floor = 5,
		.targets = s->target_table,
		.revisions = {soak_revision, s},
	};
	s->pipeline = pipeline_create(&options);
}

// ---- what happens ----

// Some entity goes for an hour and a half about once a day.
static bool soak_gone(const struct soak *s, uint32_t entity, int64_t at)
{
	int64_t slot = at / (16 * OUTAGE_S);
	return hash_mix((uint64_t)slot) % s->entities == entity && at % (16 * OUTAGE_S) < OUTAGE_S;
}

static bool soak_session_up(uint32_t peer, int64_t at)
{
	return !soak_lot(peer + 1000, at, 600, 300);
}

static void soak_route(struct soak *s, int64_t ns, uint8_t kind, uint32_t peer, uint32_t address)
{
	struct obs *o = soak_put(s, ns, kind, peer);
	o->prefix = soak_prefix(address);
	if (kind != OBS_ANNOUNCE)
		return;
	o->path_count = 2;
	o->origin = s->path[1];
}

static void soak_table(struct soak *s, int64_t ns, uint32_t peer)
{
	for (uint32_t e = 0; e < s->entities; e++)
		for (uint32_t k = 0; k < PREFIXES && !soak_gone(s, e, s->now); k++)
			soak_route(s, ns, OBS_ANNOUNCE, peer, 0x14000000u + e * 2048 + k * 256);
	soak_put(s, ns, OBS_END_OF_RIB, peer)->prefix.family = FAMILY_V4;
}

static void soak_sessions(struct soak *s, int64_t ns)
{
	for (uint32_t i = 0; i < s->peers; i++) {
		bool was = s->now > BEGIN_S / 86400 * 86400 && soak_session_up(i, s->now - STEP_S),
		     up = soak_session_up(i, s->now);
		if (was != up) {
			struct obs *o = soak_put(s, ns, OBS_SESSION, i);
			o->session.old_state = up ? SESSION_IDLE : SESSION_ESTABLISHED;
			o->session.new_state = up ? SESSION_ESTABLISHED : SESSION_IDLE;
		} else if (up) {
			soak_put(s, ns, OBS_ALIVE, i);
		}
		if (up && !was)
			soak_table(s, ns, i);
	}
}

static void soak_routes(struct soak *s, int64_t ns)
{
	for (uint32_t e = 0; e < s->entities; e++) {
		bool was = soak_gone(s, e, s->now - STEP_S), is = soak_gone(s, e, s->now);
		for (uint32_t i = 0; i < s->peers && was != is; i++)
			for (uint32_t k = 0; k < PREFIXES && soak_session_up(i, s->now); k++)
				soak_route(s, ns, is ? OBS_WITHDRAW : OBS_ANNOUNCE, i,
					   0x14000000u + e * 2048 + k * 256);
	}
	uint32_t peer = (uint32_t)(hash_mix((uint64_t)s->now) % s->peers);
	uint32_t flapper = 0x14000000u + (uint32_t)(s->now / STEP_S % s->entities) * 2048;
	if (soak_session_up(peer, s->now)) { // a route of one peer flaps
		soak_route(s, ns + NS_PER_S, OBS_WITHDRAW, peer, flapper);
		soak_route(s, ns + 2 * NS_PER_S, OBS_ANNOUNCE, peer, flapper);
	}
	uint32_t stray = (uint32_t)((s->now - BEGIN_S) / (86400 / STRAY_DAY));
	bool appears = (s->now - BEGIN_S) % (86400 / STRAY_DAY) < STEP_S;
	for (uint32_t i = 0; i < 3 && appears; i++) {
		soak_route(s, ns + 3 * NS_PER_S, OBS_ANNOUNCE, i, 0x64000000u + stray * 256);
		if (stray > 10)
			soak_route(s, ns + 4 * NS_PER_S, OBS_WITHDRAW, i, 0x64000000u + (stray - 10) * 256);
	}
}

static void soak_probes(struct soak *s)
{
	uint32_t all = s->entities * s->targets;
	for (uint32_t k = 0; k < all; k++) {
		uint32_t i = (uint32_t)((uint64_t)k * 7919 % all), e = i / s->targets;
		int64_t ns = s->now * NS_PER_S + (int64_t)((uint64_t)k * (STEP_S - 10) * NS_PER_S / all) + 5 * NS_PER_S;
		bool machine = soak_lot(i + 5000, s->now, 1800, 10000), gone = soak_gone(s, e, s->now);
		for (uint16_t observer = 0; observer < OBSERVERS; observer++) {
			bool blind = soak_lot(observer + 77, s->now, 1800, 40);
			bool lost = machine || gone || blind || hash_pair((uint64_t)s->now + observer, i) % 300 == 0;
			struct obs *o = soak_put(s, ns + observer, OBS_PROBE, PEER_NONE);
			o->observer = observer;
			o->target = s->ids[i];
			o->probe.op = target_at(s->target_table, s->ids[i])->op;
			o->probe.outcome = lost ? PROBE_TIMEOUT : PROBE_OK;
			o->rtt_us = lost ? 0 : 40000 + (uint32_t)(hash_pair((uint64_t)ns, observer) % 3000);
		}
	}
}

static void soak_series(struct soak *s, int64_t ns)
{
	for (uint32_t i = 0; i < s->entities * s->series && s->now % SERIES_S < STEP_S; i++) {
		struct obs *o = soak_put(s, ns, OBS_SERIES, PEER_NONE);
		double noise = (double)(hash_pair((uint64_t)s->now, i) % 1000) / 1000;
		o->series = s->series_ids[i];
		o->number = (1000 + 20 * noise) * (soak_gone(s, i / s->series, s->now) ? 0.3 : 1);
	}
}

static void soak_day(struct soak *s, uint32_t day, size_t *ret_resident)
{
	for (int64_t end = s->now + 86400; s->now < end; s->now += STEP_S) {
		int64_t ns = s->now * NS_PER_S;
		soak_sessions(s, ns);
		soak_series(s, ns + NS_PER_S / 2);
		soak_routes(s, ns + NS_PER_S);
		if (s->targets)
			soak_probes(s);
	}
	soak_flush(s);
	*ret_resident = soak_resident();
	printf("{\"day\":%u,\"resident_mb\":%.2f,\"in_use_mb\":%.2f,\"incidents\":%zu,\"revisions\":%llu,"
	       "\"observations\":%llu,\"cpu_s\":%.1f}\n",
	       day, (double)*ret_resident / 1e6, (double)(mallinfo2().uordblks + mallinfo2().hblkhd) / 1e6,
	       (size_t)s->opened, (unsigned long long)s->revisions, (unsigned long long)s->observations, soak_cpu_s());
	fflush(stdout);
}

static uint32_t soak_number(int argc, char **argv, int which, uint32_t usual)
{
	return argc > which ? (uint32_t)strtoul(argv[which], NULL, 10) : usual;
}

int main(int argc, char **argv)
{
	struct soak *s = alloc_zero(1, sizeof(*s));
	s->days = soak_number(argc, argv, 1, 30);
	s->entities = soak_number(argc, argv, 2, 250);
	s->peers = soak_number(argc, argv, 3, 100);
	s->targets = soak_number(argc, argv, 4, 12);
	s->series = soak_number(argc, argv, 5, 2);
	s->now = BEGIN_S / 86400 * 86400;
	soak_open(s);
	size_t third = 0, last = 0;
	for (uint32_t day = 1; day <= s->days; day++) {
		soak_day(s, day, &last);
		third = day == 3 ? last : third;
	}
	double grown = third ? (double)last / (double)third - 1 : 0;
	printf("{\"entities\":%u,\"peers\":%u,\"targets\":%u,\"series\":%u,\"grown\":%.4f}\n", s->entities, s->peers,
	       s->entities * s->targets, s->entities * s->series, grown);
	pipeline_free(s->pipeline);
	target_table_free(s->target_table);
	peer_table_free(s->peer_table);
	entity_list_free(&s->list);
	free(s->ids);
	free(s->series_ids);
	free(s);
	return grown > 0.02;
}
