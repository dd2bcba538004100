// SPDX-License-Identifier: ISC
// Arrays that grow and give back what they no longer need, and what they hold meanwhile.
#include "../unit/unit.h"

#include "base/alloc.h"

#include <stdlib.h>

struct item {
	uint32_t number;
	char more[7];
};

static void expect_numbers(const struct item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(items[i].number, i);
}

static void grows_and_shrinks(void **state)
{
	(void)state;
	struct item *items = NULL;
	size_t capacity = 0;
	for (size_t i = 0; i < 10000; i++) {
		alloc_grow((void **)&items, i, &capacity, sizeof(*items));
		assert_true(capacity > i && capacity <= (i ? 2 * i : 1) + 16);
		items[i] = (struct item){.number = (uint32_t)i};
	}
	size_t full = capacity;
	alloc_shrink((void **)&items, 10000, &capacity, sizeof(*items));
	assert_int_equal(capacity, full); // in use
	alloc_shrink((void **)&items, full / 4, &capacity, sizeof(*items));
	assert_int_equal(capacity, full); // what may soon be needed again is not given back
	alloc_shrink((void **)&items, 100, &capacity, sizeof(*items));
	assert_true(capacity >= 100 && capacity < 200);
	expect_numbers(items, 100);
	for (size_t i = 100; i < 1000; i++) { // and it grows again
		alloc_grow((void **)&items, i, &capacity, sizeof(*items));
		items[i] = (struct item){.number = (uint32_t)i};
	}
	expect_numbers(items, 1000);
	alloc_shrink((void **)&items, 0, &capacity, sizeof(*items));
	assert_true(capacity > 0 && capacity < 50);
	free(items);
}

// Nothing is asked for where there is nothing to give back.
static void nothing_shrinks_to_nothing(void **state)
{
	(void)state;
	struct item *items = NULL;
	size_t capacity = 0;
	alloc_shrink((void **)&items, 0, &capacity, sizeof(*items));
	assert_null(items);
	assert_int_equal(capacity, 0);
}

static void pages_grow(void **state)
{
	(void)state;
	struct item *items = NULL;
	size_t capacity = 0;
	for (size_t i = 0; i < 500000; i++) {
		alloc_pages_grow((void **)&items, i, &capacity, sizeof(*items));
		assert_int_equal(items[i].number, 0);
		items[i].number = (uint32_t)i;
	}
	expect_numbers(items, 500000);
	alloc_pages_free(items, capacity * sizeof(*items));
	alloc_pages_free(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_shrinks),
		cmocka_unit_test(nothing_shrinks_to_nothing),
		cmocka_unit_test(pages_grow),
	};
	return cmocka_run_group_tests_name("base alloc", tests, NULL, NULL);
}
