// SPDX-License-Identifier: ISC
// Entities: a growing list with owned members.
#include "model/entity.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/must.h"
#include "model/country.h"

#include <stdlib.h>

bool entity_id_valid(const char *id)
{
	const char *slash = strchr(id, '/');
	if (!slash || slash == id || !slash[1] || strlen(id) > ENTITY_ID_MAX)
		return false;
	for (const char *c = id; c < slash; c++)
		if (*c < 'a' || *c > 'z')
			return false;
	for (const char *c = slash + 1; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
		if (!letter && !strchr("-._", *c))
			return false;
	}
	return true;
}

struct entity *entity_find(const struct entity_list *l, const char *id)
{
	must(id);
	struct index_walk walk = index_begin(hash_bytes(id, strlen(id)));
	uint32_t held;
	while (index_next(&l->by_id, &walk, &held))
		if (strcmp(l->at[held].id, id) == 0)
			return &l->at[held];
	return NULL;
}

struct entity *entity_add(struct entity_list *l, const char *id)
{
	must(id);
	struct entity *held = entity_find(l, id);
	if (held)
		return held;
	if (!entity_id_valid(id) || l->count >= ENTITIES_MAX)
		return NULL;
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	struct entity *e = &l->at[l->count++];
	*e = (struct entity){.utc_offset_min = UTC_OFFSET_UNKNOWN};
	memcpy(e->id, id, strlen(id) + 1);
	index_add(&l->by_id, hash_bytes(id, strlen(id)), (uint32_t)l->count - 1);
	return e;
}

const char *entity_name(const struct entity *e)
{
	bool country = strncmp(e->id, "country/", strlen("country/")) == 0;
	return e->name ? e->name : country ? country_name(e->id + strlen("country/")) : NULL;
}

void entity_range_add(struct entity *e, const struct addr *first, const struct addr *last)
{
	must(first->family == last->family);
	alloc_grow((void **)&e->ranges, e->range_count, &e->range_capacity, sizeof(*e->ranges));
	e->ranges[e->range_count++] = (struct entity_range){*first, *last};
}

void entity_prefix_add(struct entity *e, const struct prefix *p)
{
	must(p->length <= family_bits(p->family));
	struct addr first = {.family = p->family}, last = first;
	memcpy(first.bytes, p->bytes, sizeof(first.bytes));
	memcpy(last.bytes, p->bytes, sizeof(last.bytes));
	for (unsigned bit = p->length; bit < family_bits(p->family); bit++)
		last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	entity_range_add(e, &first, &last);
}

bool entity_holds(const struct entity *e, const struct addr *a)
{
	for (size_t i = 0; i < e->range_count; i++) {
		const struct entity_range *r = &e->ranges[i];
		if (r->first.family == a->family && memcmp(r->first.bytes, a->bytes, sizeof(a->bytes)) <= 0 &&
		    memcmp(a->bytes, r->last.bytes, sizeof(a->bytes)) <= 0)
			return true;
	}
	return false;
}

void entity_asn_add(struct entity *e, uint32_t asn)
{
	for (size_t i = 0; asn <= e->asn_most && i < e->asn_count; i++)
		if (e->asns[i] == asn)
			return;
	alloc_grow((void **)&e->asns, e->asn_count, &e->asn_capacity, sizeof(*e->asns));
	e->asns[e->asn_count++] = asn;
	e->asn_most = asn > e->asn_most ? asn : e->asn_most;
}

void entity_list_free(struct entity_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->at[i].name);
		free(l->at[i].ranges);
		free(l->at[i].asns);
	}
	free(l->at);
	index_free(&l->by_id);
	*l = (struct entity_list){0};
}
