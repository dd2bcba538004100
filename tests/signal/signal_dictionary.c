// SPDX-License-Identifier: ISC
// The dictionary against a sorted list: every prefix found by its id, ids dense and in order of first sight.
#include "scene.h"

#include "base/alloc.h"
#include "signal/dictionary.h"

#define PREFIXES 200000

struct known {
	struct prefix p;
	uint32_t id, asked; // `asked`: place in the order of asking
};

static uint64_t seed;

// Lengths and addresses from a few, so that many prefixes share bits, nest and repeat.
static struct prefix random_prefix(uint64_t *state)
{
	uint64_t r = unit_random(state);
	struct prefix p = {.family = r & 1 ? FAMILY_V4 : FAMILY_V6};
	uint8_t bits = family_bits(p.family);
	p.length = (uint8_t)((r >> 8) % (bits + 1u));
	for (unsigned i = 0; i < bits / 8u; i++)
		p.bytes[i] = (uint8_t)(r & 2 ? unit_random(state) : unit_random(state) & 3);
	prefix_mask(&p);
	return p;
}

static int by_prefix(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int order = prefix_compare(&x->p, &y->p);
	return order ? order : (x->asked > y->asked) - (x->asked < y->asked);
}

static int by_asked(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	return (x->asked > y->asked) - (x->asked < y->asked);
}

// The ids that first sight in this order gives, by sorting.
static uint32_t expect_ids(struct known *list)
{
	qsort(list, PREFIXES, sizeof(*list), by_prefix);
	for (uint32_t i = 0; i < PREFIXES; i++) {
		bool again = i && prefix_equal(&list[i].p, &list[i - 1].p);
		list[i].id = again ? list[i - 1].id : list[i].asked;
	}
	qsort(list, PREFIXES, sizeof(*list), by_asked);
	uint32_t next = 0;
	for (uint32_t i = 0; i < PREFIXES; i++) // `id` holds the place of the first that is equal
		list[i].id = list[i].id == i ? next++ : list[list[i].id].id;
	return next;
}

static void gives_dense_ids(void **state)
{
	(void)state;
	struct known *list = alloc_zero(PREFIXES, sizeof(*list));
	struct dictionary *d = dictionary_create();
	uint64_t random = seed;
	for (uint32_t i = 0; i < PREFIXES; i++)
		list[i] = (struct known){.p = random_prefix(&random), .asked = i};
	uint32_t distinct = expect_ids(list);
	assert_in_range(distinct, 1000, PREFIXES - 1000);
	for (uint32_t i = 0; i < PREFIXES; i++) {
		bool new = list[i].id == dictionary_count(d);
		dictionary_prefetch(d, &list[i].p);
		assert_int_equal(dictionary_find(d, &list[i].p), new ? PREFIX_NONE : list[i].id);
		assert_int_equal(dictionary_id(d, &list[i].p), list[i].id);
	}
	assert_int_equal(dictionary_count(d), distinct);
	for (uint32_t i = 0; i < PREFIXES; i++) {
		assert_int_equal(dictionary_find(d, &list[i].p), list[i].id);
		assert_true(prefix_equal(dictionary_prefix(d, list[i].id), &list[i].p));
	}
	assert_true(dictionary_bytes(d) < (size_t)distinct * 64 + (1u << 20));
	dictionary_free(d);
	free(list);
}

static void tells_alike_prefixes_apart(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"0.0.0.0/0",  "::/0",	    "0.0.0.0/1", "::/1",    "0.0.0.0/32", "::/32",   "::/128",
		"10.0.0.0/8", "10.0.0.0/9", "a00::/8",	 "a00::/9", "0.0.0.1/32", "::1/128", "255.255.255.255/32"};
	struct dictionary *d = dictionary_create();
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < ARRAY_LEN(texts); i++) {
			struct prefix p = prefix_of(texts[i]);
			assert_int_equal(dictionary_id(d, &p), i);
		}
	dictionary_free(d);
	dictionary_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_dense_ids),
		cmocka_unit_test(tells_alike_prefixes_apart),
	};
	seed = unit_seed();
	return cmocka_run_group_tests_name("signal dictionary", tests, NULL, NULL);
}
