// SPDX-License-Identifier: ISC
// Blocks that asked not to be asked. A window of places a key, so that one may leave without moving the others.
#include "schedule/backoff.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/must.h"

#include <stdlib.h>

#define PLACES_LEAST 1024
#define WINDOW	     16

struct backoff_block {
	uint64_t key; // 0: empty
	int64_t from; // its last question of the census, or prohibition
	uint8_t level;
};

struct backoff {
	struct backoff_block *at;
	size_t places, count; // a power of two
	int64_t round_ns;
};

struct backoff *backoff_create(int64_t round_ns)
{
	must(round_ns > 0);
	struct backoff *b = alloc_zero(1, sizeof(*b));
	b->round_ns = round_ns;
	return b;
}

void backoff_free(struct backoff *b)
{
	if (!b)
		return;
	free(b->at);
	free(b);
}

static uint64_t backoff_not_empty(uint64_t key)
{
	return key ? key : 1;
}

static struct backoff_block *backoff_place(struct backoff_block *at, size_t places, uint64_t key, unsigned i)
{
	return &at[(hash_mix(key) + i) & (places - 1)];
}

static struct backoff_block *backoff_find(const struct backoff *b, uint64_t key)
{
	for (unsigned i = 0; b->count && i < WINDOW; i++) {
		struct backoff_block *at = backoff_place(b->at, b->places, key, i);
		if (at->key == key)
			return at;
	}
	return NULL;
}

// An empty place, or null: the window is full.
static struct backoff_block *backoff_room(struct backoff_block *at, size_t places, uint64_t key)
{
	for (unsigned i = 0; i < WINDOW; i++)
		if (!backoff_place(at, places, key, i)->key)
			return backoff_place(at, places, key, i);
	return NULL;
}

static struct backoff_block *backoff_oldest(const struct backoff *b, uint64_t key)
{
	struct backoff_block *old = backoff_place(b->at, b->places, key, 0);
	for (unsigned i = 1; i < WINDOW; i++) {
		struct backoff_block *at = backoff_place(b->at, b->places, key, i);
		old = at->from < old->from ? at : old;
	}
	return old;
}

// False: some window of the larger table was too small, and nothing changed.
static bool backoff_move_to(struct backoff *b, size_t places)
{
	struct backoff_block *at = alloc_zero(places, sizeof(*at));
	for (size_t i = 0; i < b->places; i++) {
		struct backoff_block *to = b->at[i].key ? backoff_room(at, places, b->at[i].key) : NULL;
		if (b->at[i].key && !to) {
			free(at);
			return false;
		}
		if (to)
			*to = b->at[i];
	}
	free(b->at);
	b->at = at;
	b->places = places;
	return true;
}

static struct backoff_block *backoff_make_room(struct backoff *b, uint64_t key)
{
	if (!b->places)
		backoff_move_to(b, PLACES_LEAST);
	struct backoff_block *at = b->count * 2 < b->places ? backoff_room(b->at, b->places, key) : NULL;
	for (size_t places = b->places * 2; !at && places <= 2 * BACKOFF_BLOCKS_MAX; places *= 2)
		at = backoff_move_to(b, places) ? backoff_room(b->at, b->places, key) : NULL;
	if (!at)
		at = backoff_room(b->at, b->places, key);
	b->count += at != NULL;
	return at ? at : backoff_oldest(b, key);
}

void backoff_raise(struct backoff *b, uint64_t key, int64_t now)
{
	key = backoff_not_empty(key);
	struct backoff_block *at = backoff_find(b, key);
	if (!at) {
		at = backoff_make_room(b, key);
		*at = (struct backoff_block){.key = key};
	}
	at->from = now;
	at->level = (uint8_t)(at->level < BACKOFF_LEVEL_MAX ? at->level + 1 : BACKOFF_LEVEL_MAX);
}

void backoff_lower(struct backoff *b, uint64_t key)
{
	struct backoff_block *at = backoff_find(b, backoff_not_empty(key));
	if (!at || --at->level)
		return;
	*at = (struct backoff_block){0};
	b->count--;
}

int64_t backoff_until(const struct backoff *b, uint64_t key)
{
	const struct backoff_block *at = backoff_find(b, backoff_not_empty(key));
	return at ? at->from + (b->round_ns << at->level) : 0;
}

void backoff_asked(struct backoff *b, uint64_t key, int64_t now)
{
	struct backoff_block *at = backoff_find(b, backoff_not_empty(key));
	if (at)
		at->from = now;
}

size_t backoff_count(const struct backoff *b)
{
	return b->count;
}

size_t backoff_bytes(const struct backoff *b)
{
	return sizeof(*b) + b->places * sizeof(*b->at);
}
