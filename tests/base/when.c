// SPDX-License-Identifier: ISC
// The time reader: every form, every range, and each day of 253 years against the C library.
#include "../unit/unit.h"

#include "base/text.h"
#include "base/when.h"

#include <math.h>

static struct cursor of(const char *text)
{
	return cursor_of(text, strlen(text));
}

enum { NUMBER = 1, RFC3339 = 2, TYPED = 4 };

static void every_form(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int ways;
		int64_t seconds;
		uint32_t nanoseconds;
	} rows[] = {
		{"1643143800", NUMBER | TYPED, 1643143800, 0},
		{"1643143800.5", NUMBER | TYPED, 1643143800, 500000000},
		{"1643143800.1234567891", NUMBER | TYPED, 1643143800, 123456789},
		{"1643143800.", 0, 0, 0},
		{"8000000000", NUMBER | TYPED, 8000000000, 0},
		{"8000000001", 0, 0, 0},
		{"99999999999999999999", 0, 0, 0},
		{"-1", 0, 0, 0},
		{"1e9", 0, 0, 0},
		{"", 0, 0, 0},
		{" 5", 0, 0, 0},
		{"5 ", 0, 0, 0},
		{"2022-01-25T20:50:00Z", RFC3339 | TYPED, 1643143800, 0},
		{"2022-01-25t20:50:00z", RFC3339 | TYPED, 1643143800, 0},
		{"2022-01-25 20:50:00", RFC3339 | TYPED, 1643143800, 0},
		{"2022-01-25T20:50:00.25Z", RFC3339 | TYPED, 1643143800, 250000000},
		{"2022-01-26T00:20:00+03:30", RFC3339 | TYPED, 1643143800, 0},
		{"2022-01-26T00:20:00+0330", RFC3339 | TYPED, 1643143800, 0},
		{"2022-01-25T19:50:00-01:00", RFC3339 | TYPED, 1643143800, 0},
		{"2016-12-31T23:59:60Z", RFC3339 | TYPED, 1483228800, 0},
		{"1970-01-02T00:00:00Z", RFC3339 | TYPED, 86400, 0},
		{"1970-01-01T00:00:00+01:00", 0, 0, 0},
		{"2022-01-25T20:50Z", TYPED, 1643143800, 0},
		{"2022-01-25T20:50", TYPED, 1643143800, 0},
		{"2022-01-25", TYPED, 1643068800, 0},
		{"2022-01-25Z", 0, 0, 0},
		{"2022-02-29", 0, 0, 0},
		{"2024-02-29", TYPED, 1709164800, 0},
		{"2100-02-29", 0, 0, 0},
		{"2022-04-31T00:00:00Z", 0, 0, 0},
		{"2022-13-01", 0, 0, 0},
		{"2022-00-01", 0, 0, 0},
		{"2022-01-00", 0, 0, 0},
		{"2022-01-25T24:00:00Z", 0, 0, 0},
		{"2022-01-25T20:60:00Z", 0, 0, 0},
		{"2022-01-25T20:50:61Z", 0, 0, 0},
		{"2022-01-25T20:50:00.Z", 0, 0, 0},
		{"2022-01-25T20:50:00+24:00", 0, 0, 0},
		{"2022-01-25T20:50:00+01:60", 0, 0, 0},
		{"2022-01-25T20:50:00+1:00", 0, 0, 0},
		{"2022-01-25T20:50:00Zx", 0, 0, 0},
		{"2022-01-25T20:50:00 Z", 0, 0, 0},
		{"2022-1-25", 0, 0, 0},
		{"22-01-25", 0, 0, 0},
		{"1969-12-31T23:59:59Z", 0, 0, 0},
		{"2223-01-01", 0, 0, 0},
		{"2222-12-31T23:59:59Z", RFC3339 | TYPED, 7983878399, 0},
		{"2022-01-25T20", 0, 0, 0},
		{"2022-01-25T", 0, 0, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct instant old = {77};
		struct instant number = old, rfc3339 = old, typed = old, either = old;
		struct instant right = instant_of(rows[i].seconds, rows[i].nanoseconds);
		assert_int_equal(when_number(of(rows[i].text), &number), (rows[i].ways & NUMBER) != 0);
		assert_int_equal(when_rfc3339(of(rows[i].text), &rfc3339), (rows[i].ways & RFC3339) != 0);
		assert_int_equal(when_either(of(rows[i].text), &either), (rows[i].ways & (NUMBER | RFC3339)) != 0);
		assert_int_equal(when_typed(of(rows[i].text), &typed), (rows[i].ways & TYPED) != 0);
		assert_true(number.ns == (rows[i].ways & NUMBER ? right.ns : old.ns));
		assert_true(rfc3339.ns == (rows[i].ways & RFC3339 ? right.ns : old.ns));
		assert_true(either.ns == (rows[i].ways & (NUMBER | RFC3339) ? right.ns : old.ns));
		assert_true(typed.ns == (rows[i].ways & TYPED ? right.ns : old.ns));
	}
}

static void seconds_stop_where_they_end(void **state)
{
	(void)state;
	struct cursor c = of("1643143800.5,\"x\"");
	struct instant t = {77};
	assert_true(when_seconds(&c, &t));
	assert_int_equal(*c.at, ',');
	assert_true(t.ns == 1643143800500000000);
	c = of("x");
	assert_false(when_seconds(&c, &t));
	assert_int_equal(cursor_left(&c), 1);
	c = of("5.x");
	assert_false(when_seconds(&c, &t));
	assert_int_equal(cursor_left(&c), 3);
}

static void each_day_is_the_librarys(void **state)
{
	(void)state;
	int days = 0;
	for (int64_t year = 1969; year <= 2223; year++)
		for (int64_t month = 0; month <= 13; month++)
			for (int64_t day = 0; day <= 32; day++) {
				struct tm tm = {
					.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day};
				time_t theirs = timegm(&tm);
				bool there =
					tm.tm_mday == day && tm.tm_mon == month - 1 && year >= 1970 && year <= 2222;
				struct instant t = {77};
				assert_int_equal(when_civil(year, month, day, 3, &t), there);
				assert_true(t.ns == (there ? (theirs + 3) * NS_PER_S : 77));
				days += there;
			}
	assert_int_equal(days, 253 * 365 + 61);
	struct instant t;
	assert_false(when_civil(2022, 1, 1, -1, &t));
	assert_false(when_civil(2022, 1, 1, 86401, &t));
	assert_false(when_civil(INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, &t));
	assert_false(when_civil(INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, &t));
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text text = {0};
	for (size_t i = 0; i < 20000; i++) {
		uint64_t word = unit_random(&random);
		struct instant t = instant_of((int64_t)(word % 7983878400), 0), back = {77};
		t.ns += (int64_t)(unit_random(&random) % NS_PER_S);
		text_clear(&text);
		text_utc(&text, t);
		assert_true(when_rfc3339(cursor_of(text.bytes, text.length), &back) && back.ns == t.ns);
		text_clear(&text);
		text_instant(&text, t, 9);
		assert_true(when_number(cursor_of(text.bytes, text.length), &back) && back.ns == t.ns);
	}
	text_free(&text);
}

static void doubles_have_their_range(void **state)
{
	(void)state;
	struct instant t = {77};
	assert_true(when_real(1643143800.5, &t) && t.ns == 1643143800500000000);
	assert_true(when_real(-1.5, &t) && t.ns == -1500000000);
	t.ns = 77;
	assert_false(when_real(9.2e9, &t));
	assert_false(when_real(-9.2e9, &t));
	assert_false(when_real(NAN, &t));
	assert_false(when_real(INFINITY, &t));
	assert_true(t.ns == 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form),
		cmocka_unit_test(seconds_stop_where_they_end),
		cmocka_unit_test(each_day_is_the_librarys),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(doubles_have_their_range),
	};
	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
