// SPDX-License-Identifier: ISC
// Questions to an opened world: by address, by entity. Nothing here can fail for the file's sake: open.c checked it.
#include "world/world.h"

#include "base/err.h"
#include "base/must.h"
#include "base/number.h"
#include "world/open.h"
#include "world/wide.h"

static void world_country_text(uint16_t code, char ret[3])
{
	ret[0] = (char)(code >> 8);
	ret[1] = code ? (char)(code & 0xff) : '\0';
	ret[2] = '\0';
}

static void world_range_at(const struct world *w, uint32_t number, struct world_range *ret)
{
	if (number < w->v4_count) {
		const struct world_disk_v4 *r = &w->v4[number];
		ret->first = addr_v4(le32toh(r->first));
		ret->last = addr_v4(le32toh(r->last));
		ret->asn = le32toh(r->asn);
		world_country_text(le16toh(r->country), ret->country);
		return;
	}
	const struct world_disk_v6 *r = &w->v6[number - w->v4_count];
	ret->first = addr_v6(r->first);
	ret->last = addr_v6(r->last);
	ret->asn = le32toh(r->asn);
	world_country_text(le16toh(r->country), ret->country);
}

static int world_lookup_v4(const struct world *w, uint32_t x, struct world_range *ret)
{
	uint32_t low = w->v4_index[x >> 16], high = w->v4_index[(x >> 16) + 1];
	while (low < high) { // the first range that does not end before x; it is at `high` at the latest
		uint32_t middle = low + (high - low) / 2;
		if (le32toh(w->v4[middle].last) < x)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == w->v4_count || le32toh(w->v4[low].first) > x)
		return 0;
	world_range_at(w, low, ret);
	return 1;
}

static int world_lookup_v6(const struct world *w, wide x, struct world_range *ret)
{
	uint32_t low = 0, high = w->v6_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (wide_of_bytes(w->v6[middle].last) < x)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == w->v6_count || wide_of_bytes(w->v6[low].first) > x)
		return 0;
	world_range_at(w, w->v4_count + low, ret);
	return 1;
}

int world_lookup(const struct world *w, const struct addr *a, struct world_range *ret)
{
	must(a);
	if (!w)
		return 0;
	if (a->family == FAMILY_V4)
		return world_lookup_v4(w, v4_number(a->bytes), ret);
	return a->family == FAMILY_V6 ? world_lookup_v6(w, wide_of_bytes(a->bytes), ret) : 0;
}

static const struct world_disk_entity *world_entity_find(const struct world_disk_entity *items, uint32_t count,
							 uint32_t key)
{
	uint32_t low = 0, high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (le32toh(items[middle].key) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && le32toh(items[low].key) == key ? &items[low] : NULL;
}

const char *world_network_name(const struct world *w, uint32_t asn)
{
	const struct world_disk_entity *e = w ? world_entity_find(w->networks, w->network_count, asn) : NULL;
	const char *name = e ? w->pool + le32toh(e->name) : "";
	return *name ? name : NULL;
}

// Digits without leading zeros, at most 2^32 - 1.
static bool world_asn_parse(const char *text, uint32_t *ret)
{
	uint64_t v;
	if (!number_of_text(text, UINT32_MAX, &v) || (text[0] == '0' && text[1]))
		return false;
	*ret = (uint32_t)v;
	return true;
}

// 0 with *ret null where the form is right and the entity unknown.
static int world_entity_parse(const struct world *w, const char *entity, const struct world_disk_entity **ret)
{
	static const char country[] = "country/", network[] = "asn/";
	*ret = NULL;
	if (strncmp(entity, country, sizeof(country) - 1) == 0) {
		const char *letters = entity + sizeof(country) - 1;
		if (strlen(letters) != 2)
			return ERR_MALFORMED;
		uint16_t code = (uint16_t)((uint8_t)letters[0] << 8 | (uint8_t)letters[1]);
		if (!world_code_valid(code))
			return ERR_MALFORMED;
		if (w)
			*ret = world_entity_find(w->countries, w->country_count, code);
		return 0;
	}
	uint32_t asn;
	if (strncmp(entity, network, sizeof(network) - 1) != 0 || !world_asn_parse(entity + sizeof(network) - 1, &asn))
		return ERR_MALFORMED;
	if (w)
		*ret = world_entity_find(w->networks, w->network_count, asn);
	return 0;
}

int world_parts(const struct world *w, const char *entity, int (*found)(void *context, const struct world_range *r),
		void *context)
{
	const struct world_disk_entity *e;
	int result = world_entity_parse(w, entity, &e);
	if (result < 0)
		return result;
	if (!e)
		return ERR_NOT_FOUND;
	const uint32_t *refs = w->refs + le32toh(e->refs_at);
	uint32_t count = le32toh(e->refs_count);
	for (uint32_t i = 0; i < count && result == 0; i++) {
		struct world_range r = {0};
		world_range_at(w, le32toh(refs[i]), &r);
		result = found(context, &r);
	}
	return result;
}

struct joining {
	struct world_range held;
	bool holds;
	int (*found)(void *context, const struct world_range *r);
	void *context;
};

static bool world_adjacent(const struct world_range *a, const struct world_range *b)
{
	return a->last.family == b->first.family && wide_of_addr(&a->last) != wide_max(a->last.family) &&
	       wide_of_addr(&a->last) + 1 == wide_of_addr(&b->first);
}

static int world_part_join(void *context, const struct world_range *r)
{
	struct joining *j = context;
	if (j->holds && world_adjacent(&j->held, r)) {
		j->held.last = r->last;
		if (j->held.asn != r->asn)
			j->held.asn = 0;
		if (memcmp(j->held.country, r->country, sizeof(r->country)) != 0)
			memset(j->held.country, 0, sizeof(j->held.country));
		return 0;
	}
	struct world_range out = j->held;
	bool had = j->holds;
	j->held = *r;
	j->holds = true;
	return had ? j->found(j->context, &out) : 0;
}

int world_ranges(const struct world *w, const char *entity, int (*found)(void *context, const struct world_range *r),
		 void *context)
{
	struct joining j = {.found = found, .context = context};
	int result = world_parts(w, entity, world_part_join, &j);
	return result == 0 && j.holds ? found(context, &j.held) : result;
}

const char *world_countries(const struct world *w)
{
	return w ? w->codes : "";
}

struct world_counts world_count(const struct world *w)
{
	if (!w)
		return (struct world_counts){0};
	return (struct world_counts){w->v4_count, w->v6_count, w->country_count, w->network_count, w->bytes};
}

static struct instant world_stated(uint64_t disk_ns)
{
	int64_t ns = (int64_t)le64toh(disk_ns);
	return ns == WORLD_NOT_STATED ? INSTANT_NONE : instant_of_ns(ns);
}

struct instant world_built(const struct world *w)
{
	return w ? world_stated((uint64_t)w->header->built_ns) : INSTANT_NONE;
}

struct instant world_data_time(const struct world *w)
{
	return w ? world_stated((uint64_t)w->header->data_ns) : INSTANT_NONE;
}

const char *world_attribution(const struct world *w)
{
	return w ? w->pool + le32toh(w->header->attribution) : "";
}

const char *world_path(const struct world *w)
{
	return w ? w->path : "";
}
