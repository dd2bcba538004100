// SPDX-License-Identifier: ISC
// The number reader: bounds, where it stops, and every double as the C library has it.
#include "../unit/unit.h"

#include "base/number.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>

static struct cursor of(const char *text)
{
	return cursor_of(text, strlen(text));
}

static void whole_numbers_keep_their_bounds(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t most, value;
		int left; // -1: none
	} rows[] = {
		{"0", 0, 0, 0},
		{"1", 0, 0, -1},
		{"9", 5, 0, -1},
		{"5", 5, 5, 0},
		{"007", 7, 7, 0},
		{"12x", 99, 12, 1},
		{"", 9, 0, -1},
		{"x", 9, 0, -1},
		{"-1", 9, 0, -1},
		{"+1", 9, 0, -1},
		{" 1", 9, 0, -1},
		{"4294967295", UINT32_MAX, UINT32_MAX, 0},
		{"4294967296", UINT32_MAX, 0, -1},
		{"18446744073709551615", UINT64_MAX, UINT64_MAX, 0},
		{"18446744073709551616", UINT64_MAX, 0, -1},
		{"99999999999999999999999", UINT64_MAX, 0, -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cursor c = of(rows[i].text), before = c;
		uint64_t value = 77;
		bool got = number_u64(&c, rows[i].most, &value);
		assert_int_equal(got, rows[i].left >= 0);
		assert_true(got ? value == rows[i].value && cursor_left(&c) == (size_t)rows[i].left
				: value == 77 && c.at == before.at);
		assert_int_equal(number_of_text(rows[i].text, rows[i].most, &value), rows[i].left == 0);
	}
}

static void signed_numbers_keep_their_bounds(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t least, most, value;
		bool fine;
	} rows[] = {
		{"-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, true},
		{"-9223372036854775809", INT64_MIN, INT64_MAX, 0, false},
		{"9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, true},
		{"9223372036854775808", INT64_MIN, INT64_MAX, 0, false},
		{"-0", 0, 5, 0, true},
		{"-5", -5, 5, -5, true},
		{"-6", -5, 5, 0, false},
		{"6", -5, 5, 0, false},
		{"-", -5, 5, 0, false},
		{"--1", -5, 5, 0, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cursor c = of(rows[i].text), before = c;
		int64_t value = 77;
		assert_int_equal(number_i64(&c, rows[i].least, rows[i].most, &value), rows[i].fine);
		assert_true(rows[i].fine ? value == rows[i].value && !cursor_left(&c)
					 : value == 77 && c.at == before.at);
	}
	uint64_t digits = 77;
	struct cursor c = of("20220125");
	assert_true(number_digits(&c, 4, &digits) && digits == 2022 && cursor_left(&c) == 4);
	assert_false(number_digits(&c, 5, &digits));
	assert_false(number_digits(&c, 0, &digits));
	assert_false(number_digits(&c, 19, &digits));
	assert_true(digits == 2022 && cursor_left(&c) == 4);
}

static void reals_stop_where_they_end(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double value;
		int left; // -1: none
	} rows[] = {
		{"5", 5, 0},
		{"5.", 5, 0},
		{".5", 0.5, 0},
		{"+.5e1", 5, 0},
		{"-0", 0, 0},
		{"5e", 5, 1},
		{"5e+", 5, 2},
		{"5ex", 5, 2},
		{"5e-3", 0.005, 0},
		{"5E2]", 500, 1},
		{"1.2.3", 1.2, 2},
		{"0x10", 0, 3},
		{"1e400", 0, -1},
		{"-1e400", 0, -1},
		{"1e-400", 0, 0},
		{"inf", 0, -1},
		{"nan", 0, -1},
		{"", 0, -1},
		{".", 0, -1},
		{"-", 0, -1},
		{"e5", 0, -1},
		{"-.e5", 0, -1},
		{" 1", 0, -1},
		{"1 ", 1, 1},
		{"1,5", 1, 2},
		{"0e999999", 0, 0},
		{"00012", 12, 0},
		{"1e00005", 1e5, 0},
		{"2.50", 2.5, 0},
		{"--1", 0, -1},
		{"1e99999999999999999999", 0, -1},
		{"0.00000000000000000000000000000000000000000000000000000000000001", 1e-62, 0}, // 64 bytes
		{"0.000000000000000000000000000000000000000000000000000000000000001", 0, -1},	// 65
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cursor c = of(rows[i].text), before = c;
		double value = 77;
		bool got = number_real(&c, &value);
		assert_int_equal(got, rows[i].left >= 0);
		assert_true(got ? value == rows[i].value && cursor_left(&c) == (size_t)rows[i].left
				: value == 77 && c.at == before.at);
		assert_int_equal(number_real_of_text(rows[i].text, -INFINITY, INFINITY, &value), rows[i].left == 0);
	}
	double value = 77;
	assert_false(number_real_of_text("0.99", 1, 2, &value));
	assert_false(number_real_of_text("2.01", 1, 2, &value));
	assert_true(number_real_of_text("1.5", 1, 2, &value) && value == 1.5);
}

static void same_as_library(const char *text)
{
	struct cursor c = of(text);
	double value = 0, theirs = strtod(text, NULL);
	bool got = number_real(&c, &value);
	assert_int_equal(got, isfinite(theirs) && strlen(text) <= NUMBER_BYTES_MAX);
	if (got && (memcmp(&value, &theirs, sizeof(value)) != 0 || cursor_left(&c)))
		fail_msg("%s: %a, the library says %a", text, value, theirs);
}

static void every_real_is_the_nearest(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	char text[100];
	for (size_t i = 0; i < 200000; i++) {
		uint64_t word = unit_random(&random), bits = unit_random(&random);
		double any;
		memcpy(&any, &bits, sizeof(any));
		if (isfinite(any)) {
			snprintf(text, sizeof(text), word & 1 ? "%.17g" : "%.6e", any);
			same_as_library(text);
		}
		snprintf(text, sizeof(text), "%" PRIu64 ".%03" PRIu64, word >> (word & 63), bits % 1000);
		same_as_library(text);
		snprintf(text, sizeof(text), "%s%" PRIu64 "e%d", bits & 1 ? "-" : "", word >> (bits >> 8 & 63),
			 (int)(bits >> 20 & 63) - 31);
		same_as_library(text);
	}
}

static void no_locale_moves_the_point(void **state)
{
	(void)state;
	static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ru_RU.UTF-8"};
	const char *set = NULL;
	for (size_t i = 0; i < ARRAY_LEN(locales) && !set; i++)
		set = setlocale(LC_ALL, locales[i]);
	double value = 0;
	assert_true(number_real_of_text("1.23456789012345678901234", 0, 2, &value)); // by the library
	assert_true(value == 1.23456789012345678901234);
	assert_true(number_real_of_text("0.5", 0, 2, &value) && value == 0.5);
	setlocale(LC_ALL, "C");
}

static void scaled_numbers_are_rounded(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int digits;
		uint64_t most, value;
		bool fine;
	} rows[] = {
		{"1.2345", 3, UINT32_MAX, 1235, true},
		{"1.2344", 3, UINT32_MAX, 1234, true},
		{"5", 9, UINT64_MAX, 5000000000, true},
		{"5", 0, 4, 0, false},
		{"-0.4", 0, 9, 0, true},
		{"-0.6", 0, 9, 0, false},
		{"1e3", 3, UINT32_MAX, 1000000, true},
		{"", 3, 9, 0, false},
		{"1.2.3", 3, 9999, 0, false},
		{"1x", 3, 9999, 0, false},
		{".", 3, 9, 0, false},
		{"1e30", 3, UINT64_MAX, 0, false},
		{"2100344.1185001", 3, UINT32_MAX, 2100344119, true},
		{"2100344.118500", 3, UINT32_MAX, 2100344119, true}, // not half as a double, times 1,000
		{"2100344.118499", 3, UINT32_MAX, 2100344118, true},
		{"18446744073709551615", 0, UINT64_MAX, UINT64_MAX, true},
		{"18446744073709551616", 0, UINT64_MAX, 0, false},
		{"0.00000000005e10", 0, 9, 1, true},
		{"4e-1", 0, 9, 0, true},
		{"1e-9999", 9, 9, 0, true},
		{"0e9999", 9, 9, 0, true},
		{"99999999999", 0, UINT64_MAX, 99999999999, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t value = 77;
		assert_int_equal(number_scaled(of(rows[i].text), rows[i].digits, rows[i].most, &value), rows[i].fine);
		assert_true(value == (rows[i].fine ? rows[i].value : 77));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_keep_their_bounds), cmocka_unit_test(signed_numbers_keep_their_bounds),
		cmocka_unit_test(reals_stop_where_they_end),	   cmocka_unit_test(every_real_is_the_nearest),
		cmocka_unit_test(no_locale_moves_the_point),	   cmocka_unit_test(scaled_numbers_are_rounded),
	};
	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
