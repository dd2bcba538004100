// SPDX-License-Identifier: ISC
// The registry of peers: an array of peers with an index over it.
#include "model/peer.h"

#include "base/alloc.h"
#include "base/index.h"
#include "base/must.h"
#include "base/text.h"

#include <stdlib.h>

struct peer_table {
	struct peer *peers;
	size_t count, capacity;
	struct index by_peer;
	char **collectors;
	size_t collector_count, collector_capacity;
	char **routers;
	size_t router_count, router_capacity;
};

struct peer_table *peer_table_create(void)
{
	return alloc_zero(1, sizeof(struct peer_table));
}

void peer_table_free(struct peer_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->collector_count; i++)
		free(t->collectors[i]);
	free(t->collectors);
	for (size_t i = 0; i < t->router_count; i++)
		free(t->routers[i]);
	free(t->routers);
	free(t->peers);
	index_free(&t->by_peer);
	free(t);
}

const char *peer_view_name(uint8_t view)
{
	static const char *const names[] = {[PEER_VIEW_SESSION] = NULL,
					    [PEER_VIEW_PRE_POLICY] = "pre-policy",
					    [PEER_VIEW_POST_POLICY] = "post-policy",
					    [PEER_VIEW_OUT] = "out",
					    [PEER_VIEW_LOC_RIB] = "loc-rib"};
	return view < ARRAY_LEN(names) ? names[view] : NULL;
}

void peer_instance_text(struct text *t, uint64_t instance)
{
	unsigned long long type = instance >> 48;
	const uint8_t address[4] = {(uint8_t)(instance >> 40), (uint8_t)(instance >> 32), (uint8_t)(instance >> 24),
				    (uint8_t)(instance >> 16)};
	if (type == 0) {
		text_printf(t, "%llu:%llu", (unsigned long long)(instance >> 32 & 0xffff),
			    (unsigned long long)(instance & UINT32_MAX));
	} else if (type == 1) {
		text_v4(t, address);
		text_printf(t, ":%llu", (unsigned long long)(instance & 0xffff));
	} else if (type == 2) {
		text_printf(t, "%llu:%llu", (unsigned long long)(instance >> 16 & UINT32_MAX),
			    (unsigned long long)(instance & 0xffff));
	} else {
		text_printf(t, "0x%016llx", (unsigned long long)instance);
	}
}

static bool peer_same(const struct peer *a, const struct peer *b)
{
	return a->asn == b->asn && a->collector == b->collector && a->view == b->view && a->instance == b->instance &&
	       a->router == b->router && addr_equal(&a->address, &b->address);
}

static uint64_t peer_hash(const struct peer *peer)
{
	return hash_pair(addr_hash(&peer->address) ^ peer->instance ^ (uint64_t)peer->router << 48,
			 (uint64_t)peer->asn << 32 | (uint64_t)peer->collector << 8 | peer->view);
}

uint32_t peer_find(const struct peer_table *t, const struct peer *peer)
{
	struct index_walk walk = index_begin(peer_hash(peer));
	uint32_t held;
	while (index_next(&t->by_peer, &walk, &held))
		if (peer_same(&t->peers[held], peer))
			return held;
	return PEER_NONE;
}

uint32_t peer_id(struct peer_table *t, const struct peer *peer)
{
	must(peer);
	uint32_t held = peer_find(t, peer);
	if (held != PEER_NONE)
		return held;
	if (t->count >= PEERS_MAX)
		return PEER_NONE;
	alloc_grow((void **)&t->peers, t->count, &t->capacity, sizeof(*t->peers));
	t->peers[t->count] = *peer;
	index_add(&t->by_peer, peer_hash(peer), (uint32_t)t->count);
	return (uint32_t)t->count++;
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
	must(name);
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

uint16_t peer_router_id(struct peer_table *t, const char *name)
{
	must(name);
	if (!*name)
		return 0;
	for (size_t i = 0; i < t->router_count; i++)
		if (strcmp(t->routers[i], name) == 0)
			return (uint16_t)(i + 1);
	if (t->router_count >= ROUTER_NAMES_MAX)
		return 0;
	alloc_grow((void **)&t->routers, t->router_count, &t->router_capacity, sizeof(*t->routers));
	t->routers[t->router_count] = alloc_copy(name);
	return (uint16_t)++t->router_count;
}

const char *peer_router_name(const struct peer_table *t, uint16_t router)
{
	return router && router <= t->router_count ? t->routers[router - 1] : "";
}

uint16_t peer_router_count(const struct peer_table *t)
{
	return (uint16_t)t->router_count;
}
