// SPDX-License-Identifier: ISC
// Peers in a registry of model's; targets and series in one compact table: a hash index over keys of texts.
#include "decode/names.h"

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/must.h"
#include "model/target.h"

#include <stdlib.h>

// Collectors that messages name are numbered downwards from the last number that files do not share.
#define HOSTS_LAST (COLLECTORS_MAX - 2)
#define HOSTS_MAX  256

#define KEY_MAX (2 * BATCH_TEXT_MAX + 32)

struct decode_key { // where the bytes of a key are
	uint32_t at;
	uint16_t length;
};

struct decode_keys { // bytes → number, dense from 0
	struct decode_key *keys;
	uint8_t *bytes;
	struct index index;
	size_t count, capacity, byte_count, byte_capacity;
};

struct decode_names {
	struct batch_room *room;
	const struct peer_table *collectors;
	struct peer_table *peers;
	struct decode_keys observers, targets, series, hosts;
	uint8_t key[KEY_MAX]; // at work
	uint64_t said_collectors[COLLECTORS_MAX / 64];
	uint64_t *said_sources;
	size_t source_words;
};

struct decode_names *decode_names_create(struct batch_room *room, const struct peer_table *collectors)
{
	struct decode_names *n = alloc_zero(1, sizeof(*n));
	n->room = room;
	n->collectors = collectors;
	n->peers = peer_table_create();
	return n;
}

static void names_keys_free(struct decode_keys *k)
{
	free(k->keys);
	free(k->bytes);
	index_free(&k->index);
}

void decode_names_free(struct decode_names *n)
{
	if (!n)
		return;
	peer_table_free(n->peers);
	names_keys_free(&n->observers);
	names_keys_free(&n->targets);
	names_keys_free(&n->series);
	names_keys_free(&n->hosts);
	free(n->said_sources);
	free(n);
}

// The key's number; `most` when it is new and there are so many already. *ret_new: whether it was added.
static uint32_t names_number(struct decode_keys *k, struct cursor key, uint32_t most, bool *ret_new)
{
	size_t length = cursor_left(&key);
	uint64_t hash = hash_bytes(key.at, length);
	struct index_walk walk = index_begin(hash);
	uint32_t number;
	*ret_new = false;
	while (index_next(&k->index, &walk, &number)) {
		const struct decode_key *held = &k->keys[number];
		if (held->length == length && !memcmp(k->bytes + held->at, key.at, length))
			return number;
	}
	if (k->count >= most)
		return most;
	while (k->byte_capacity < k->byte_count + length) {
		k->byte_capacity = k->byte_capacity ? k->byte_capacity * 2 : KEY_MAX;
		k->bytes = alloc_resize(k->bytes, k->byte_capacity, 1);
	}
	alloc_grow((void **)&k->keys, k->count, &k->capacity, sizeof(*k->keys));
	k->keys[k->count] = (struct decode_key){(uint32_t)k->byte_count, (uint16_t)length};
	memcpy(k->bytes + k->byte_count, key.at, length);
	k->byte_count += length;
	index_add(&k->index, hash, (uint32_t)k->count);
	*ret_new = true;
	return (uint32_t)k->count++;
}

static size_t names_cut(size_t length)
{
	return length < BATCH_TEXT_MAX ? length : BATCH_TEXT_MAX;
}

void decode_name_collector(struct decode_names *n, uint16_t collector)
{
	uint64_t bit = 1ULL << collector % 64;
	if (collector >= COLLECTORS_MAX || n->said_collectors[collector / 64] & bit)
		return;
	n->said_collectors[collector / 64] |= bit;
	const char *text = n->collectors ? collector_name(n->collectors, collector) : "";
	struct batch_name name = {.kind = NAME_COLLECTOR, .number = collector};
	batch_room_name(n->room, &name, text, strlen(text), NULL);
}

void decode_name_source(struct decode_names *n, uint32_t source, const char *file)
{
	size_t word = source / 64;
	if (word >= n->source_words) {
		size_t grown = word * 2 + 4;
		n->said_sources = alloc_resize(n->said_sources, grown, sizeof(*n->said_sources));
		memset(n->said_sources + n->source_words, 0, (grown - n->source_words) * sizeof(*n->said_sources));
		n->source_words = grown;
	}
	if (n->said_sources[word] & 1ULL << source % 64)
		return;
	n->said_sources[word] |= 1ULL << source % 64;
	struct batch_name name = {.kind = NAME_SOURCE, .number = source};
	batch_room_name(n->room, &name, file, file ? strlen(file) : 0, NULL);
}

uint32_t decode_find_peer(const struct decode_names *n, const struct peer *peer)
{
	return peer_find(n->peers, peer);
}

uint32_t decode_find_speaker(const struct decode_names *n, const struct peer *peer)
{
	uint32_t found = PEER_NONE;
	for (uint32_t i = 0; i < peer_count(n->peers); i++) {
		const struct peer *p = peer_at(n->peers, i);
		if (p->collector != peer->collector || p->view != peer->view || p->instance != peer->instance ||
		    p->router != peer->router || decode_asn_open(p->asn) || !addr_equal(&p->address, &peer->address))
			continue;
		if (found != PEER_NONE)
			return PEER_NONE;
		found = i;
	}
	return found;
}

uint16_t decode_name_router(struct decode_names *n, struct cursor name)
{
	char text[BATCH_TEXT_MAX + 1];
	size_t length = names_cut(cursor_left(&name));
	memcpy(text, name.at, length);
	text[length] = '\0';
	return peer_router_id(n->peers, text);
}

uint32_t decode_name_peer(struct decode_names *n, const struct peer *peer)
{
	uint32_t count = peer_count(n->peers), id = peer_id(n->peers, peer);
	if (id == PEER_NONE || id < count)
		return id;
	decode_name_collector(n, peer->collector);
	struct batch_name name = {.kind = NAME_PEER, .number = id, .asn = peer->asn, .collector = peer->collector};
	name.view = peer->view;
	name.address = peer->address;
	batch_room_peer(n->room, &name, peer->instance, peer_router_name(n->peers, peer->router));
	return id;
}

uint16_t decode_name_observer(struct decode_names *n, const char *id, size_t length)
{
	bool fresh;
	length = names_cut(length);
	uint32_t number = names_number(&n->observers, cursor_of(id, length), OBSERVERS_MAX, &fresh);
	if (number == OBSERVERS_MAX)
		return OBSERVERS_MAX;
	struct batch_name name = {.kind = NAME_OBSERVER, .number = number};
	if (fresh)
		batch_room_name(n->room, &name, id, length, NULL);
	return (uint16_t)number;
}

uint16_t decode_name_host(struct decode_names *n, const char *name, size_t length)
{
	bool fresh;
	uint16_t used = n->collectors ? collector_count(n->collectors) : 0;
	uint32_t most = used < HOSTS_LAST ? HOSTS_LAST - used : 0;
	length = names_cut(length);
	uint32_t number = names_number(&n->hosts, cursor_of(name, length), most < HOSTS_MAX ? most : HOSTS_MAX, &fresh);
	if (number >= HOSTS_MAX || number >= most)
		return UINT16_MAX;
	uint16_t collector = (uint16_t)(HOSTS_LAST - number);
	struct batch_name announced = {.kind = NAME_COLLECTOR, .number = collector};
	if (fresh)
		batch_room_name(n->room, &announced, name, length, NULL);
	n->said_collectors[collector / 64] |= 1ULL << collector % 64;
	return collector;
}

// The key: operation, family, whether it has a name, address, name.
uint32_t decode_name_target(struct decode_names *n, const struct addr *address, uint8_t op, const char *text,
			    size_t length)
{
	must(address);
	uint8_t *key = n->key;
	size_t bytes = address->family == FAMILY_V6 ? 16 : 4, at = 3;
	bool fresh;
	length = text ? names_cut(length) : 0;
	key[0] = op;
	key[1] = address->family;
	key[2] = text != NULL;
	memcpy(key + at, address->bytes, bytes);
	at += bytes;
	if (length)
		memcpy(key + at, text, length);
	uint32_t number = names_number(&n->targets, cursor_of(key, at + length), TARGETS_MAX, &fresh);
	if (number == TARGETS_MAX)
		return TARGET_NONE;
	struct batch_name name = {.kind = NAME_TARGET, .number = number, .op = op, .address = *address};
	if (fresh)
		batch_room_name(n->room, &name, text, length, NULL);
	return number;
}

// The key: entity, a zero byte, signal.
uint32_t decode_name_series(struct decode_names *n, const char *entity, const char *signal, size_t length)
{
	must(entity && signal);
	uint8_t *key = n->key;
	size_t at = names_cut(strlen(entity));
	bool fresh;
	length = names_cut(length);
	memcpy(key, entity, at);
	key[at++] = '\0';
	memcpy(key + at, signal, length);
	uint32_t number = names_number(&n->series, cursor_of(key, at + length), SERIES_MAX, &fresh);
	if (number == SERIES_MAX)
		return TARGET_NONE;
	struct batch_name name = {.kind = NAME_SERIES, .number = number};
	if (fresh)
		batch_room_name(n->room, &name, signal, length, entity);
	return number;
}
