// SPDX-License-Identifier: ISC
// The order: a bijection for every n, with its inverse, the same again from its seed, not a sweep; shards take each position once.
#include "schedule/order.h"

#include "../detect/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#define SMALL 300
#define LARGE 100003

static uint8_t seen[LARGE];

static void check_bijection(uint64_t n, uint64_t seed)
{
	struct order o = order_of(n, seed), again = order_of(n, seed);
	memset(seen, 0, n);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t v = order_at(&o, i);
		assert_true(v < n && !seen[v]);
		seen[v] = 1;
		assert_int_equal(order_find(&o, v), i);
		assert_int_equal(order_at(&again, i), v);
	}
}

static void test_bijection(void **state)
{
	(void)state;
	struct random r = random_seeded(4);
	for (uint64_t n = 0; n < SMALL; n++)
		for (unsigned turn = 0; turn < 5; turn++)
			check_bijection(n, random_next(&r));
	static const uint64_t sizes[] = {1023, 1024, 1025, 4096, 65535, 65536, 65537, LARGE};
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		check_bijection(sizes[i], random_next(&r));
	// Too many to note down: the inverse says the same.
	static const uint64_t huge[] = {1u << 24, (1u << 24) + 1, 4294967295u, ORDER_MAX};
	for (unsigned i = 0; i < sizeof(huge) / sizeof(*huge); i++) {
		struct order o = order_of(huge[i], random_next(&r));
		for (unsigned k = 0; k < 100000; k++) {
			uint64_t at = random_next(&r) % huge[i], v = order_at(&o, at);
			assert_true(v < huge[i]);
			assert_int_equal(order_find(&o, v), at);
		}
	}
}

static void test_shards(void **state)
{
	(void)state;
	struct random r = random_seeded(5);
	for (unsigned turn = 0; turn < 500; turn++) {
		uint64_t n = random_next(&r) % 400, total = 0;
		uint32_t shards = 1 + (uint32_t)(random_next(&r) % 9);
		struct order o = order_of(n, turn);
		memset(seen, 0, n);
		for (uint32_t s = 0; s < shards; s++) {
			uint64_t count = order_shard_count(&o, s, shards);
			for (uint64_t k = 0; k < count; k++)
				assert_int_equal(seen[order_shard_at(&o, s, shards, k)]++, 0);
			total += count;
		}
		assert_int_equal(total, n);
		assert_int_equal(order_shard_count(&o, shards, shards), 0);
	}
}

// Each sixteenth of the order meets each sixteenth of the numbers about equally often, and neighbours are strangers: 256 cells
// of 256 expected, standard deviation 16; 6 of them is one false alarm in a million runs.
static void test_no_sweep(void **state)
{
	(void)state;
	enum { N = 65536, PARTS = 16, EXPECTED = N / PARTS / PARTS };
	struct random r = random_seeded(6);
	struct order o = order_of(N, random_next(&r));
	static unsigned cells[PARTS][PARTS];
	unsigned near = 0;
	memset(cells, 0, sizeof(cells));
	for (uint64_t i = 0; i < N; i++) {
		uint64_t v = order_at(&o, i), w = order_at(&o, (i + 1) % N);
		cells[i / (N / PARTS)][v / (N / PARTS)]++;
		near += (v > w ? v - w : w - v) < 16;
	}
	for (unsigned i = 0; i < PARTS; i++)
		for (unsigned k = 0; k < PARTS; k++)
			assert_true(cells[i][k] > EXPECTED - 100 && cells[i][k] < EXPECTED + 100);
	assert_true(near < 30 + 100); // 30 expected
	struct order other = order_of(N, random_next(&r));
	unsigned same = 0;
	for (uint64_t i = 0; i < N; i++)
		same += order_at(&o, i) == order_at(&other, i);
	assert_true(same < 20); // 1 expected
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bijection),
		cmocka_unit_test(test_shards),
		cmocka_unit_test(test_no_sweep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
