// SPDX-License-Identifier: ISC
// The index, against a list that is searched through.
#include "child.h"

#include "base/hash.h"
#include "base/index.h"

#include <signal.h>

#define MOST 4000

struct list {
	uint64_t hash[MOST];
	uint32_t number[MOST];
	size_t count;
};

// Numbers under the hash, as the index and as the list give them, in their order.
static void same_under(const struct index *x, const struct list *l, uint64_t hash)
{
	struct index_walk walk = index_begin(hash);
	uint32_t number;
	for (size_t i = 0; i < l->count; i++) {
		if ((uint32_t)l->hash[i] != (uint32_t)hash)
			continue;
		assert_true(index_next(x, &walk, &number));
		assert_int_equal(number, l->number[i]);
	}
	assert_false(index_next(x, &walk, &number));
}

static void list_drop(struct list *l, size_t at)
{
	l->count--;
	for (size_t i = at; i < l->count; i++) {
		l->hash[i] = l->hash[i + 1];
		l->number[i] = l->number[i + 1];
	}
}

// `spread`: how many hashes there are; few make long runs that wrap.
static void compare(uint64_t *random, uint64_t spread, bool mixed)
{
	struct list *l = calloc(1, sizeof(*l));
	struct index x = {0};
	for (uint32_t n = 0; n < MOST; n++) {
		uint64_t word = unit_random(random), hash = (word >> 8) % spread;
		hash = mixed ? hash_mix(hash) : hash + 14; // 14: runs at the end of 16 slots
		if (l->count && word % 3 == 0) {
			size_t at = (word >> 20) % l->count;
			assert_true(index_remove(&x, l->hash[at], l->number[at]));
			assert_false(index_remove(&x, l->hash[at], l->number[at]));
			list_drop(l, at);
		} else {
			index_add(&x, hash, n);
			l->hash[l->count] = hash;
			l->number[l->count++] = n;
		}
		assert_int_equal(x.count, l->count);
		assert_true(x.count * 2 <= x.slot_count);
		if (n % 16 == 0)
			for (uint64_t h = 0; h < spread && h < 200; h++)
				same_under(&x, l, mixed ? hash_mix(h) : h + 14);
	}
	for (size_t i = 0; i < l->count; i++)
		same_under(&x, l, l->hash[i]);
	index_free(&x);
	free(l);
}

static void any_order_of_acts_says_the_same_as_a_list(void **state)
{
	(void)state;
	static const uint64_t spreads[] = {1, 3, 17, 100, 1u << 20};
	uint64_t random = unit_seed();
	for (size_t i = 0; i < ARRAY_LEN(spreads); i++) {
		compare(&random, spreads[i], true);
		if (spreads[i] > 3)
			compare(&random, spreads[i], false);
	}
}

static void a_zeroed_index_is_empty(void **state)
{
	(void)state;
	struct index x = {0};
	struct index_walk walk = index_begin(7);
	uint32_t number = 99;
	assert_false(index_next(&x, &walk, &number));
	assert_false(index_remove(&x, 7, 0));
	assert_int_equal(number, 99);
	index_clear(&x);
	index_free(&x);
}

static void room_made_beforehand_is_kept(void **state)
{
	(void)state;
	struct index x = {0};
	index_reserve(&x, 1000);
	const void *slots = x.slots;
	for (uint32_t i = 0; i < 1000; i++)
		index_add(&x, hash_mix(i), i);
	assert_ptr_equal(slots, x.slots);
	index_clear(&x);
	assert_int_equal(x.count, 0);
	struct index_walk walk = index_begin(hash_mix(1));
	uint32_t number;
	assert_false(index_next(&x, &walk, &number));
	index_add(&x, hash_mix(1), 5);
	walk = index_begin(hash_mix(1));
	assert_true(index_next(&x, &walk, &number));
	assert_int_equal(number, 5);
	index_free(&x);
}

static void adds_what_has_no_number(void)
{
	struct index x = {0};
	index_add(&x, 1, UINT32_MAX);
}

static void reserves_too_much(void)
{
	struct index x = {0};
	index_reserve(&x, (size_t)INDEX_NUMBERS_MAX + 1);
}

static void wrong_numbers_are_faults(void **state)
{
	(void)state;
	char message[1000];
	assert_int_equal(child_signal(adds_what_has_no_number, message, sizeof(message)), SIGABRT);
	assert_int_equal(child_signal(reserves_too_much, message, sizeof(message)), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_acts_says_the_same_as_a_list),
		cmocka_unit_test(a_zeroed_index_is_empty),
		cmocka_unit_test(room_made_beforehand_is_kept),
		cmocka_unit_test(wrong_numbers_are_faults),
	};
	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
