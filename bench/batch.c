// SPDX-License-Identifier: ISC
// What an observation costs as bytes: written, read and checked, summed, put into our numbers, appended to a log and read from it;
// and how many bytes it takes. usage: bench_batch DIR [ROUNDS]: DIR is a log (tests/journal/write_log) whose batches are the load.
#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/err.h"
#include "journal/reader.h"
#include "model/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct load {
	struct batch *batches;
	uint64_t **bytes;
	size_t *lengths;
	size_t count, capacity[3];
	uint64_t observations, words, names, all_bytes;
};

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load_add(struct load *l, struct cursor bytes)
{
	size_t n = cursor_left(&bytes);
	uint64_t *copy = alloc_zero(n / 8 + 1, 8);
	struct batch b;
	memcpy(copy, bytes.at, n);
	if (batch_read(copy, n, &b) < 0)
		exit(1);
	alloc_grow((void **)&l->batches, l->count, &l->capacity[0], sizeof(*l->batches));
	alloc_grow((void **)&l->bytes, l->count, &l->capacity[1], sizeof(*l->bytes));
	alloc_grow((void **)&l->lengths, l->count, &l->capacity[2], sizeof(*l->lengths));
	l->batches[l->count] = b;
	l->bytes[l->count] = copy;
	l->lengths[l->count++] = n;
	l->observations += b.count;
	l->words += b.word_count;
	l->names += b.name_count;
	l->all_bytes += n;
}

static void load_read(struct load *l, const char *dir)
{
	struct journal_reader *r;
	struct journal_record record;
	if (journal_reader_open(dir, (struct journal_listener){0}, &r) < 0)
		exit(1);
	while (journal_reader_next(r, &record) == 1)
		if (record.kind == JOURNAL_BATCH)
			load_add(l, record.bytes);
	journal_reader_free(r);
}

static double begun;

static void begin(void)
{
	begun = cpu_seconds();
}

static void end(const struct load *l, const char *what, unsigned rounds)
{
	double ns = (cpu_seconds() - begun) * 1e9 / (double)rounds;
	printf("%-26s %7.2f ns an observation  %6.2f GB/s\n", what, ns / (double)l->observations,
	       (double)l->all_bytes / ns);
}

static int nothing(void *context, const struct batch *b)
{
	*(uint64_t *)context += b->count;
	return 0;
}

static void give_all(const struct load *l, struct batch_sink sink, bool foreign)
{
	for (size_t i = 0; i < l->count; i++) {
		struct batch b = l->batches[i];
		b.foreign = foreign;
		if (sink.take(sink.context, &b) < 0)
			exit(1);
	}
}

static void understand(const struct load *l, unsigned rounds)
{
	uint64_t taken = 0;
	struct entity_list entities = {0};
	struct peer_table *peers = peer_table_create();
	struct target_table *targets = target_table_create(&entities);
	struct registry_options into = {
		.peers = peers, .targets = targets, .entities = &entities, .out = {nothing, &taken}};
	struct registry *registry = registry_create(&into);
	for (int foreign = 0; foreign < 2; foreign++) {
		struct batch_sink sink = registry_sender(registry);
		begin();
		for (unsigned round = 0; round < rounds; round++)
			give_all(l, sink, foreign);
		end(l, foreign ? "registry, every number" : "registry, the same numbers", rounds);
	}
	registry_free(registry);
	peer_table_free(peers);
	target_table_free(targets);
	entity_list_free(&entities);
}

static void log_and_back(const struct load *l)
{
	char dir[] = "/tmp/lacuna-bench-XXXXXX";
	struct journal *j;
	struct journal_found found;
	struct journal_totals totals;
	uint64_t taken = 0;
	if (!mkdtemp(dir) || journal_open(&(struct journal_options){.dir = dir}, &j, &found) < 0)
		exit(1);
	begin();
	for (size_t i = 0; i < l->count; i++)
		if (journal_append_batch(j, &l->batches[i]) < 0)
			exit(1);
	if (journal_close(j) < 0)
		exit(1);
	end(l, "append, write, sync (CPU)", 1);
	struct journal_reader *r;
	struct journal_record record;
	struct batch b;
	begin();
	if (journal_reader_open(dir, (struct journal_listener){0}, &r) < 0)
		exit(1);
	while (journal_reader_next(r, &record) == 1)
		taken += record.kind == JOURNAL_BATCH && journal_reader_batch(r, &record, &b) == 0 ? b.count : 0;
	totals = *journal_reader_totals(r);
	journal_reader_free(r);
	end(l, "read from the log", 1);
	if (taken != l->observations || totals.damages)
		exit(1);
	printf("the log is left in %s\n", dir);
}

int main(int argc, char **argv)
{
	struct load l = {0};
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 10;
	if (argc < 2) {
		fprintf(stderr, "usage: bench_batch DIR [ROUNDS]\n");
		return 2;
	}
	load_read(&l, argv[1]);
	if (!l.observations)
		return 3;
	printf("%llu observations in %zu batches, %.1f bytes each (64 itself, %.1f path, %.2f names and rest)\n",
	       (unsigned long long)l.observations, l.count, (double)l.all_bytes / (double)l.observations,
	       4.0 * (double)l.words / (double)l.observations,
	       ((double)l.all_bytes - 64.0 * (double)l.observations - 4.0 * (double)l.words) / (double)l.observations);
	uint32_t sum = 0;
	uint64_t *room = alloc_zero(BATCH_BYTES_MAX / 8, 8);
	struct batch b;
	begin();
	for (unsigned round = 0; round < rounds; round++)
		for (size_t i = 0; i < l.count; i++)
			sum += crc32c(0, l.bytes[i], l.lengths[i]);
	end(&l, "CRC32C", rounds);
	begin();
	for (size_t i = 0; i < l.count; i++)
		sum += crc32c_table(0, l.bytes[i], l.lengths[i]);
	end(&l, "CRC32C by table", 1);
	begin();
	for (unsigned round = 0; round < rounds; round++)
		for (size_t i = 0; i < l.count; i++)
			batch_write(&l.batches[i], room);
	end(&l, "written", rounds);
	begin();
	for (unsigned round = 0; round < rounds; round++)
		for (size_t i = 0; i < l.count; i++)
			if (batch_read(l.bytes[i], l.lengths[i], &b) < 0)
				return 1;
	end(&l, "read and checked", rounds);
	understand(&l, rounds);
	log_and_back(&l);
	return sum == 1;
}
