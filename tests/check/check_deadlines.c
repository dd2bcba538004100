// SPDX-License-Identifier: ISC
// The heap of deadlines against a plain table: whatever is set, moved, dropped, the earliest comes first and nothing is lost.
#include "../unit/unit.h"

#include "check/deadlines.h"

#define SLOTS 64
#define NONE  INT64_MAX

static int64_t earliest(const int64_t *table)
{
	int64_t first = NONE;
	for (size_t i = 0; i < SLOTS; i++)
		first = table[i] < first ? table[i] : first;
	return first;
}

static void takes_all_that_is_due(struct deadlines *d, int64_t *table, int64_t now)
{
	uint32_t slot;
	int64_t last = INT64_MIN;
	while (deadlines_take(d, now, &slot)) {
		assert_true(slot < SLOTS && table[slot] <= now && table[slot] >= last);
		assert_int_equal(table[slot], table[slot] < earliest(table) ? 0 : earliest(table));
		last = table[slot];
		table[slot] = NONE;
	}
	assert_true(earliest(table) > now);
}

static void agrees_with_a_table(void **state)
{
	(void)state;
	struct deadlines d;
	int64_t table[SLOTS], next;
	uint64_t seed = unit_seed();
	deadlines_create(&d, SLOTS);
	for (size_t i = 0; i < SLOTS; i++)
		table[i] = NONE;
	for (int round = 0; round < 100000; round++) {
		uint32_t slot = (uint32_t)(unit_random(&seed) % SLOTS);
		switch (unit_random(&seed) % 8) {
		case 0:
			deadlines_drop(&d, slot);
			table[slot] = NONE;
			break;
		case 1:
			takes_all_that_is_due(&d, table, (int64_t)(unit_random(&seed) % 400));
			break;
		default:
			table[slot] = (int64_t)(unit_random(&seed) % 1000);
			deadlines_set(&d, slot, table[slot]);
		}
		assert_int_equal(deadlines_next(&d, &next), earliest(table) != NONE);
		if (earliest(table) != NONE)
			assert_int_equal(next, earliest(table));
	}
	deadlines_free(&d);
	deadlines_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_a_table)};
	return cmocka_run_group_tests_name("deadlines", tests, NULL, NULL);
}
