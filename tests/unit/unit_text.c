// SPDX-License-Identifier: ISC
// Text building: growth, numbers, times on both sides of 1970, and what is shown of text from outside.
#include "unit.h"

#include "base/text.h"

#include <inttypes.h>

static void expect(struct text *t, const char *wanted)
{
	assert_string_equal(text_string(t), wanted);
	text_clear(t);
}

static void grows(void **state)
{
	(void)state;
	struct text t = {0};
	for (int i = 0; i < 10000; i++)
		text_char(&t, (char)('a' + i % 26));
	text_bytes(&t, NULL, 0);
	text_put(&t, "");
	assert_int_equal(t.length, 10000);
	assert_int_equal(t.bytes[9999], 'a' + 9999 % 26);
	text_string(&t);
	assert_int_equal(t.length, 10000);
	text_printf(&t, "%s", "");
	assert_int_equal(t.length, 10000);
	text_clear(&t);
	text_printf(&t, "%0300d", 7);
	assert_int_equal(t.length, 300);
	text_free(&t);
	assert_null(t.bytes);
	text_put(&t, "again");
	expect(&t, "again");
	text_free(&t);
	text_free(&t);
}

static void numbers(void **state)
{
	(void)state;
	struct text t = {0};
	text_u64(&t, 0);
	expect(&t, "0");
	text_u64(&t, UINT64_MAX);
	expect(&t, "18446744073709551615");
	text_hex(&t, "\x00\x7f\xff", 3);
	expect(&t, "007fff");
	uint64_t random = unit_seed();
	for (int i = 0; i < 2000; i++) {
		char wanted[32];
		uint64_t value = unit_random(&random) >> (i % 64);
		snprintf(wanted, sizeof(wanted), "%" PRIu64, value);
		text_u64(&t, value);
		expect(&t, wanted);
	}
	text_free(&t);
}

static void instants(void **state)
{
	(void)state;
	static const struct {
		int64_t ns;
		int digits;
		const char *text, *utc;
	} rows[] = {
		{1795418965898000000, 3, "1795418965.898", "2026-11-23T07:29:25.898Z"},
		{1795418965898999999, 3, "1795418965.898", "2026-11-23T07:29:25.898999999Z"},
		{1643143800000000000, 0, "1643143800", "2022-01-25T20:50:00Z"},
		{1643143800000001000, 9, "1643143800.000001000", "2022-01-25T20:50:00.000001Z"},
		{1, 3, "0.000", "1970-01-01T00:00:00.000000001Z"},
		{1, 9, "0.000000001", "1970-01-01T00:00:00.000000001Z"},
		{-1500000000, 3, "-1.500", "1969-12-31T23:59:58.500Z"},
		{-500000000, 1, "-0.5", "1969-12-31T23:59:59.500Z"},
		{-1000000000, 0, "-1", "1969-12-31T23:59:59Z"},
		{-1, 9, "-0.000000001", "1969-12-31T23:59:59.999999999Z"},
		{-1, 3, "-0.001", "1969-12-31T23:59:59.999999999Z"}, // down means towards the past
		{-1, 0, "-1", "1969-12-31T23:59:59.999999999Z"},
		{INT64_MAX, 9, "9223372036.854775807", "2262-04-11T23:47:16.854775807Z"},
		{-INT64_MAX, 9, "-9223372036.854775807", "1677-09-21T00:12:43.145224193Z"},
	};
	struct text t = {0};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		text_instant(&t, (struct instant){rows[i].ns}, rows[i].digits);
		expect(&t, rows[i].text);
		text_utc(&t, (struct instant){rows[i].ns});
		expect(&t, rows[i].utc);
	}
	text_instant(&t, (struct instant){1}, 12); // more digits than there are
	expect(&t, "0.000000001");
	text_instant(&t, (struct instant){NS_PER_S}, -1);
	expect(&t, "1");
	text_free(&t);
}

static void untrusted(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"Plain name, Inc.", "Plain name, Inc."},
		{"\x1b[31mred\x1b]0;title\x07", "?[31mred?]0;title?"},
		{"a\r\nb\tc\x7f", "a??b?c?"},
		{"M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x8c\x90", "M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x8c\x90"},
		{"\xff\xfe\x80", "???"},
		{"\xc3", "?"},			   // cut
		{"\xe2\x82", "??"},		   // cut
		{"\xc0\xaf\xe0\x80\xaf", "?????"}, // overlong
		{"\xed\xa0\x80", "???"},	   // surrogate
		{"\xf4\x90\x80\x80", "????"},	   // beyond Unicode
		{"\xc2\x9b"
		 "31m",
		 "?"
		 "31m"},			      // C1 control sequence introducer; two bytes, one or two marks
		{"a\xe2\x80\xaegpj.exe", "agpj.exe"}, // right-to-left override
		{"a\xe2\x81\xa6gpj.exe", "agpj.exe"}, // isolate
		{"a\xd8\x9cgpj.exe", "agpj.exe"},     // Arabic letter mark
		{"a\xe2\x80\x8b"
		 "b",
		 "ab"}, // zero width space
		{"a\xef\xbb\xbf"
		 "b",
		 "ab"}, // byte order mark
		{"a\xf3\xa0\x81\xa1"
		 "b",
		 "ab"}, // tag character
		{"a\xe2\x80\xa8"
		 "b",
		 "ab"}, // line separator
	};
	struct text t = {0};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		text_untrusted(&t, rows[i].in, strlen(rows[i].in));
		// Marks may stand once a character or once a byte: compare without them, and that there is one where needed.
		struct text kept = {0}, wanted = {0};
		for (size_t n = 0; n < t.length; n++)
			if (t.bytes[n] != '?')
				text_char(&kept, t.bytes[n]);
		for (const char *c = rows[i].out; *c; c++)
			if (*c != '?')
				text_char(&wanted, *c);
		assert_string_equal(text_string(&kept), text_string(&wanted));
		if (strcmp(rows[i].in, rows[i].out) != 0)
			assert_non_null(memchr(t.bytes, '?', t.length));
		text_free(&kept);
		text_free(&wanted);
		text_clear(&t);
	}
	text_free(&t);
}

static void untrusted_is_bounded(void **state)
{
	(void)state;
	struct text t = {0};
	char many[3000];
	memset(many, 'x', sizeof(many));
	text_untrusted(&t, many, sizeof(many));
	assert_int_equal(t.length, 256);
	text_clear(&t);
	text_untrusted(&t, NULL, 0);
	assert_int_equal(t.length, 0);
	text_free(&t);
}

// Whatever comes in, what goes out is printable and never opens a sequence.
static void untrusted_random(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	for (int round = 0; round < 20000; round++) {
		size_t n = unit_random(&random) % 12;
		char *in = malloc(n ? n : 1); // exact, for the sanitizer
		assert_non_null(in);
		for (size_t i = 0; i < n; i++)
			in[i] = (char)(unit_random(&random) % 3 ? 0x80 | unit_random(&random) : unit_random(&random));
		text_clear(&t);
		text_untrusted(&t, in, n);
		assert_true(t.length <= n);
		for (size_t i = 0; i < t.length; i++)
			assert_true((uint8_t)t.bytes[i] >= 0x20 && t.bytes[i] != 0x7f);
		free(in);
	}
	text_free(&t);
}

static void PRINTF_LIKE(2, 3) message(struct text *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text_message(t, format, args);
	va_end(args);
}

static void messages(void **state)
{
	(void)state;
	struct text t = {0};
	message(&t, "%s: %d", "a\x1b[31m\n\u202e/\u00e9", 7);
	assert_string_equal(text_string(&t), "a?[31m???"
					     "?/\u00e9: 7");
	char name[9000];
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	text_clear(&t);
	message(&t, "%s", name);
	assert_true(t.length > 4096 && t.length < sizeof(name) - 1);
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(numbers),
		cmocka_unit_test(instants),
		cmocka_unit_test(untrusted),
		cmocka_unit_test(untrusted_is_bounded),
		cmocka_unit_test(untrusted_random),
		cmocka_unit_test(messages),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
