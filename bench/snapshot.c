// SPDX-License-Identifier: ISC
// What a snapshot of a table of the Internet's size costs: how long intake is held up while a child begins to write, how long the
// child writes, how large the file is, and how long it takes to load it into a new engine.
// snapshot [PREFIXES [PEERS [COUNTRIES [FILE]]]]; a country is a /8. Prints one JSON object; status 1 when the loaded state
// does not hold what the saved one held.
#include "engine/snapshot.h"
#include "base/alloc.h"
#include "os/durable.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BATCH		1024
#define COLLECTOR_PEERS 50
#define V6_EVERY	7
#define HOLE_EVERY	97

struct bench {
	uint32_t prefixes, peers, countries;
	struct peer_table *registry;
	struct target_table *targets;
	struct entity_list entities;
	struct pipeline *pipeline;
	struct obs batch[BATCH];
	uint32_t path[3];
	size_t batched;
};

static double clock_ms(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double wall_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static void die(const char *why)
{
	fprintf(stderr, "snapshot: %s\n", why);
	exit(1);
}

static struct prefix prefix_of(uint32_t i)
{
	struct prefix p = {.family = FAMILY_V4, .length = i % 4 ? 24 : 22};
	uint32_t number = 0x01000000u + i * 13 / 4 * 4 * 256 + (i % 4) * 256;
	if (i % V6_EVERY == 0) {
		p.family = FAMILY_V6;
		p.length = i % 2 ? 48 : 32;
		number = 0x20000000u + i * 97;
	}
	number = __builtin_bswap32(number);
	memcpy(p.bytes, &number, sizeof(number));
	return p;
}

static void flush(struct bench *b)
{
	struct batch all = {.obs = b->batch, .count = b->batched, .words = b->path, .word_count = 3};
	if (pipeline_take(b->pipeline, &all) < 0)
		die("the engine refused a batch");
	b->batched = 0;
}

static void put(struct bench *b, const struct obs *o)
{
	b->batch[b->batched++] = *o;
	if (b->batched == BATCH)
		flush(b);
}

static void dump(struct bench *b, uint32_t first, uint32_t last)
{
	struct obs o = {.time = instant_of(1700000000, 0), .kind = OBS_RIB_BEGIN, .peer = PEER_NONE};
	o.collector = (uint16_t)(first / COLLECTOR_PEERS);
	put(b, &o);
	o.kind = OBS_RIB_PEER;
	for (o.peer = first; o.peer < last; o.peer++)
		put(b, &o);
	o.kind = OBS_RIB;
	o.path_count = 3;
	for (uint32_t i = 0; i < b->prefixes; i++) {
		o.prefix = prefix_of(i);
		o.origin = b->path[2] = 64512 + i % 70000;
		for (o.peer = first; o.peer < last; o.peer++)
			if ((i + o.peer * 31) % HOLE_EVERY)
				put(b, &o);
		flush(b);
	}
	o = (struct obs){.time = o.time, .kind = OBS_RIB_END, .peer = PEER_NONE, .collector = o.collector};
	put(b, &o);
	flush(b);
}

static struct pipeline *pipeline_of(struct bench *b)
{
	struct pipeline_options options = {
		.peers = b->registry,
		.targets = b->targets,
		.entities = &b->entities,
		.definition = definition_default(),
	};
	return pipeline_create(&options);
}

static void make(struct bench *b)
{
	b->registry = peer_table_create();
	b->targets = target_table_create(&b->entities);
	b->path[0] = 4200000000u;
	b->path[1] = 65000;
	for (uint32_t i = 0; i < b->countries; i++) {
		char id[32];
		snprintf(id, sizeof(id), "country/X%u", i);
		struct entity *e = entity_add(&b->entities, id);
		struct prefix p = {.bytes = {(uint8_t)(1 + i)}, .family = FAMILY_V4, .length = 8};
		entity_prefix_add(e, &p);
		e->watched = true;
	}
	for (uint32_t i = 0; i < b->peers; i++) {
		char name[32];
		snprintf(name, sizeof(name), "collector%u", i / COLLECTOR_PEERS);
		struct peer peer = {.address = addr_v4(0xc6120000u + i), .asn = 4200000000u + i};
		peer.collector = collector_id(b->registry, name);
		if (peer_id(b->registry, &peer) != i)
			die("two peers with one number");
	}
	b->pipeline = pipeline_of(b);
	for (uint32_t first = 0; first < b->peers; first += COLLECTOR_PEERS)
		dump(b, first, first + COLLECTOR_PEERS < b->peers ? first + COLLECTOR_PEERS : b->peers);
	put(b, &(struct obs){.time = instant_of(1700000030, 0), .kind = OBS_ALIVE});
	flush(b);
}

static int fill(void *context, struct durable *d)
{
	return snapshot_save(context, (struct carry_sink){durable_put, d});
}

static double load_ms(struct bench *b, const char *path, double *ret_cpu)
{
	struct stat st;
	struct snapshot *s;
	double start = wall_ms(), cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		die("the file is not there");
	void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	close(fd);
	struct bench again = *b;
	again.registry = peer_table_create();
	again.pipeline = pipeline_of(&again);
	if (bytes == MAP_FAILED || snapshot_open(bytes, (size_t)st.st_size, &s) < 0 ||
	    snapshot_names(s, again.registry, again.targets) < 0 || snapshot_load(s, again.pipeline, again.targets) < 0)
		die("it cannot be loaded");
	snapshot_close(s);
	double took = wall_ms() - start;
	*ret_cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	struct table_totals had, has;
	table_totals(routes_table(pipeline_routes(b->pipeline)), &had);
	table_totals(routes_table(pipeline_routes(again.pipeline)), &has);
	if (had.routes != has.routes || had.slash24 != has.slash24 || had.visible[0] != has.visible[0])
		die("it holds something else");
	munmap(bytes, (size_t)st.st_size);
	return took;
}

int main(int argc, char **argv)
{
	static struct bench b = {.prefixes = 1100000, .peers = 100, .countries = 1};
	const char *path = argc > 4 ? argv[4] : "/tmp/lacuna-bench-snapshot";
	struct stat st = {0};
	pid_t pid;
	b.prefixes = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : b.prefixes;
	b.peers = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : b.peers;
	b.countries = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : b.countries;
	make(&b);
	struct snapshot_parts parts = {b.pipeline, b.registry, b.targets, ""};
	double start = wall_ms();
	if (durable_start(path, fill, &parts, &pid) < 0)
		die("no child");
	double held = wall_ms() - start;
	if (durable_done(pid, 1) != 1 || stat(path, &st) < 0)
		die("it cannot be written");
	double wrote = wall_ms() - start, cpu, loaded = load_ms(&b, path, &cpu);
	unlink(path);
	printf("{\"prefixes\":%u,\"peers\":%u,\"countries\":%u,\"bytes\":%lld,\"held_ms\":%.1f,\"written_ms\":%.1f,"
	       "\"loaded_ms\":%.1f,\"loaded_cpu_ms\":%.1f}\n",
	       b.prefixes, b.peers, b.countries, (long long)st.st_size, held, wrote, loaded, cpu);
	return 0;
}
