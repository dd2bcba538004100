// SPDX-License-Identifier: ISC
// The questions of world_sane.h. Each answer is compared with what another question says about the same range.
#include "world_sane.h"

#include "base/text.h"
#include "world/wide.h"

#include <stdio.h>
#include <stdlib.h>

#define WALKS_MAX 64 // entities of a kind asked for; more only cost time

#define MUST(x)                                                                                                        \
	do {                                                                                                           \
		if (!(x)) {                                                                                            \
			fprintf(stderr, "world_sane.c:%d: not so: %s\n", __LINE__, #x);                                \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

struct walk {
	const struct world *world;
	struct world_range before;
	uint64_t parts;
};

static int prefix_count(void *context, const struct prefix *p)
{
	unsigned *n = context;
	MUST(p->length <= family_bits(p->family));
	MUST(++*n <= 256);
	return 0;
}

static int range_check(void *context, const struct world_range *r)
{
	struct walk *k = context;
	const struct world_range *b = &k->before;
	unsigned prefixes = 0;
	MUST(r->first.family == r->last.family && (r->first.family == FAMILY_V4 || r->first.family == FAMILY_V6));
	MUST(wide_of_addr(&r->first) <= wide_of_addr(&r->last));
	MUST(b->first.family <= r->first.family);
	if (b->first.family == r->first.family)
		MUST(wide_of_addr(&b->last) < wide_of_addr(&r->first));
	MUST(world_range_prefixes(r, prefix_count, &prefixes) == 0 && prefixes > 0);
	MUST(world_range_blocks(r, 24) > 0);
	k->before = *r;
	return 0;
}

static int part_check(void *context, const struct world_range *r)
{
	struct walk *k = context;
	const struct addr *ends[] = {&r->first, &r->last};
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct world_range found;
		MUST(world_lookup(k->world, ends[i], &found) == 1);
		MUST(addr_equal(&found.first, &r->first) && addr_equal(&found.last, &r->last));
		MUST(found.asn == r->asn && memcmp(found.country, r->country, 3) == 0);
	}
	const char *name = world_network_name(k->world, r->asn);
	MUST(!name || strlen(name) > 0);
	k->parts++;
	return range_check(context, r);
}

static void entity_walk(const struct world *w, const char *entity, bool known)
{
	struct walk parts = {.world = w}, ranges = {.world = w};
	int result = world_parts(w, entity, part_check, &parts);
	MUST(world_ranges(w, entity, range_check, &ranges) == result);
	MUST(!known || (result == 0 && parts.parts > 0));
}

static void address_try(const struct world *w, const struct addr *a)
{
	struct world_range r = {0};
	int found = world_lookup(w, a, &r);
	MUST(found == 0 || found == 1);
	if (!found)
		return;
	MUST(wide_of_addr(&r.first) <= wide_of_addr(a) && wide_of_addr(a) <= wide_of_addr(&r.last));
	struct text entity = {0};
	text_printf(&entity, "asn/%u", r.asn);
	entity_walk(w, text_string(&entity), r.asn != 0);
	text_free(&entity);
}

void world_sane(const struct world *w)
{
	const char *countries = world_countries(w);
	MUST(strlen(countries) == world_count(w).countries * 2);
	for (size_t i = 0; countries[i] && i < 2 * (size_t)WALKS_MAX; i += 2) {
		struct text entity = {0};
		text_printf(&entity, "country/%.2s", countries + i);
		entity_walk(w, text_string(&entity), true);
		text_free(&entity);
	}
	for (uint32_t asn = 0; asn < WALKS_MAX; asn++) {
		struct text entity = {0};
		text_printf(&entity, "asn/%u", asn);
		entity_walk(w, text_string(&entity), false);
		text_free(&entity);
		const char *name = world_network_name(w, asn);
		MUST(!name || strlen(name) > 0);
	}
	for (uint32_t i = 0; i < 256; i++) {
		struct addr v4 = addr_v4(i << 24 | i), v6 = addr_v6((uint8_t[16]){(uint8_t)i, 0, 0, (uint8_t)i});
		address_try(w, &v4);
		address_try(w, &v6);
	}
	MUST(strlen(world_attribution(w)) < world_count(w).bytes);
	(void)world_built(w);
	(void)world_data_time(w);
}
