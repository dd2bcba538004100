// SPDX-License-Identifier: ISC
// The cursor: big-endian getters, bounds, and that a getter which fails moves nothing.
#include "unit.h"

#include "base/cursor.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};

static void reads_network_order(void **state)
{
	(void)state;
	struct cursor c = cursor_of(bytes, sizeof(bytes));
	uint8_t a = 0;
	uint16_t b = 0;
	uint32_t d = 0;
	assert_true(cursor_u8(&c, &a));
	assert_true(cursor_u16(&c, &b));
	assert_true(cursor_u32(&c, &d));
	assert_int_equal(a, 1);
	assert_int_equal(b, 0x0203);
	assert_int_equal(d, 0x04050607);
	assert_int_equal(cursor_left(&c), 1);
}

// Every getter at every length: it succeeds exactly when its bytes are there, and else changes nothing.
static void stops_at_the_end(void **state)
{
	(void)state;
	for (size_t left = 0; left <= sizeof(bytes); left++) {
		uint8_t *exact = malloc(left ? left : 1); // so that a sanitizer sees one byte too many
		assert_non_null(exact);
		memcpy(exact, bytes, left);
		struct cursor whole = cursor_of(exact, left), c = whole, part = {0};
		uint8_t a = 99, out[8] = {99};
		uint16_t b = 99;
		uint32_t d = 99;
		assert_int_equal(cursor_u8(&c, &a), left >= 1);
		c = whole;
		assert_int_equal(cursor_u16(&c, &b), left >= 2);
		assert_int_equal(b == 99, left < 2);
		c = whole;
		assert_int_equal(cursor_u32(&c, &d), left >= 4);
		assert_int_equal(d == 99, left < 4);
		c = whole;
		assert_int_equal(cursor_bytes(&c, out, 5), left >= 5);
		assert_int_equal(out[0] == 99, left < 5);
		c = whole;
		assert_int_equal(cursor_skip(&c, 7), left >= 7);
		c = whole;
		assert_int_equal(cursor_sub(&c, 8, &part), left >= 8);
		assert_int_equal(part.at == NULL, left < 8);
		assert_ptr_equal(c.at, left >= 8 ? whole.end : whole.at);
		free(exact);
	}
}

static void huge_lengths_do_not_wrap(void **state)
{
	(void)state;
	struct cursor c = cursor_of(bytes, sizeof(bytes)), part;
	uint8_t out[1];
	assert_false(cursor_skip(&c, SIZE_MAX));
	assert_false(cursor_sub(&c, SIZE_MAX, &part));
	assert_false(cursor_sub(&c, SIZE_MAX - 7, &part));
	assert_false(cursor_bytes(&c, out, SIZE_MAX));
	assert_ptr_equal(c.at, bytes);
}

static void sub_stays_in_its_parent(void **state)
{
	(void)state;
	struct cursor c = cursor_of(bytes, sizeof(bytes)), part;
	uint32_t d;
	assert_true(cursor_sub(&c, 3, &part));
	assert_false(cursor_u32(&part, &d));
	assert_int_equal(cursor_left(&part), 3);
	assert_int_equal(cursor_left(&c), 5);
	assert_true(cursor_u32(&c, &d));
	assert_int_equal(d, 0x04050607);
}

// An empty cursor, also one without any memory, gives nothing but takes requests for nothing.
static void nothing_of_nothing(void **state)
{
	(void)state;
	struct cursor none[] = {{0}, cursor_of(NULL, 0), cursor_of(NULL, 5), cursor_of(bytes, 0)};
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		struct cursor part;
		uint8_t a;
		assert_int_equal(cursor_left(&none[i]), 0);
		assert_false(cursor_u8(&none[i], &a));
		assert_true(cursor_skip(&none[i], 0));
		assert_true(cursor_bytes(&none[i], &a, 0));
		assert_true(cursor_sub(&none[i], 0, &part));
		assert_int_equal(cursor_left(&part), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_network_order),	    cmocka_unit_test(stops_at_the_end),
		cmocka_unit_test(huge_lengths_do_not_wrap), cmocka_unit_test(sub_stays_in_its_parent),
		cmocka_unit_test(nothing_of_nothing),
	};
	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
