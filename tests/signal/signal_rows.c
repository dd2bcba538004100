// SPDX-License-Identifier: ISC
// The peers of many prefixes, added in any order, against a plain table of all pairs.
#include "../unit/unit.h"

#include "base/alloc.h"
#include "signal/rows.h"

#include <string.h>

#define PREFIXES 700
#define PEERS	 300

static uint64_t seed;

static uint32_t below(uint32_t n)
{
	return (uint32_t)((unit_random(&seed) >> 33) % n);
}

static void expect_row(const struct rows *r, uint32_t prefix, const uint32_t *hash)
{
	const struct heard_row *row = rows_of(r, prefix);
	uint32_t n = 0;
	for (uint32_t peer = 0; peer < PEERS; peer++) {
		struct heard *h = rows_find(r, prefix, peer);
		assert_int_equal(!h, !hash[peer]);
		if (!h)
			continue;
		assert_int_equal(h->path_hash, hash[peer]);
		assert_ptr_equal(h, &row->at[n++]);
	}
	assert_int_equal(row ? row->n : 0, n);
}

static void any_order_is_kept_by_peer(void **state)
{
	(void)state;
	uint32_t(*hash)[PEERS] = alloc_zero(PREFIXES, sizeof(*hash));
	struct rows *r = rows_create();
	assert_null(rows_find(r, 5, 0));
	for (unsigned round = 0; round < 60000; round++) {
		uint32_t prefix = below(PREFIXES), peer = below(round < 30000 ? 12 : PEERS);
		if (hash[prefix][peer]) {
			rows_find(r, prefix, peer)->path_hash = hash[prefix][peer] = round + 1;
			continue;
		}
		hash[prefix][peer] = round + 1;
		rows_add(r, prefix, &(struct heard){.peer = (uint16_t)peer, .path_hash = round + 1});
		if (round % 100 == 0)
			expect_row(r, prefix, hash[prefix]);
	}
	for (uint32_t prefix = 0; prefix < PREFIXES; prefix++)
		expect_row(r, prefix, hash[prefix]);
	assert_null(rows_of(r, PREFIXES));
	rows_free(r);
	free(hash);
	rows_free(NULL);
}

// As a dump brings them, and then a row as long as there are peers.
static void a_dump_and_the_longest_row(void **state)
{
	(void)state;
	struct rows *r = rows_create();
	for (uint32_t prefix = 0; prefix < 20000; prefix++)
		for (uint16_t peer = 0; peer < 10; peer++)
			rows_add(r, prefix, &(struct heard){.peer = (uint16_t)(peer * 3), .origin = prefix});
	for (uint32_t prefix = 0; prefix < 20000; prefix++) {
		assert_int_equal(rows_of(r, prefix)->n, 10);
		assert_int_equal(rows_find(r, prefix, 27)->origin, prefix);
		assert_null(rows_find(r, prefix, 26));
	}
	for (uint32_t peer = PEERS_MAX; peer-- > 0;)
		rows_add(r, 20000, &(struct heard){.peer = (uint16_t)peer, .since_s = peer});
	assert_int_equal(rows_of(r, 20000)->n, PEERS_MAX);
	for (uint32_t peer = 0; peer < PEERS_MAX; peer++)
		assert_int_equal(rows_find(r, 20000, peer)->since_s, peer);
	rows_free(r);
}

int main(void)
{
	seed = unit_seed();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_is_kept_by_peer),
		cmocka_unit_test(a_dump_and_the_longest_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
