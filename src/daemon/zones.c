// SPDX-License-Identifier: ISC
// A target belongs to the zone that it is asked for; the zone's servers are the targets of that name.
#include "daemon/zones.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/index.h"
#include "check/dns_judge.h"
#include "check/zone.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TYPE_SOA 6

struct served {
	const char *name; // of the target; borrowed
	struct zone *zone;
};

struct zones {
	const struct role *role;
	struct served *served;
	size_t count, capacity;
	struct index by_name;
	struct zone **of; // by target; null: none
	bool *tcp;	  // by target: wanted
};

static uint64_t zones_hash_name(const char *name)
{
	char lower[CHECK_NAME_MAX + 1] = "";
	size_t n = strlen(name);
	n = n && name[n - 1] == '.' ? n - 1 : n;
	n = n < sizeof(lower) ? n : sizeof(lower);
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
	return hash_bytes(lower, n);
}

static struct zone *zones_of(struct zones *z, const char *name)
{
	uint64_t hash = zones_hash_name(name);
	struct index_walk walk = index_begin(hash);
	uint32_t held;
	while (index_next(&z->by_name, &walk, &held))
		if (strcasecmp(z->served[held].name, name) == 0)
			return z->served[held].zone;
	if (z->count == ZONES_MAX)
		return NULL;
	alloc_grow((void **)&z->served, z->count, &z->capacity, sizeof(*z->served));
	z->served[z->count] = (struct served){name, zone_create()};
	index_add(&z->by_name, hash, (uint32_t)z->count);
	return z->served[z->count++].zone;
}

struct zones *zones_create(const struct role *r)
{
	struct zones *z = alloc_zero(1, sizeof(*z));
	z->role = r;
	z->of = alloc_zero(r->target_count + 1, sizeof(*z->of));
	z->tcp = alloc_zero(r->target_count + 1, sizeof(*z->tcp));
	for (size_t i = 0; i < r->target_count; i++) {
		const struct message_target *t = &r->targets[i].ask;
		bool soa = t->op == PROBE_DNS && (!t->qtype || t->qtype == TYPE_SOA) && !(t->flags & CHECK_DNS_RECURSE);
		if (soa && r->targets[i].name)
			z->of[i] = zones_of(z, r->targets[i].name);
	}
	return z;
}

void zones_free(struct zones *z)
{
	if (!z)
		return;
	for (size_t i = 0; i < z->count; i++)
		zone_free(z->served[i].zone);
	free(z->served);
	index_free(&z->by_name);
	free(z->of);
	free(z->tcp);
	free(z);
}

// The item of a target's index; they ascend together.
static bool zones_item_of(const struct role *r, uint32_t index, size_t *ret)
{
	size_t low = 0, high = r->target_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (r->targets[middle].ask.index < index)
			low = middle + 1;
		else
			high = middle;
	}
	*ret = low;
	return low < r->target_count && r->targets[low].ask.index == index;
}

static const struct zone_server *zones_server_of(const struct zone *zone, const struct addr *address)
{
	const struct zone_server *s;
	for (size_t i = 0; (s = zone_server_at(zone, i)); i++)
		if (addr_equal(&s->address, address))
			return s;
	return NULL;
}

void zones_take(void *context, struct attempt *a, const struct dns_query *asked, const struct dns_message *answer)
{
	struct zones *z = context;
	struct dns_soa soa;
	size_t item;
	(void)asked;
	if (!zones_item_of(z->role, a->index, &item) || !z->of[item])
		return;
	bool has = answer && dns_judge_soa(answer, &soa) == 0;
	if (zone_take(z->of[item], a, has ? &soa : NULL) < 0)
		return; // more servers than a zone has: this one is not compared
	const struct zone_server *s = zones_server_of(z->of[item], &a->target);
	z->tcp[item] = s && s->flags & ZONE_ASK_TCP;
}

bool zones_wants_tcp(struct zones *z, size_t item)
{
	bool wanted = item < z->role->target_count && z->tcp[item];
	if (wanted)
		z->tcp[item] = false;
	return wanted;
}
