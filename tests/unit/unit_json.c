// SPDX-License-Identifier: ISC
// The JSON writer: commas, escapes, bytes that are no UTF-8, numbers; random strings are read back by another library.
#include "unit.h"

#include "base/json.h"
#include "unit_json_read.h"

#include <math.h>

static void whole(void **state)
{
	(void)state;
	struct text t = {0};
	struct json j = {.out = &t};
	json_open(&j, '{');
	json_key(&j, "list");
	json_open(&j, '[');
	json_int(&j, 0);
	json_int(&j, -1);
	json_int(&j, INT64_MIN);
	json_int(&j, INT64_MAX);
	json_close(&j, ']');
	json_key(&j, "empty");
	json_open(&j, '[');
	json_close(&j, ']');
	json_key(&j, "none");
	json_string(&j, NULL);
	json_key(&j, "real");
	json_real(&j, 0.25, 3);
	json_key(&j, "nan");
	json_real(&j, NAN, 3);
	json_key(&j, "inf");
	json_real(&j, -INFINITY, 3);
	json_key(&j, "when");
	json_instant(&j, (struct instant){1500000000}, 3);
	json_key(&j, "before");
	json_instant(&j, (struct instant){-1500000000}, 1);
	json_key(&j, "never");
	json_instant(&j, INSTANT_NONE, 3);
	json_key(&j, "yes");
	json_bool(&j, true);
	json_close(&j, '}');
	assert_string_equal(text_string(&t),
			    "{\"list\":[0,-1,-9223372036854775808,9223372036854775807],\"empty\":[],\"none\":null,"
			    "\"real\":0.250,\"nan\":null,\"inf\":null,\"when\":1.500,\"before\":-1.5,\"never\":null,"
			    "\"yes\":true}");
	text_free(&t);
}

static void strings(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} rows[] = {
		{"a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
		{"\n\x01\0z", 4, "\"\\u000a\\u0001\\u0000z\""},
		{"\xc3\xa9\xf0\x9f\x8c\x90", 6, "\"\xc3\xa9\xf0\x9f\x8c\x90\""},
		{"\xff", 1, "\"\xef\xbf\xbd\""},
		{"a\xc3", 2, "\"a\xef\xbf\xbd\""},
		{"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xc3\"", 2, "\"\xef\xbf\xbd\\\"\""}, // a cut sequence must not swallow the quote
		{"\xe2\x82\\", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\\\\\""},
		{NULL, 0, "\"\""},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text t = {0};
		struct json j = {.out = &t};
		json_string_n(&j, rows[i].in, rows[i].n);
		assert_string_equal(text_string(&t), rows[i].out);
		text_free(&t);
	}
}

static void random_strings_read_back(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	for (int round = 0; round < 5000; round++) {
		char in[24];
		size_t n = unit_random(&random) % sizeof(in);
		for (size_t i = 0; i < n; i++)
			in[i] = (char)(unit_random(&random) >> (round % 3));
		text_clear(&t);
		struct json j = {.out = &t};
		json_open(&j, '[');
		json_string_n(&j, in, n);
		json_close(&j, ']');
		assert_true(json_reads_back(t.bytes, t.length, in, n));
	}
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(strings),
		cmocka_unit_test(random_strings_read_back),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
