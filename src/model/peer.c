// SPDX-License-Identifier: ISC
// The registry of peers: an array of peers with an open-addressing index over it.
#include "model/peer.h"

#include "base/alloc.h"

#include <stdlib.h>

#define INDEX_SLOTS (2 * PEERS_MAX)

struct peer_table {
	struct peer *peers;
	size_t count, capacity;
	uint32_t *index; // id + 1, 0 empty
	char **collectors;
	size_t collector_count, collector_capacity;
};

struct peer_table *peer_table_create(void)
{
	struct peer_table *t = alloc_zero(1, sizeof(*t));
	t->index = alloc_zero(INDEX_SLOTS, sizeof(*t->index));
	return t;
}

void peer_table_free(struct peer_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->collector_count; i++)
		free(t->collectors[i]);
	free(t->collectors);
	free(t->peers);
	free(t->index);
	free(t);
}

static bool same_peer(const struct peer *a, const struct peer *b)
{
	return a->asn == b->asn && a->collector == b->collector && a->view == b->view &&
	       addr_equal(&a->address, &b->address);
}

static size_t slot_of(const struct peer_table *t, const struct peer *peer)
{
	uint64_t h = hash_pair(addr_hash(&peer->address),
			       (uint64_t)peer->asn << 32 | (uint64_t)peer->collector << 8 | peer->view);
	size_t slot = h % INDEX_SLOTS;
	while (t->index[slot] && !same_peer(&t->peers[t->index[slot] - 1], peer))
		slot = (slot + 1) % INDEX_SLOTS;
	return slot;
}

uint32_t peer_find(const struct peer_table *t, const struct peer *peer)
{
	uint32_t held = t->index[slot_of(t, peer)];
	return held ? held - 1 : PEER_NONE;
}

uint32_t peer_id(struct peer_table *t, const struct peer *peer)
{
	size_t slot = slot_of(t, peer);
	if (t->index[slot])
		return t->index[slot] - 1;
	if (t->count >= PEERS_MAX)
		return PEER_NONE;
	alloc_grow((void **)&t->peers, t->count, &t->capacity, sizeof(*t->peers));
	t->peers[t->count] = *peer;
	t->index[slot] = (uint32_t)++t->count;
	return (uint32_t)t->count - 1;
}

const struct peer *peer_at(const struct peer_table *t, uint32_t id)
{
	return id < t->count ? &t->peers[id] : NULL;
}

uint32_t peer_count(const struct peer_table *t)
{
	return (uint32_t)t->count;
}

uint16_t collector_id(struct peer_table *t, const char *name)
{
	for (size_t i = 0; i < t->collector_count; i++)
		if (strcmp(t->collectors[i], name) == 0)
			return (uint16_t)i;
	if (t->collector_count >= COLLECTORS_MAX)
		return COLLECTORS_MAX - 1;
	alloc_grow((void **)&t->collectors, t->collector_count, &t->collector_capacity, sizeof(*t->collectors));
	t->collectors[t->collector_count] = alloc_copy(name);
	return (uint16_t)t->collector_count++;
}

const char *collector_name(const struct peer_table *t, uint16_t id)
{
	return id < t->collector_count ? t->collectors[id] : "";
}

uint16_t collector_count(const struct peer_table *t)
{
	return (uint16_t)t->collector_count;
}
