// SPDX-License-Identifier: ISC
// Visible space per entity against brute force: nested prefixes flip at random, entities overlap and split blocks.
#include "scene.h"

#include "base/alloc.h"
#include "signal/space.h"

#define PREFIXES 300
#define ENTITIES 6
#define BASE4	 0x14000000u // 20.0.0.0/8: 65,536 /24s
#define UNITS	 65536	     // of 2a00::/32 in /48s too

static uint64_t seed;

static uint32_t below(uint64_t *random, uint32_t n)
{
	return (uint32_t)(unit_random(random) >> 33) % n;
}

// Inside 20.0.0.0/8, or inside 2a00::/32 and the eight networks of its size after it.
static struct prefix random_prefix(uint64_t *random, uint8_t family)
{
	if (family == FAMILY_V4)
		return prefix_v4(BASE4 + below(random, 1u << 24), (uint8_t)(8 + below(random, 25)));
	struct prefix p = prefix_of("2a00::/16");
	p.length = (uint8_t)(20 + below(random, 45));
	for (unsigned i = 4; i < 8; i++)
		p.bytes[i] = (uint8_t)below(random, 256);
	prefix_mask(&p);
	return p;
}

// First and last unit (/24 of 20/8, /48 of 2a00::/32) of an inclusive range; false: outside.
static bool units_of(const struct addr *first, const struct addr *last, uint32_t *ret_first, uint32_t *ret_last)
{
	unsigned at = first->family == FAMILY_V4 ? 1 : 4;
	uint64_t low = 0, high = 0;
	for (unsigned i = 0; i < at + 2; i++) {
		low = low << 8 | first->bytes[i];
		high = high << 8 | last->bytes[i];
	}
	uint64_t base = first->family == FAMILY_V4 ? 0x140000 : 0x2a0000000000;
	if (high < base || low >= base + UNITS)
		return false;
	*ret_first = (uint32_t)(low > base ? low - base : 0);
	*ret_last = (uint32_t)(high < base + UNITS ? high - base : UNITS - 1);
	return true;
}

static void mark(const struct prefix *p, uint8_t *units, int step)
{
	struct entity e = {0};
	uint32_t first, last;
	entity_prefix_add(&e, p);
	if (units_of(&e.ranges[0].first, &e.ranges[0].last, &first, &last))
		for (uint32_t i = first; i <= last; i++)
			units[i] = (uint8_t)(step ? units[i] + step : 1);
	free(e.ranges);
}

static void mark_entity(const struct entity *e, uint8_t family, uint8_t *units)
{
	memset(units, 0, UNITS);
	for (size_t i = 0; i < e->range_count; i++) {
		uint32_t first, last;
		const struct entity_range *r = &e->ranges[i];
		if (r->first.family == family && units_of(&r->first, &r->last, &first, &last))
			memset(units + first, 1, last - first + 1);
	}
}

static void make_entities(struct entity_list *l, uint64_t *random)
{
	for (unsigned e = 0; e < ENTITIES; e++) {
		char id[] = "country/A0";
		id[9] = (char)('0' + e);
		struct entity *entity = entity_add(l, id);
		for (unsigned i = 0; i < 12; i++) {
			struct prefix p = random_prefix(random, i % 2 ? FAMILY_V4 : FAMILY_V6);
			if (p.length >= (i % 2 ? 17 : 32))
				entity_prefix_add(entity, &p);
		}
		struct addr first = addr_v4(BASE4 + below(random, 1u << 24)), last = first; // no prefix: splits a /24
		last.bytes[3] = 255;
		entity_range_add(entity, &first, &last);
	}
}

static void expect_space(struct space *s, const struct entity_list *l, const uint8_t *cover, uint8_t family)
{
	static uint8_t own[UNITS];
	for (uint32_t e = 0; e < l->count; e++) {
		mark_entity(&l->at[e], family, own);
		uint64_t all = 0, up = 0;
		for (unsigned i = 0; i < UNITS; i++) {
			all += own[i];
			up += own[i] && cover[i];
		}
		if (family == FAMILY_V4) {
			assert_int_equal(space_slash24_own(s, e), all);
			assert_int_equal(space_slash24(s, e), up);
		} else {
			assert_int_equal(space_slash48_own(s, e), all);
			assert_int_equal(space_slash48(s, e), up);
		}
	}
}

static void is_brute_force(uint8_t family)
{
	static uint8_t cover[UNITS];
	uint64_t random = seed + family;
	struct entity_list l = {0};
	struct prefix prefixes[PREFIXES];
	bool visible[PREFIXES] = {0};
	memset(cover, 0, sizeof(cover));
	make_entities(&l, &random);
	struct space *s = space_create(&l);
	for (unsigned i = 0; i < PREFIXES; i++)
		do
			prefixes[i] = random_prefix(&random, family);
		while (i % 2 && prefixes[i].length < 20); // not too many that cover nearly all
	expect_space(s, &l, cover, family);
	for (unsigned round = 0; round < 3000; round++) {
		uint32_t i = below(&random, PREFIXES);
		visible[i] = !visible[i];
		mark(&prefixes[i], cover, visible[i] ? 1 : -1);
		space_flip(s, &prefixes[i], visible[i]);
		if (round % 100 == 99)
			expect_space(s, &l, cover, family);
	}
	for (uint32_t i = 0; i < PREFIXES; i++)
		if (visible[i])
			space_flip(s, &prefixes[i], false);
	memset(cover, 0, sizeof(cover));
	expect_space(s, &l, cover, family);
	space_free(s);
	entity_list_free(&l);
}

static void ipv4_is_brute_force(void **state)
{
	(void)state;
	is_brute_force(FAMILY_V4);
}

static void ipv6_is_brute_force(void **state)
{
	(void)state;
	is_brute_force(FAMILY_V6);
}

// A prefix belongs to every entity whose space it touches, and to no other.
static void sets_are_brute_force(void **state)
{
	(void)state;
	static uint8_t own[UNITS], touched[UNITS];
	uint64_t random = seed;
	struct entity_list l = {0};
	make_entities(&l, &random);
	struct space *s = space_create(&l);
	for (unsigned round = 0; round < 300; round++) {
		uint8_t family = round % 2 ? FAMILY_V4 : FAMILY_V6;
		struct prefix p = random_prefix(&random, family);
		size_t n, expected = 0;
		const uint32_t *members = space_members(s, space_set_of(s, &p), &n);
		memset(touched, 0, sizeof(touched));
		mark(&p, touched, 0);
		for (uint32_t e = 0; e < l.count; e++) {
			mark_entity(&l.at[e], family, own);
			bool touches = false;
			for (unsigned i = 0; i < UNITS; i++)
				touches |= own[i] && touched[i];
			if (!touches)
				continue;
			assert_true(expected < n);
			assert_int_equal(members[expected++], e);
		}
		assert_int_equal(expected, n);
	}
	space_free(s);
	entity_list_free(&l);
}

static void a_block_counts_once(void **state)
{
	(void)state;
	struct entity_list l = {0};
	struct entity *e = entity_add(&l, "country/KX");
	struct prefix whole = prefix_of("20.0.0.0/22"), half = prefix_of("20.0.0.0/25"),
		      other = prefix_of("20.0.0.128/25");
	entity_prefix_add(e, &whole);
	entity_prefix_add(e, &half);
	entity_prefix_add(e, &whole);
	struct space *s = space_create(&l);
	assert_int_equal(space_slash24_own(s, 0), 4);
	space_flip(s, &half, true);
	space_flip(s, &other, true);
	assert_int_equal(space_slash24(s, 0), 1);
	space_flip(s, &whole, true);
	assert_int_equal(space_slash24(s, 0), 4);
	space_flip(s, &half, false);
	space_flip(s, &whole, false);
	assert_int_equal(space_slash24(s, 0), 1);
	space_flip(s, &other, false);
	assert_int_equal(space_slash24(s, 0), 0);
	space_free(s);
	entity_list_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_is_brute_force),
		cmocka_unit_test(ipv6_is_brute_force),
		cmocka_unit_test(sets_are_brute_force),
		cmocka_unit_test(a_block_counts_once),
	};
	seed = unit_seed();
	return cmocka_run_group_tests_name("signal space", tests, NULL, NULL);
}
