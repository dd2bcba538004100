// SPDX-License-Identifier: ISC
// Targets in an array with an open-addressing index over (address, op, name); listings and units beside it.
#include "model/target.h"

#include "base/alloc.h"

#include <stdlib.h>

#define FIRST_SLOTS 1024u
#define TEXT_MAX    512 // bytes of a name or word that are kept

// An index from a hash to places in an array; who asks compares.
struct lookup {
	uint32_t *slots; // place + 1
	uint32_t size, used;
};

struct listing {
	struct addr address;
	uint8_t kind, op; // op PROBE_OP_COUNT: any
	uint32_t entity;
	char *name, *institution;
};

struct target_table {
	const struct entity_list *entities;
	struct target *targets;
	size_t count, capacity;
	uint32_t *index; // target id + 1
	uint32_t slots;
	struct addr *units;
	size_t unit_count, unit_capacity;
	struct listing *listings;
	size_t listing_count, listing_capacity;
	struct observer *observers;
	size_t observer_count, observer_capacity;
	struct series *series;
	size_t series_count, series_capacity;
	struct lookup by_unit, by_listing, by_series; // of address, address, (entity, signal)
};

struct target_table *target_table_create(const struct entity_list *entities)
{
	struct target_table *t = alloc_zero(1, sizeof(*t));
	t->entities = entities;
	t->slots = FIRST_SLOTS;
	t->index = alloc_zero(t->slots, sizeof(*t->index));
	return t;
}

void target_table_free(struct target_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++)
		free((char *)t->targets[i].name);
	for (size_t i = 0; i < t->listing_count; i++) {
		free(t->listings[i].name);
		free(t->listings[i].institution);
	}
	for (size_t i = 0; i < t->observer_count; i++)
		free((char *)t->observers[i].id);
	for (size_t i = 0; i < t->series_count; i++)
		free((char *)t->series[i].signal);
	free(t->targets);
	free(t->index);
	free(t->units);
	free(t->listings);
	free(t->observers);
	free(t->series);
	free(t->by_unit.slots);
	free(t->by_listing.slots);
	free(t->by_series.slots);
	free(t);
}

static char *copy_n(const char *text, size_t n)
{
	n = n < TEXT_MAX ? n : TEXT_MAX;
	char *copy = alloc_zero(n + 1, 1);
	memcpy(copy, text, n);
	return copy;
}

static bool same_text(const char *held, const char *text, size_t n)
{
	n = n < TEXT_MAX ? n : TEXT_MAX;
	return held ? text && strlen(held) == n && memcmp(held, text, n) == 0 : !text;
}

// First place of this hash at or behind *cursor (begin with the hash); 0 when there is none. Steps the cursor on.
static uint32_t lookup_next(const struct lookup *l, uint32_t *cursor)
{
	if (!l->size)
		return 0;
	return l->slots[(*cursor)++ & (l->size - 1)];
}

static void lookup_put(struct lookup *l, uint64_t hash, uint32_t place)
{
	uint32_t i = (uint32_t)hash & (l->size - 1);
	while (l->slots[i])
		i = (i + 1) & (l->size - 1);
	l->slots[i] = place + 1;
}

// Room for one more; hash_of() gives the hash of a place again when the slots double.
static void lookup_grow(struct lookup *l, uint32_t count, uint64_t (*hash_of)(const void *t, uint32_t place),
			const void *t)
{
	if (l->size && l->used + 1 <= l->size / 2) {
		l->used++;
		return;
	}
	free(l->slots);
	l->size = l->size ? l->size * 2 : FIRST_SLOTS;
	l->slots = alloc_zero(l->size, sizeof(*l->slots));
	l->used++;
	for (uint32_t i = 0; i < count; i++)
		lookup_put(l, hash_of(t, i), i);
}

static uint64_t unit_hash(const void *table, uint32_t place)
{
	return addr_hash(&((const struct target_table *)table)->units[place]);
}

static uint64_t listing_hash(const void *table, uint32_t place)
{
	return addr_hash(&((const struct target_table *)table)->listings[place].address);
}

static uint64_t series_key(uint32_t entity, const char *signal, size_t n)
{
	return hash_pair(entity, hash_bytes(signal, n < TEXT_MAX ? n : TEXT_MAX));
}

static uint64_t series_hash(const void *table, uint32_t place)
{
	const struct series *s = &((const struct target_table *)table)->series[place];
	return series_key(s->entity, s->signal, strlen(s->signal));
}

static const struct {
	const char *service;
	uint8_t op;
} target_services[] = {{"dns", PROBE_DNS},   {"http", PROBE_HTTP}, {"tls", PROBE_TLS},
		       {"https", PROBE_TLS}, {"smtp", PROBE_SMTP}, {"tcp", PROBE_TCP_CONNECT}};

static uint8_t op_of_service(const char *service)
{
	for (size_t i = 0; service && i < ARRAY_LEN(target_services); i++)
		if (strcmp(target_services[i].service, service) == 0)
			return target_services[i].op;
	return PROBE_OP_COUNT;
}

size_t target_listing_count(const struct target_table *t)
{
	return t->listing_count;
}

struct target target_listing_at(const struct target_table *t, size_t i, const char **ret_service)
{
	const struct listing *l = &t->listings[i];
	*ret_service = NULL;
	for (size_t k = 0; k < ARRAY_LEN(target_services) && !*ret_service; k++)
		if (target_services[k].op == l->op)
			*ret_service = target_services[k].service;
	return (struct target){
		.address = l->address,
		.op = l->op,
		.kind = l->kind,
		.entity = l->entity,
		.name = l->name,
		.institution = l->institution,
	};
}

void target_list(struct target_table *t, const struct target *listed, const char *service)
{
	lookup_grow(&t->by_listing, (uint32_t)t->listing_count, listing_hash, t);
	lookup_put(&t->by_listing, addr_hash(&listed->address), (uint32_t)t->listing_count);
	alloc_grow((void **)&t->listings, t->listing_count, &t->listing_capacity, sizeof(*t->listings));
	t->listings[t->listing_count++] = (struct listing){
		.address = listed->address,
		.kind = listed->kind,
		.op = listed->kind == TARGET_SERVICE ? op_of_service(service) : PROBE_OP_COUNT,
		.entity = listed->entity,
		.name = listed->name ? alloc_copy(listed->name) : NULL,
		.institution = listed->institution ? alloc_copy(listed->institution) : NULL,
	};
}

uint16_t observer_id(struct target_table *t, const char *id, size_t n)
{
	for (size_t i = 0; i < t->observer_count; i++)
		if (same_text(t->observers[i].id, id, n))
			return (uint16_t)i;
	if (t->observer_count >= OBSERVERS_MAX)
		return OBSERVERS_MAX - 1;
	alloc_grow((void **)&t->observers, t->observer_count, &t->observer_capacity, sizeof(*t->observers));
	t->observers[t->observer_count] = (struct observer){.id = copy_n(id, n)};
	return (uint16_t)t->observer_count++;
}

void observer_asn(struct target_table *t, uint16_t observer, uint32_t asn)
{
	t->observers[observer].asn = asn;
}

static bool in_range(const struct entity_range *r, const struct addr *a)
{
	return r->first.family == a->family && memcmp(r->first.bytes, a->bytes, 16) <= 0 &&
	       memcmp(a->bytes, r->last.bytes, 16) <= 0;
}

static uint32_t entity_holding(const struct target_table *t, const struct addr *a)
{
	for (uint32_t e = 0; e < t->entities->count; e++)
		for (size_t i = 0; i < t->entities->at[e].range_count; i++)
			if (in_range(&t->entities->at[e].ranges[i], a))
				return e;
	return ENTITY_NONE;
}

static uint32_t unit_of(struct target_table *t, const struct addr *a)
{
	uint64_t hash = addr_hash(a);
	uint32_t cursor = (uint32_t)hash, place;
	while ((place = lookup_next(&t->by_unit, &cursor)))
		if (addr_equal(&t->units[place - 1], a))
			return place - 1;
	lookup_grow(&t->by_unit, (uint32_t)t->unit_count, unit_hash, t);
	alloc_grow((void **)&t->units, t->unit_count, &t->unit_capacity, sizeof(*t->units));
	t->units[t->unit_count] = *a;
	lookup_put(&t->by_unit, hash, (uint32_t)t->unit_count);
	return (uint32_t)t->unit_count++;
}

// The listing that says most about the target: same operation and name, then same operation, then the address alone.
static const struct listing *listing_of(const struct target_table *t, const struct target *target)
{
	const struct listing *best = NULL;
	int best_fit = 0;
	uint32_t cursor = (uint32_t)addr_hash(&target->address), place;
	while ((place = lookup_next(&t->by_listing, &cursor))) {
		const struct listing *l = &t->listings[place - 1];
		if (!addr_equal(&l->address, &target->address))
			continue;
		bool name = same_text(l->name, target->name, target->name ? strlen(target->name) : 0);
		int fit = 1 + 2 * (l->op == target->op) + (l->op == target->op && name) +
			  (l->op == PROBE_OP_COUNT && target->op == PROBE_ICMP_ECHO);
		if (fit > best_fit) {
			best = l;
			best_fit = fit;
		}
	}
	return best;
}

static void classify(struct target_table *t, struct target *target)
{
	const struct listing *l = listing_of(t, target);
	target->entity = l && l->entity != ENTITY_NONE ? l->entity : entity_holding(t, &target->address);
	target->institution = l ? l->institution : NULL;
	target->unit = unit_of(t, &target->address);
	if (l && (l->kind == TARGET_CONTROL || l->kind == TARGET_BORDER))
		target->kind = l->kind;
	else if (target->op != PROBE_ICMP_ECHO)
		target->kind = TARGET_SERVICE;
	else
		target->kind = l || target->entity != ENTITY_NONE ? TARGET_HOST : TARGET_UNLISTED;
	if (target->kind == TARGET_CONTROL)
		target->entity = ENTITY_NONE;
}

static uint32_t slot_of(const struct target_table *t, const struct addr *a, uint8_t op, const char *name, size_t n)
{
	n = n < TEXT_MAX ? n : TEXT_MAX;
	uint64_t h = hash_pair(addr_hash(a) + op, name ? hash_bytes(name, n) : 0);
	uint32_t slot = (uint32_t)h & (t->slots - 1);
	for (; t->index[slot]; slot = (slot + 1) & (t->slots - 1)) {
		const struct target *held = &t->targets[t->index[slot] - 1];
		if (held->op == op && addr_equal(&held->address, a) && same_text(held->name, name, n))
			break;
	}
	return slot;
}

static void index_double(struct target_table *t)
{
	free(t->index);
	t->slots *= 2;
	t->index = alloc_zero(t->slots, sizeof(*t->index));
	for (uint32_t i = 0; i < t->count; i++) {
		const struct target *x = &t->targets[i];
		t->index[slot_of(t, &x->address, x->op, x->name, x->name ? strlen(x->name) : 0)] = i + 1;
	}
}

uint32_t target_id(struct target_table *t, const struct addr *address, uint8_t op, const char *name, size_t name_length)
{
	uint32_t slot = slot_of(t, address, op, name, name_length);
	if (t->index[slot])
		return t->index[slot] - 1;
	if (t->count >= TARGETS_MAX)
		return TARGET_NONE;
	struct target target = {.address = *address, .op = op, .name = name ? copy_n(name, name_length) : NULL};
	classify(t, &target);
	alloc_grow((void **)&t->targets, t->count, &t->capacity, sizeof(*t->targets));
	t->targets[t->count++] = target;
	t->index[slot] = (uint32_t)t->count;
	if (t->count > t->slots / 2)
		index_double(t);
	return (uint32_t)t->count - 1;
}

uint32_t series_id(struct target_table *t, uint32_t entity, const char *signal, size_t n)
{
	uint64_t hash = series_key(entity, signal, n);
	uint32_t cursor = (uint32_t)hash, place;
	while ((place = lookup_next(&t->by_series, &cursor)))
		if (t->series[place - 1].entity == entity && same_text(t->series[place - 1].signal, signal, n))
			return place - 1;
	if (t->series_count >= SERIES_MAX)
		return TARGET_NONE;
	lookup_grow(&t->by_series, (uint32_t)t->series_count, series_hash, t);
	lookup_put(&t->by_series, hash, (uint32_t)t->series_count);
	alloc_grow((void **)&t->series, t->series_count, &t->series_capacity, sizeof(*t->series));
	t->series[t->series_count] = (struct series){.entity = entity, .signal = copy_n(signal, n)};
	return (uint32_t)t->series_count++;
}

const struct target *target_at(const struct target_table *t, uint32_t id)
{
	return id < t->count ? &t->targets[id] : NULL;
}

const struct observer *observer_at(const struct target_table *t, uint16_t id)
{
	return id < t->observer_count ? &t->observers[id] : NULL;
}

const struct series *series_at(const struct target_table *t, uint32_t id)
{
	return id < t->series_count ? &t->series[id] : NULL;
}

uint32_t target_count(const struct target_table *t)
{
	return (uint32_t)t->count;
}

uint16_t observer_count(const struct target_table *t)
{
	return (uint16_t)t->observer_count;
}

uint32_t series_count(const struct target_table *t)
{
	return (uint32_t)t->series_count;
}

uint32_t target_units(const struct target_table *t)
{
	return (uint32_t)t->unit_count;
}
