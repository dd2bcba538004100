// SPDX-License-Identifier: ISC
// Fuzz target: batches as bytes, and what a registry makes of them. What is accepted is written again as it was. An odd last byte
// asks for the length and the sum to be put right first, so that what lies behind them is reached.
#include "target.h"

#include "base/crc32c.h"
#include "model/registry.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "line %d: not so: %s\n", line, what);
	abort();
}

struct tables {
	struct peer_table *peers;
	struct target_table *targets;
};

// Everything that is handed on means something in our tables.
static int take(void *context, const struct batch *b)
{
	const struct tables *t = context;
	for (size_t i = 0; i < b->count; i++) {
		const struct obs *o = &b->obs[i];
		bool measured = o->kind == OBS_PROBE || o->kind == OBS_HEALTH;
		REQUIRE((size_t)o->path_at + o->path_count <= b->word_count);
		REQUIRE(o->kind != OBS_PROBE || target_at(t->targets, o->target));
		REQUIRE(o->kind != OBS_SERIES || series_at(t->targets, o->series));
		REQUIRE(!measured || observer_at(t->targets, o->observer));
		REQUIRE(measured || o->kind == OBS_SERIES || o->collector < collector_count(t->peers));
		REQUIRE(measured || o->kind == OBS_SERIES || o->peer == PEER_NONE || peer_at(t->peers, o->peer));
	}
	return 0;
}

static void understand(const struct batch *b)
{
	struct entity_list entities = {0};
	entity_add(&entities, "country/KX");
	struct tables t = {peer_table_create(), target_table_create(&entities)};
	struct registry_options options = {
		.peers = t.peers, .targets = t.targets, .entities = &entities, .out = {take, &t}};
	struct registry *r = registry_create(&options);
	struct batch_sink sink = registry_sender(r), other = registry_sender(r);
	(void)sink.take(sink.context, b);
	(void)sink.take(sink.context, b);
	(void)other.take(other.context, b);
	registry_free(r);
	peer_table_free(t.peers);
	target_table_free(t.targets);
	entity_list_free(&entities);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size + 8);
	struct batch b;
	REQUIRE(bytes);
	if (size)
		memcpy(bytes, data, size);
	if (size > BATCH_HEAD_BYTES && data[size - 1] & 1) {
		uint32_t length = (uint32_t)--size;
		memcpy(bytes + 8, &length, sizeof(length));
		uint32_t sum = crc32c(0, bytes + 8, size - 8);
		memcpy(bytes + 4, &sum, sizeof(sum));
	}
	if (batch_read(bytes, size, &b) == 0) {
		uint8_t *again = malloc(batch_bytes(&b));
		REQUIRE(again && batch_bytes(&b) == size);
		struct batch back;
		batch_write(&b, again);
		REQUIRE(batch_read(again, size, &back) == 0 && back.count == b.count);
		free(again);
		understand(&b);
	}
	free(bytes);
	return 0;
}
