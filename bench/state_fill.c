// SPDX-License-Identifier: ISC
// Fills the real routing state with a table of the Internet's size as many peers see it and measures what it costs:
// memory for each (prefix, peer), a peer's death, a full count. Dumps come collector by collector, as archives do.
// Prefixes are invented. Prints one JSON object; status 1 when the state does not hold what was put in.
#include "base/alloc.h"
#include "signal/matrix.h"
#include "signal/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define BATCH		1024
#define COLLECTOR_PEERS 50 // of one collector
#define SHARED_PEERS	4  // of every ten peers so many are sessions of a network with several
#define V6_EVERY	7  // each seventh prefix is IPv6
#define HOLE_EVERY	97 // a peer lacks each 97th prefix, another one for each peer
#define DEATHS		9
#define SCANS		15

struct bench {
	uint32_t prefixes, peers;
	struct peer_table *registry;
	struct table *table;
	struct obs batch[BATCH];
	size_t batched;
	uint64_t elements;
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

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

static void die(const char *why)
{
	fprintf(stderr, "state_fill: %s\n", why);
	exit(1);
}

static long resident_bytes(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		die("cannot read /proc/self/statm");
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static bool has_hole(uint32_t prefix, uint32_t peer)
{
	return (prefix + peer * 31) % HOLE_EVERY == 0;
}

// Distinct for each i: /24 and /22 from 1.0.0.0 on, /48 and /32 from 2000:: on, spread over the space in use.
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

static struct peer peer_of(uint32_t i, uint16_t collector)
{
	// Up to five sessions of a network, each with another collector.
	uint32_t network = i % 10 < SHARED_PEERS ? i % 200 + i / 1000 * 1000 : i;
	return (struct peer){.address = addr_v4(0xc6120000u + i), .collector = collector, .asn = 4200000000u + network};
}

static void flush(struct bench *b)
{
	if (table_take(b->table, b->batch, b->batched) < 0)
		die("the table refused a batch");
	b->batched = 0;
}

static void put(struct bench *b, const struct obs *o)
{
	b->batch[b->batched++] = *o;
	if (b->batched == BATCH)
		flush(b);
}

// One RIB dump: its index of peers, then prefix by prefix the entries of all of them.
static void dump(struct bench *b, uint32_t first, uint32_t last)
{
	struct obs o = {.time = instant_of(1700000000, 0), .kind = OBS_RIB_BEGIN, .peer = PEER_NONE};
	o.collector = (uint16_t)(first / COLLECTOR_PEERS);
	put(b, &o);
	o.kind = OBS_RIB_PEER;
	for (o.peer = first; o.peer < last; o.peer++)
		put(b, &o);
	o.kind = OBS_RIB;
	for (uint32_t i = 0; i < b->prefixes; i++) {
		o.prefix = prefix_of(i);
		o.origin = 64512 + i % 70000;
		for (o.peer = first; o.peer < last; o.peer++) {
			if (has_hole(i, o.peer))
				continue;
			put(b, &o);
			b->elements++;
		}
	}
	o = (struct obs){.time = o.time, .kind = OBS_RIB_END, .peer = PEER_NONE, .collector = o.collector};
	put(b, &o);
	flush(b);
}

static void register_peers(struct bench *b)
{
	b->registry = peer_table_create();
	for (uint32_t i = 0; i < b->peers; i++) {
		char name[32];
		snprintf(name, sizeof(name), "collector%u", i / COLLECTOR_PEERS);
		struct peer peer = peer_of(i, collector_id(b->registry, name));
		if (peer_id(b->registry, &peer) != i)
			die("two peers with one number");
	}
}

static void check_content(const struct bench *b)
{
	struct table_totals totals;
	table_totals(b->table, &totals);
	if (totals.routes != b->elements)
		die("the table holds another number of routes than it was given");
	if (totals.prefixes[0] + totals.prefixes[1] != b->prefixes)
		die("the table holds another number of prefixes than it was given");
	if (totals.peers_counting[0] != b->peers || totals.peers_counting[1] != b->peers)
		die("not all peers count");
	if (totals.visible[0] + totals.visible[1] != b->prefixes)
		die("not all prefixes are visible");
}

// Peers die one after the other, a second apart. Times of the answer and of the full count after it.
static void deaths(struct bench *b, double *ret_death_ms, double *ret_settle_ms)
{
	double death[DEATHS], settle[DEATHS];
	uint32_t before = table_networks(b->table, FAMILY_V4);
	for (uint32_t i = 0; i < DEATHS; i++) {
		struct obs o = {.time = instant_of(1700000001 + i, 0), .kind = OBS_SESSION};
		o.peer = i * 10 + 9; // of a network with one session
		o.collector = peer_at(b->registry, o.peer)->collector;
		o.session.old_state = SESSION_ESTABLISHED;
		o.session.new_state = SESSION_IDLE;
		double start = wall_ms();
		if (table_take(b->table, &o, 1) < 0)
			die("the table refused a death");
		death[i] = wall_ms() - start;
		start = wall_ms();
		table_settle(b->table, o.time);
		settle[i] = wall_ms() - start;
	}
	if (table_networks(b->table, FAMILY_V4) + DEATHS != before)
		die("the dead still count");
	*ret_death_ms = median(death, DEATHS);
	*ret_settle_ms = median(settle, DEATHS);
}

// A network nobody has heard of opens a session: the longest the state ever takes.
static double join_ms(struct bench *b)
{
	struct peer peer = peer_of(b->peers, collector_id(b->registry, "collector-new"));
	struct obs o = {.time = instant_of(1700000100, 0), .kind = OBS_ANNOUNCE, .origin = 64512};
	o.peer = peer_id(b->registry, &peer);
	o.collector = peer.collector;
	o.prefix = prefix_of(1);
	double start = wall_ms();
	if (table_take(b->table, &o, 1) < 0)
		die("the table refused a newcomer");
	table_settle(b->table, o.time);
	return wall_ms() - start;
}

// The count alone, on a matrix of the same content: networks that see each prefix.
static double scan_ms(const struct bench *b)
{
	struct matrix *m = matrix_create();
	struct matrix_mask mask = {0};
	bool *counts = alloc_zero(b->peers, sizeof(*counts));
	uint16_t *out = alloc_zero(b->prefixes, sizeof(*out));
	double times[SCANS];
	for (uint32_t peer = 0; peer < b->peers; peer++) {
		counts[peer] = true;
		matrix_add_column(m, peer_at(b->registry, peer)->asn - 4200000000u);
	}
	matrix_tidy(m, counts);
	matrix_reserve_rows(m, b->prefixes);
	for (uint32_t row = 0; row < b->prefixes; row++)
		for (uint32_t peer = 0; peer < b->peers; peer++)
			if (!has_hole(row, peer) && !matrix_set(m, row, peer))
				die("a bit was set before its time");
	matrix_mask_make(m, &mask, counts);
	for (int i = 0; i < SCANS; i++) {
		double start = wall_ms();
		matrix_scan_networks(m, &mask, 0, b->prefixes, out);
		times[i] = wall_ms() - start;
	}
	for (uint32_t row = 0; row < b->prefixes; row += 997)
		if (out[row] != matrix_row_networks(m, &mask, row) || !out[row])
			die("a scan and a single count differ");
	free(counts);
	free(out);
	matrix_mask_free(&mask);
	matrix_free(m);
	return median(times, SCANS);
}

static uint32_t argument(int argc, char **argv, int at, uint32_t otherwise, uint32_t most)
{
	if (argc <= at)
		return otherwise;
	char *end;
	unsigned long value = strtoul(argv[at], &end, 10);
	if (*end || value < 100 || value > most) {
		fprintf(stderr, "usage: state_fill [PREFIXES [PEERS]]\n");
		exit(2);
	}
	return (uint32_t)value;
}

int main(int argc, char **argv)
{
	static struct bench b;
	b.prefixes = argument(argc, argv, 1, 1100000, 1130000); // more would leave the space of prefix_of
	b.peers = argument(argc, argv, 2, 1000, 10000);
	register_peers(&b);
	b.table = table_create(b.registry, &(struct visibility){definition_default(), 1000, NULL});
	double cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID), start = wall_ms();
	for (uint32_t first = 0; first < b.peers; first += COLLECTOR_PEERS)
		dump(&b, first, first + COLLECTOR_PEERS < b.peers ? first + COLLECTOR_PEERS : b.peers);
	cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	double fill = wall_ms() - start;
	start = wall_ms();
	table_settle(b.table, instant_of(1700000000, 0));
	double first_settle = wall_ms() - start;
	check_content(&b);
	long resident = resident_bytes();
	struct table_totals totals;
	table_totals(b.table, &totals);
	double death, settle;
	deaths(&b, &death, &settle);
	double join = join_ms(&b);
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	table_free(b.table);
	double scan = scan_ms(&b);
	peer_table_free(b.registry);
	printf("{\"prefixes\":%u,\"peers\":%u,\"elements\":%llu,\"fill_cpu_s\":%.3f,\"fill_wall_s\":%.3f,"
	       "\"state_bytes\":%llu,\"bytes_per_pair\":%.4f,\"resident_bytes\":%ld,\"peak_bytes\":%ld,"
	       "\"first_settle_ms\":%.2f,\"death_ms\":%.5f,\"death_settle_ms\":%.3f,\"join_ms\":%.2f,"
	       "\"scan_ms\":%.3f}\n",
	       b.prefixes, b.peers, (unsigned long long)b.elements, cpu / 1e3, fill / 1e3,
	       (unsigned long long)totals.bytes, (double)totals.bytes / ((double)b.prefixes * b.peers), resident,
	       used.ru_maxrss * 1024, first_settle, death, settle, join, scan);
	return 0;
}
