// SPDX-License-Identifier: ISC
// How fast lines are read: decode alone, then from a file through feed and decode. Prints; judges nothing.
// Usage: bench_lines [LINES]
#include "base/alloc.h"
#include "decode/decode.h"
#include "feed/feed.h"
#include "model/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TARGETS	   1000u
#define LINE_ROOM  256u
#define BASE_TIME  1795418965u
#define PER_SECOND 2000u

struct bench {
	size_t lines;
	char *text; // LINE_ROOM bytes a line
	size_t *lengths;
	struct peer_table *peers;
	struct entity_list entities;
	struct target_table *targets;
	struct registry *registry;
	uint64_t taken;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int take(void *context, const struct batch *batch)
{
	struct bench *b = context;
	b->taken += batch->count + (batch->count && batch->obs[0].kind != OBS_PROBE);
	return 0;
}

// Four attempts in five succeed; some have names.
static void make(struct bench *b)
{
	b->text = alloc_zero(b->lines, LINE_ROOM);
	b->lengths = alloc_zero(b->lines, sizeof(*b->lengths));
	for (size_t i = 0; i < b->lines; i++) {
		unsigned second = BASE_TIME + (unsigned)(i / PER_SECOND), ms = (unsigned)(i % PER_SECOND / 2);
		unsigned target = (unsigned)(i * 7919 % TARGETS);
		const char *name = target % 20 ? "" : ",\"name\":\"www.example.kx\"";
		const char *end = i % 5 ? "\"ok\":true,\"rtt_ms\":23.12,\"ttl\":61"
					: "\"ok\":false,\"failure\":\"generic_timeout_error\"";
		b->lengths[i] = (size_t)snprintf(b->text + i * LINE_ROOM, LINE_ROOM,
						 "{\"t\":%u.%03u,\"observer\":\"vp%u\",\"op\":\"icmp_echo\",\"target\":"
						 "\"198.18.%u.%u\"%s,%s}\n",
						 second, ms, 1u, target / 250, target % 250, name, end);
	}
}

static struct decoder *begin(struct bench *b)
{
	b->peers = peer_table_create();
	b->targets = target_table_create(&b->entities);
	b->taken = 0;
	struct decode_options options = {.lines = true, .entities = &b->entities};
	struct registry_options into = {
		.peers = b->peers, .targets = b->targets, .entities = &b->entities, .out = {take, b}};
	b->registry = registry_create(&into);
	return decoder_create(&options, registry_sender(b->registry));
}

static void end(struct bench *b, struct decoder *d, const char *what, double start)
{
	(void)decoder_flush(d);
	double seconds = now() - start;
	printf("%-16s %9.0f lines/s  %6.1f ns a line  %llu of %zu taken, %llu bad, %llu late\n", what,
	       (double)b->lines / seconds, seconds * 1e9 / (double)b->lines, (unsigned long long)b->taken, b->lines,
	       (unsigned long long)decoder_counts(d)->of[DECODE_BAD_LINES],
	       (unsigned long long)decoder_counts(d)->of[DECODE_LATE_LINES]);
	decoder_free(d);
	registry_free(b->registry);
	target_table_free(b->targets);
	peer_table_free(b->peers);
}

static void decode_alone(struct bench *b)
{
	struct decoder *d = begin(b);
	double start = now();
	for (size_t i = 0; i < b->lines; i++) {
		struct record r = {.kind = RECORD_LINE, .form = LINE_PROBE, .line = i + 1, .time = instant_of(1, 0)};
		r.bytes = cursor_of(b->text + i * LINE_ROOM, b->lengths[i] - 1);
		if (decoder_take(d, &r) < 0)
			exit(1);
	}
	end(b, d, "decode alone", start);
}

static void feed_and_decode(struct bench *b, bool decode)
{
	char path[] = "/tmp/lacuna-lines-XXXXXX";
	int file = mkstemp(path);
	FILE *out = file < 0 ? NULL : fdopen(file, "w");
	if (!out) {
		perror(path);
		exit(1);
	}
	for (size_t i = 0; i < b->lines; i++)
		fwrite(b->text + i * LINE_ROOM, 1, b->lengths[i], out);
	fclose(out);
	struct feed *f = feed_create();
	struct decoder *d = begin(b);
	struct record r;
	double start = now();
	if (feed_add(f, path, 0) < 0)
		exit(1);
	while (feed_next(f, &r) == 1)
		if (decode && decoder_take(d, &r) < 0)
			exit(1);
	end(b, d, decode ? "feed and decode" : "feed alone", start);
	feed_free(f);
	unlink(path);
}

int main(int argc, char **argv)
{
	struct bench b = {.lines = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000};
	if (!b.lines || b.lines > 20000000) {
		fprintf(stderr, "usage: bench_lines [LINES]\n");
		return 2;
	}
	make(&b);
	decode_alone(&b);
	feed_and_decode(&b, false);
	feed_and_decode(&b, true);
	free(b.text);
	free(b.lengths);
	return 0;
}
