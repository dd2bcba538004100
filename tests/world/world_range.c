// SPDX-License-Identifier: ISC
// Random ranges in random files against a table that holds every cell by itself; and ranges as prefixes.
// Tests: src/world/split.c src/world/sweep.c
#include "world_test.h"

#include "base/alloc.h"
#include "base/err.h"
#include "world/wide.h"

#include <string.h>

#define CELLS 4096u // the tested space is cut into this many equal cells

static struct workplace place;

static int place_make(void **state)
{
	(void)state;
	workplace_make(&place);
	return 0;
}

static int place_remove(void **state)
{
	(void)state;
	workplace_remove(&place);
	return 0;
}

struct space {
	uint8_t family;
	unsigned shift; // bits of a cell
	const char *base;
};

struct naive {
	struct space space;
	uint32_t asn[CELLS];
	char country[CELLS][3];
};

static wide cell_first(const struct space *s, uint32_t cell)
{
	struct addr base;
	assert_int_equal(addr_parse(s->base, &base), 0);
	return wide_of_addr(&base) + ((wide)cell << s->shift);
}

static wide cell_last(const struct space *s, uint32_t cell)
{
	return cell_first(s, cell) + (((wide)1 << s->shift) - 1);
}

static void address_put(struct text *t, wide v, uint8_t family)
{
	struct addr a = wide_addr(v, family);
	text_addr(t, &a);
}

// Appends a random line and does the same to the table.
static void line_random(struct naive *n, struct text *t, uint64_t *random)
{
	static const char *const countries[] = {"AA", "BB", "CC", "ZZ"};
	uint32_t first = (uint32_t)(unit_random(random) % CELLS), length = (uint32_t)(unit_random(random) % 200);
	uint32_t last = first + length < CELLS ? first + length : CELLS - 1;
	uint32_t asn = (uint32_t)(unit_random(random) % 4);
	const char *country = countries[unit_random(random) % ARRAY_LEN(countries)];
	bool network = unit_random(random) & 1;
	address_put(t, cell_first(&n->space, first), n->space.family);
	text_char(t, ',');
	address_put(t, cell_last(&n->space, last), n->space.family);
	if (network)
		text_printf(t, ",%u,network %u\n", asn, asn);
	else
		text_printf(t, ",%s\n", country);
	for (uint32_t c = first; c <= last; c++) {
		if (network)
			n->asn[c] = asn;
		else if (country[0] == 'Z')
			n->country[c][0] = '\0';
		else
			memcpy(n->country[c], country, 3);
	}
}

static void cells_compare(const struct naive *n, const struct world *w, uint64_t *random)
{
	for (uint32_t c = 0; c < CELLS; c++) {
		wide inside = unit_random(random) & (((wide)1 << n->space.shift) - 1);
		const wide at[] = {cell_first(&n->space, c), cell_first(&n->space, c) + inside,
				   cell_last(&n->space, c)};
		for (size_t i = 0; i < ARRAY_LEN(at); i++) {
			struct addr a = wide_addr(at[i], n->space.family);
			struct world_range r = {0};
			int found = world_lookup(w, &a, &r);
			assert_int_equal(found, n->asn[c] != 0 || n->country[c][0] != '\0');
			assert_int_equal(r.asn, n->asn[c]);
			assert_string_equal(r.country, n->country[c]);
			assert_true(!found || (wide_of_addr(&r.first) <= at[i] && wide_of_addr(&r.last) >= at[i]));
		}
	}
}

struct walk {
	const struct naive *naive;
	const char *country; // or null
	uint32_t asn;
	wide next; // the walk has covered what lies before
	bool any;
	uint32_t cells;
	wide prefix_next;
};

static bool cell_is(const struct walk *k, uint32_t cell)
{
	if (k->country)
		return strcmp(k->naive->country[cell], k->country) == 0;
	return k->naive->asn[cell] == k->asn;
}

static int prefix_follow(void *context, const struct prefix *p)
{
	struct walk *k = context;
	struct prefix masked = *p;
	prefix_mask(&masked);
	assert_true(prefix_equal(&masked, p));
	struct addr a = {.family = p->family};
	memcpy(a.bytes, p->bytes, sizeof(a.bytes));
	assert_true(wide_of_addr(&a) == k->prefix_next);
	unsigned bits = family_bits(p->family) - p->length;
	k->prefix_next += bits == 128 ? 0 : (wide)1 << bits;
	return 0;
}

static int range_follow(void *context, const struct world_range *r)
{
	struct walk *k = context;
	const struct space *s = &k->naive->space;
	wide first = wide_of_addr(&r->first), last = wide_of_addr(&r->last);
	assert_true(!k->any || first > k->next); // ascending, and joined: never directly at the one before
	k->prefix_next = first;
	assert_int_equal(world_range_prefixes(r, prefix_follow, k), 0);
	assert_true(k->prefix_next == last + 1 ||
		    (s->family == FAMILY_V6 && k->prefix_next == 0 && last == wide_max(FAMILY_V6)));
	for (uint32_t c = 0; c < CELLS; c++) {
		bool inside = cell_first(s, c) >= first && cell_last(s, c) <= last;
		assert_true(!inside || cell_is(k, c));
		k->cells += inside;
	}
	k->next = last + 1;
	k->any = true;
	return 0;
}

static void entity_compare(const struct naive *n, const struct world *w, const char *country, uint32_t asn)
{
	struct walk k = {.naive = n, .country = country, .asn = asn};
	struct text entity = {0};
	uint32_t expected = 0;
	if (country)
		text_printf(&entity, "country/%s", country);
	else
		text_printf(&entity, "asn/%u", asn);
	for (uint32_t c = 0; c < CELLS; c++)
		expected += cell_is(&k, c);
	int result = world_ranges(w, text_string(&entity), range_follow, &k);
	assert_int_equal(result, expected ? 0 : ERR_NOT_FOUND);
	assert_int_equal(k.cells, expected);
	text_free(&entity);
}

static void space_try(struct space space, uint64_t *random)
{
	struct naive *n = alloc_zero(1, sizeof(*n));
	struct world_builder *b = world_builder_create();
	n->space = space;
	for (int file = 0; file < 3; file++) {
		struct text t = {0};
		for (uint64_t lines = 1 + unit_random(random) % 40; lines > 0; lines--)
			line_random(n, &t, random);
		assert_int_equal(text_add(b, &place, text_string(&t), NULL), 0);
		text_free(&t);
	}
	assert_int_equal(world_builder_bad_lines(b), 0);
	struct world *w = built_open(b, &place);
	cells_compare(n, w, random);
	entity_compare(n, w, "AA", 0);
	entity_compare(n, w, "BB", 0);
	entity_compare(n, w, "CC", 0);
	for (uint32_t asn = 1; asn < 4; asn++)
		entity_compare(n, w, NULL, asn);
	world_free(w);
	world_builder_free(b);
	free(n);
}

// Whole spaces (so that first and last address are among the cells) and small ones.
static void random_ranges_against_a_table(void **state)
{
	(void)state;
	static const struct space spaces[] = {
		{FAMILY_V4, 20, "0.0.0.0"}, {FAMILY_V4, 0, "10.1.255.0"}, {FAMILY_V4, 12, "192.0.0.0"},
		{FAMILY_V6, 116, "::"},	    {FAMILY_V6, 0, "2001:db8::"}, {FAMILY_V6, 60, "2001:db8:ffff:ff00::"},
	};
	uint64_t random = unit_seed();
	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < ARRAY_LEN(spaces); i++)
			space_try(spaces[i], &random);
}

static int prefix_note(void *context, const struct prefix *p)
{
	text_prefix(context, p);
	text_char(context, ' ');
	return 0;
}

static void ranges_as_prefixes(void **state)
{
	(void)state;
	static const struct {
		const char *first, *last, *prefixes;
		double blocks;
	} rows[] = {
		{"0.0.0.0", "255.255.255.255", "0.0.0.0/0 ", 16777216},
		{"10.0.0.0", "10.0.0.0", "10.0.0.0/32 ", 1.0 / 256},
		{"255.255.255.255", "255.255.255.255", "255.255.255.255/32 ", 1.0 / 256},
		{"10.0.0.1", "10.0.0.6", "10.0.0.1/32 10.0.0.2/31 10.0.0.4/31 10.0.0.6/32 ", 6.0 / 256},
		{"1.0.0.0", "1.0.2.255", "1.0.0.0/23 1.0.2.0/24 ", 3},
		{"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0 ", 281474976710656.0},
		{"2001:db8::", "2001:db8:2:ffff:ffff:ffff:ffff:ffff", "2001:db8::/47 2001:db8:2::/48 ", 3},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127 ", 0x1p-79},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world_range r = {0};
		struct text t = {0};
		assert_int_equal(addr_parse(rows[i].first, &r.first), 0);
		assert_int_equal(addr_parse(rows[i].last, &r.last), 0);
		assert_int_equal(world_range_prefixes(&r, prefix_note, &t), 0);
		assert_string_equal(text_string(&t), rows[i].prefixes);
		assert_true(world_range_blocks(&r, r.first.family == FAMILY_V6 ? 48 : 24) == rows[i].blocks);
		text_free(&t);
	}
}

static int stop_at_once(void *context, const struct world_range *r)
{
	(void)r;
	++*(int *)context;
	return 42;
}

static int stop_at_prefix(void *context, const struct prefix *p)
{
	(void)context;
	(void)p;
	return 7;
}

static void entities_and_their_forms(void **state)
{
	(void)state;
	static const char *const malformed[] = {
		"",	 "KP",	   "country/", "country/K", "country/kp",  "country/KPX",    "country/K1",
		"asn/",	 "asn/01", "asn/x",    "asn/-1",    "asn/1 ",	   "asn/4294967296", "asn/99999999999",
		"ASN/1", "city/X", "asn/+1",   "asn",	    "region/4369",
	};
	const char *const texts[] = {"10.0.0.0,10.0.0.255,AA\n10.0.2.0,10.0.2.255,AA\n", "10.0.0.0,10.0.0.255,1\n",
				     NULL};
	struct world *w = texts_open(&place, texts);
	int calls = 0;
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		assert_int_equal(world_ranges(w, malformed[i], stop_at_once, &calls), ERR_MALFORMED);
		assert_int_equal(world_ranges(NULL, malformed[i], stop_at_once, &calls), ERR_MALFORMED);
	}
	assert_int_equal(world_ranges(w, "country/BB", stop_at_once, &calls), ERR_NOT_FOUND);
	assert_int_equal(world_ranges(w, "asn/0", stop_at_once, &calls), ERR_NOT_FOUND);
	assert_int_equal(world_ranges(w, "asn/4294967295", stop_at_once, &calls), ERR_NOT_FOUND);
	assert_int_equal(calls, 0);
	assert_int_equal(world_ranges(w, "country/AA", stop_at_once, &calls), 42);
	assert_int_equal(calls, 1);
	assert_int_equal(world_ranges(w, "asn/1", stop_at_once, &calls), 42); // also from the last range
	assert_int_equal(calls, 2);
	struct world_range r = {addr_v4(0), addr_v4(5), 0, ""};
	assert_int_equal(world_range_prefixes(&r, stop_at_prefix, NULL), 7);
	world_free(w);
}

static void no_world_knows_nothing(void **state)
{
	(void)state;
	struct addr a = addr_v4(1);
	struct world_range r;
	int calls = 0;
	assert_int_equal(world_lookup(NULL, &a, &r), 0);
	assert_null(world_network_name(NULL, 1));
	assert_int_equal(world_ranges(NULL, "country/AA", stop_at_once, &calls), ERR_NOT_FOUND);
	assert_string_equal(world_countries(NULL), "");
	assert_string_equal(world_attribution(NULL), "");
	assert_string_equal(world_path(NULL), "");
	assert_false(instant_known(world_built(NULL)));
	assert_false(instant_known(world_data_time(NULL)));
	assert_int_equal(world_count(NULL).bytes, 0);
	world_free(NULL);
	world_builder_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_ranges_against_a_table),
		cmocka_unit_test(ranges_as_prefixes),
		cmocka_unit_test(entities_and_their_forms),
		cmocka_unit_test(no_world_knows_nothing),
	};
	return cmocka_run_group_tests(tests, place_make, place_remove);
}
