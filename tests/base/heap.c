// SPDX-License-Identifier: ISC
// The heap, against a list that is searched through.
#include "child.h"

#include "base/heap.h"

#include <signal.h>

#define NAMES 300

struct item {
	int64_t key;
	uint32_t name;
	char more[20]; // so that the size is none of a number
};

struct owner {
	struct heap heap;
	size_t place[NAMES]; // 1 + where it stands; 0 not there
	int64_t key[NAMES];  // by the list that is searched through
};

static bool item_before(const void *owner, const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	(void)owner;
	return x->key != y->key ? x->key < y->key : x->name < y->name;
}

static void item_stands(void *owner, const void *item, size_t place)
{
	((struct owner *)owner)->place[((const struct item *)item)->name] = place + 1;
}

static const struct heap_kind placed = {sizeof(struct item), item_before, item_stands};
static const struct heap_kind plain = {sizeof(struct item), item_before, NULL};

static struct item made(int64_t key, uint32_t name)
{
	struct item i = {.key = key, .name = name};
	snprintf(i.more, sizeof(i.more), "%u", name);
	return i;
}

static void it_sorts(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	for (size_t round = 0; round < 200; round++) {
		size_t n = unit_random(&random) % 200;
		struct heap h = {0};
		struct item before = made(INT64_MIN, 0), now;
		for (uint32_t i = 0; i < n; i++) {
			now = made((int64_t)(unit_random(&random) % 50) - 25, i);
			heap_put(&h, &plain, NULL, &now);
		}
		assert_int_equal(h.count, n);
		for (size_t i = 0; i < n; i++, before = now) {
			heap_take(&h, &plain, NULL, &now);
			assert_true(i == 0 || item_before(NULL, &before, &now));
			struct item same = made(now.key, now.name);
			assert_string_equal(now.more, same.more);
		}
		assert_int_equal(h.count, 0);
		heap_free(&h);
		assert_null(h.items);
	}
}

// The first of the list; NAMES for none.
static uint32_t first_of(const struct owner *o)
{
	uint32_t first = NAMES;
	for (uint32_t i = 0; i < NAMES; i++)
		if (o->place[i] && (first == NAMES || o->key[i] < o->key[first]))
			first = i;
	return first;
}

static void step(struct owner *o, uint64_t random)
{
	uint32_t name = (uint32_t)(random >> 8) % NAMES;
	int64_t key = (int64_t)(random >> 40) % 1000;
	struct item item = made(key, name), *held;
	if (!o->place[name]) {
		o->key[name] = key;
		heap_put(&o->heap, &placed, o, &item);
	} else if (random & 1) {
		held = heap_at(&o->heap, &placed, o->place[name] - 1);
		held->key = o->key[name] = key;
		heap_settle(&o->heap, &placed, o, o->place[name] - 1);
	} else if (random & 2) {
		heap_drop(&o->heap, &placed, o, o->place[name] - 1);
		o->place[name] = 0;
	} else {
		heap_take(&o->heap, &placed, o, &item);
		o->place[item.name] = 0;
	}
}

static void any_order_of_acts_says_the_same_as_a_list(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct owner *o = calloc(1, sizeof(*o));
	for (size_t i = 0; i < 50000; i++) {
		step(o, unit_random(&random));
		uint32_t first = first_of(o);
		assert_int_equal(o->heap.count == 0, first == NAMES);
		const struct item *top = o->heap.count ? heap_at(&o->heap, &placed, 0) : NULL;
		assert_true(!top || top->name == first);
	}
	for (uint32_t i = 0; i < NAMES; i++) {
		const struct item *at = o->place[i] ? heap_at(&o->heap, &placed, o->place[i] - 1) : NULL;
		assert_true(!at || (at->name == i && at->key == o->key[i]));
	}
	heap_free(&o->heap);
	free(o);
}

static void room_made_beforehand_is_kept(void **state)
{
	(void)state;
	struct heap h = {0};
	heap_reserve(&h, &plain, 100);
	const void *items = h.items;
	for (uint32_t i = 0; i < 100; i++) {
		struct item item = made(-(int64_t)i, i);
		heap_put(&h, &plain, NULL, &item);
	}
	assert_ptr_equal(items, h.items);
	heap_reserve(&h, &plain, 5); // less than there is: nothing
	assert_int_equal(h.capacity, 100);
	heap_free(&h);
}

static void takes_from_nothing(void)
{
	struct heap h = {0};
	struct item item;
	heap_take(&h, &plain, NULL, &item);
}

static void drops_what_is_not_there(void)
{
	struct heap h = {0};
	struct item item = made(1, 1);
	heap_put(&h, &plain, NULL, &item);
	heap_drop(&h, &plain, NULL, 1);
}

static void settles_what_is_not_there(void)
{
	struct heap h = {0};
	heap_settle(&h, &plain, NULL, 0);
}

static void wrong_places_are_faults(void **state)
{
	(void)state;
	void (*const ways[])(void) = {takes_from_nothing, drops_what_is_not_there, settles_what_is_not_there};
	char message[1000];
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		assert_int_equal(child_signal(ways[i], message, sizeof(message)), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_sorts),
		cmocka_unit_test(any_order_of_acts_says_the_same_as_a_list),
		cmocka_unit_test(room_made_beforehand_is_kept),
		cmocka_unit_test(wrong_places_are_faults),
	};
	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
