// SPDX-License-Identifier: ISC
// What a cut costs when one entity of many has changed. A tenth of the entities is away throughout, another tenth was, and
// then they go and come back one by one, so far apart that a cut tells of one. Prints the median and the worst of the takes
// in which a cut told something. Goal: the median under 1 ms with 10,000 entities. Status 1 if it is missed.
// usage: cut [ENTITIES [CHANGES]]
#include "base/alloc.h"
#include "base/numbers.h"
#include "engine/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BEGIN_S 1700000000
#define PEERS	8
#define APART_S 40 // from change to change

struct cuts {
	uint32_t entities;
	struct entity_list list;
	struct peer_table *peers;
	struct pipeline *pipeline;
	uint32_t path[2];
	uint64_t revisions;
};

static double cuts_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void cuts_revision(void *context, const struct revision *r)
{
	(void)r;
	((struct cuts *)context)->revisions++;
}

static void cuts_take(struct cuts *c, const struct obs *o, size_t n)
{
	struct batch b = {.obs = o, .count = n, .words = c->path, .word_count = 2};
	if (pipeline_take(c->pipeline, &b) < 0)
		abort();
}

static struct prefix cuts_prefix(uint32_t entity)
{
	struct addr a = addr_v4(0x14000000u + entity * 256);
	struct prefix p = {.family = FAMILY_V4, .length = 24};
	memcpy(p.bytes, a.bytes, sizeof(p.bytes));
	return p;
}

static void cuts_open(struct cuts *c)
{
	char name[32];
	for (uint32_t e = 0; e < c->entities; e++) {
		struct prefix p = cuts_prefix(e);
		snprintf(name, sizeof(name), "asn/AS%u", 100000 + e);
		struct entity *entity = entity_add(&c->list, name);
		entity->watched = true;
		entity_prefix_add(entity, &p);
	}
	c->peers = peer_table_create();
	for (uint32_t i = 0; i < PEERS; i++) {
		struct peer p = {.address = addr_v4(0xc0000200u + i), .asn = 100 + i};
		p.collector = collector_id(c->peers, i % 2 ? "rc1" : "rc0");
		peer_id(c->peers, &p);
	}
	c->path[0] = 50;
	c->path[1] = 64512;
	struct pipeline_options options = {
		.peers = c->peers,
		.entities = &c->list,
		.definition = definition_default(),
		.full_floor = 5,
		.revisions = {cuts_revision, c},
	};
	c->pipeline = pipeline_create(&options);
}

static void cuts_route(struct cuts *c, int64_t at_s, uint8_t kind, uint32_t entity)
{
	struct obs o[PEERS];
	for (uint32_t i = 0; i < PEERS; i++) {
		o[i] = (struct obs){.time = instant_of(at_s, i), .kind = kind, .peer = i};
		o[i].collector = peer_at(c->peers, i)->collector;
		o[i].prefix = cuts_prefix(entity);
		o[i].path_count = kind == OBS_ANNOUNCE ? 2 : 0;
		o[i].origin = kind == OBS_ANNOUNCE ? c->path[1] : 0;
	}
	cuts_take(c, o, PEERS);
}

// The cuts of a second; how long it took, in milliseconds.
static double cuts_second(struct cuts *c, int64_t at_s)
{
	struct obs o[PEERS];
	for (uint32_t i = 0; i < PEERS; i++) {
		o[i] = (struct obs){.time = instant_of(at_s, i + 1), .kind = OBS_ALIVE, .peer = i};
		o[i].collector = peer_at(c->peers, i)->collector;
	}
	double begin = cuts_now_ms();
	cuts_take(c, o, PEERS);
	return cuts_now_ms() - begin;
}

int main(int argc, char **argv)
{
	struct cuts *c = alloc_zero(1, sizeof(*c));
	c->entities = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
	uint32_t changes = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 200, some = c->entities / 10;
	double *told = alloc_zero((size_t)changes * APART_S * 2 + 1, sizeof(*told));
	int64_t now = BEGIN_S;
	size_t count = 0;
	cuts_open(c);
	for (uint32_t e = 0; e < c->entities; e++)
		cuts_route(c, now, OBS_ANNOUNCE, e);
	for (int64_t end = now + 7200; now < end; now += 10)
		cuts_second(c, now);
	for (uint32_t e = 0; e < 2 * some; e++)
		cuts_route(c, now, OBS_WITHDRAW, e);
	for (int64_t end = now + 1800; now < end; now += 10)
		cuts_second(c, now);
	for (uint32_t e = some; e < 2 * some; e++)
		cuts_route(c, now, OBS_ANNOUNCE, e);
	for (int64_t end = now + 7200; now < end; now += 10)
		cuts_second(c, now);
	for (uint32_t k = 0; k < changes; k++) {
		uint32_t e = 2 * some + k % (c->entities - 2 * some);
		cuts_route(c, now, k % 2 ? OBS_ANNOUNCE : OBS_WITHDRAW, e - k % 2);
		for (int64_t end = now + APART_S; now < end; now++) {
			uint64_t before = c->revisions;
			double took = cuts_second(c, now);
			if (c->revisions == before + 1)
				told[count++] = took;
		}
	}
	qsort(told, count, sizeof(*told), numbers_by_double);
	double median = count ? told[count / 2] : 0;
	printf("{\"entities\":%u,\"incidents\":%zu,\"cuts\":%zu,\"median_ms\":%.3f,\"p90_ms\":%.3f,\"most_ms\":%.3f}\n",
	       c->entities, pipeline_incidents(c->pipeline)->count, count, median, count ? told[count * 9 / 10] : 0,
	       count ? told[count - 1] : 0);
	pipeline_free(c->pipeline);
	peer_table_free(c->peers);
	entity_list_free(&c->list);
	free(told);
	free(c);
	return !count || median > 1;
}
