// SPDX-License-Identifier: ISC
// Targets in an array with an open-addressing index over (address, op, name); listings and units beside it.
#include "model/target.h"

#include "base/alloc.h"
#include "base/index.h"
#include "base/must.h"

#include <stdlib.h>

#define TEXT_MAX 512 // bytes of a name or word that are kept

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
	struct addr *units;
	size_t unit_count, unit_capacity;
	struct listing *listings;
	size_t listing_count, listing_capacity;
	struct observer *observers;
	size_t observer_count, observer_capacity;
	struct series *series;
	size_t series_count, series_capacity;
	struct index by_target, by_unit, by_listing,
		by_series; // of (address, op, name), address, address, (entity, signal)
};

struct target_table *target_table_create(const struct entity_list *entities)
{
	struct target_table *t = alloc_zero(1, sizeof(*t));
	t->entities = entities;
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
	free(t->units);
	free(t->listings);
	free(t->observers);
	free(t->series);
	index_free(&t->by_target);
	index_free(&t->by_unit);
	index_free(&t->by_listing);
	index_free(&t->by_series);
	free(t);
}

static char *target_copy_n(const char *text, size_t n)
{
	n = n < TEXT_MAX ? n : TEXT_MAX;
	char *copy = alloc_zero(n + 1, 1);
	memcpy(copy, text, n);
	return copy;
}

static bool target_same_text(const char *held, const char *text, size_t n)
{
	n = n < TEXT_MAX ? n : TEXT_MAX;
	return held ? text && strlen(held) == n && memcmp(held, text, n) == 0 : !text;
}

static uint64_t target_series_key(uint32_t entity, const char *signal, size_t n)
{
	return hash_pair(entity, hash_bytes(signal, n < TEXT_MAX ? n : TEXT_MAX));
}

static const struct {
	const char *service;
	uint8_t op;
} target_services[] = {{"dns", PROBE_DNS},   {"http", PROBE_HTTP}, {"tls", PROBE_TLS},
		       {"https", PROBE_TLS}, {"smtp", PROBE_SMTP}, {"tcp", PROBE_TCP_CONNECT}};

static uint8_t target_op_of_service(const char *service)
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
	must(listed->entity == ENTITY_NONE || listed->entity < t->entities->count);
	index_add(&t->by_listing, addr_hash(&listed->address), (uint32_t)t->listing_count);
	alloc_grow((void **)&t->listings, t->listing_count, &t->listing_capacity, sizeof(*t->listings));
	t->listings[t->listing_count++] = (struct listing){
		.address = listed->address,
		.kind = listed->kind,
		.op = listed->kind == TARGET_SERVICE ? target_op_of_service(service) : PROBE_OP_COUNT,
		.entity = listed->entity,
		.name = listed->name ? alloc_copy(listed->name) : NULL,
		.institution = listed->institution ? alloc_copy(listed->institution) : NULL,
	};
}

uint16_t observer_id(struct target_table *t, const char *id, size_t n)
{
	must(id || !n);
	for (size_t i = 0; i < t->observer_count; i++)
		if (target_same_text(t->observers[i].id, id, n))
			return (uint16_t)i;
	if (t->observer_count >= OBSERVERS_MAX)
		return OBSERVERS_MAX - 1;
	alloc_grow((void **)&t->observers, t->observer_count, &t->observer_capacity, sizeof(*t->observers));
	t->observers[t->observer_count] = (struct observer){.id = target_copy_n(id, n)};
	return (uint16_t)t->observer_count++;
}

void observer_asn(struct target_table *t, uint16_t observer, uint32_t asn)
{
	must(observer < t->observer_count);
	t->observers[observer].asn = asn;
}

static uint32_t target_entity_holding(const struct target_table *t, const struct addr *a)
{
	for (uint32_t e = 0; e < t->entities->count; e++)
		if (entity_holds(&t->entities->at[e], a))
			return e;
	return ENTITY_NONE;
}

static uint32_t target_unit_of(struct target_table *t, const struct addr *a)
{
	uint64_t hash = addr_hash(a);
	struct index_walk walk = index_begin(hash);
	uint32_t place;
	while (index_next(&t->by_unit, &walk, &place))
		if (addr_equal(&t->units[place], a))
			return place;
	alloc_grow((void **)&t->units, t->unit_count, &t->unit_capacity, sizeof(*t->units));
	t->units[t->unit_count] = *a;
	index_add(&t->by_unit, hash, (uint32_t)t->unit_count);
	return (uint32_t)t->unit_count++;
}

// The listing that says most about the target: same operation and name, then same operation, then the address alone.
static const struct listing *target_listing_of(const struct target_table *t, const struct target *target)
{
	const struct listing *best = NULL;
	int best_fit = 0;
	struct index_walk walk = index_begin(addr_hash(&target->address));
	uint32_t place;
	while (index_next(&t->by_listing, &walk, &place)) {
		const struct listing *l = &t->listings[place];
		if (!addr_equal(&l->address, &target->address))
			continue;
		bool name = target_same_text(l->name, target->name, target->name ? strlen(target->name) : 0);
		int fit = 1 + 2 * (l->op == target->op) + (l->op == target->op && name) +
			  (l->op == PROBE_OP_COUNT && target->op == PROBE_ICMP_ECHO);
		if (fit > best_fit) {
			best = l;
			best_fit = fit;
		}
	}
	return best;
}

static void target_classify(struct target_table *t, struct target *target)
{
	const struct listing *l = target_listing_of(t, target);
	target->entity = l && l->entity != ENTITY_NONE ? l->entity : target_entity_holding(t, &target->address);
	target->institution = l ? l->institution : NULL;
	target->unit = target_unit_of(t, &target->address);
	if (l && (l->kind == TARGET_CONTROL || l->kind == TARGET_BORDER))
		target->kind = l->kind;
	else if (target->op != PROBE_ICMP_ECHO)
		target->kind = TARGET_SERVICE;
	else
		target->kind = l || target->entity != ENTITY_NONE ? TARGET_HOST : TARGET_UNLISTED;
	if (target->kind == TARGET_CONTROL)
		target->entity = ENTITY_NONE;
}

void target_refresh(struct target_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		target_classify(t, &t->targets[i]);
}

uint32_t target_id(struct target_table *t, const struct addr *address, uint8_t op, const char *name, size_t name_length)
{
	must(op < PROBE_OP_COUNT && (name || !name_length));
	name_length = name_length < TEXT_MAX ? name_length : TEXT_MAX;
	uint64_t hash = hash_pair(addr_hash(address) + op, name ? hash_bytes(name, name_length) : 0);
	struct index_walk walk = index_begin(hash);
	uint32_t held;
	while (index_next(&t->by_target, &walk, &held)) {
		const struct target *x = &t->targets[held];
		if (x->op == op && addr_equal(&x->address, address) && target_same_text(x->name, name, name_length))
			return held;
	}
	if (t->count >= TARGETS_MAX)
		return TARGET_NONE;
	struct target target = {.address = *address, .op = op, .name = name ? target_copy_n(name, name_length) : NULL};
	target_classify(t, &target);
	alloc_grow((void **)&t->targets, t->count, &t->capacity, sizeof(*t->targets));
	t->targets[t->count++] = target;
	index_add(&t->by_target, hash, (uint32_t)t->count - 1);
	return (uint32_t)t->count - 1;
}

uint32_t series_id(struct target_table *t, uint32_t entity, const char *signal, size_t n)
{
	must(entity < t->entities->count && (signal || !n));
	uint64_t hash = target_series_key(entity, signal, n);
	struct index_walk walk = index_begin(hash);
	uint32_t place;
	while (index_next(&t->by_series, &walk, &place))
		if (t->series[place].entity == entity && target_same_text(t->series[place].signal, signal, n))
			return place;
	if (t->series_count >= SERIES_MAX)
		return TARGET_NONE;
	index_add(&t->by_series, hash, (uint32_t)t->series_count);
	alloc_grow((void **)&t->series, t->series_count, &t->series_capacity, sizeof(*t->series));
	t->series[t->series_count] = (struct series){.entity = entity, .signal = target_copy_n(signal, n)};
	return (uint32_t)t->series_count++;
}

uint32_t series_gone(struct target_table *t, const char *signal, size_t n)
{
	must(signal || !n);
	if (t->series_count >= SERIES_MAX)
		return TARGET_NONE;
	alloc_grow((void **)&t->series, t->series_count, &t->series_capacity, sizeof(*t->series));
	t->series[t->series_count] = (struct series){.entity = ENTITY_NONE, .signal = target_copy_n(signal, n)};
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
