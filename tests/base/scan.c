// SPDX-License-Identifier: ISC
// The scanner of JSON, against jansson where both have something to say.
#include "../unit/unit.h"

#include "base/err.h"
#include "base/scan.h"

#include <jansson.h>

static struct cursor of(const char *text)
{
	return cursor_of(text, strlen(text));
}

static void members_are_fetched(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "b", "ab"};
	static const struct scan_keys keys = {names, 3};
	struct scan_value v[3];
	char word[8];
	assert_int_equal(scan_object(of(" {\"a\":1, \"x\":[{},\"}\"] ,\"b\":\"\\u00e9\",\"a\":-2}\n"), &keys, v), 0);
	int64_t number = 0;
	assert_true(scan_i64(&v[0], -5, 5, &number) && number == -2); // the last one
	assert_int_equal(scan_string(&v[1], word, sizeof(word)), 2);
	assert_string_equal(word, "\xc3\xa9");
	assert_true(v[1].escaped);
	assert_int_equal(v[2].type, SCAN_ABSENT);
	assert_int_equal(scan_object(of("{\"ab\":true,\"a\":null,\"b\":false}"), &keys, v), 0);
	assert_int_equal(v[0].type, SCAN_ABSENT);
	assert_int_equal(v[1].type, SCAN_FALSE);
	assert_int_equal(v[2].type, SCAN_TRUE);
	static const char *const wrong[] = {"",		  "[]",	       "{",	     "{\"a\"}",	    "{\"a\":}",
					    "{\"a\":1,}", "{,}",       "{\"a\":1}x", "{\"a\":NaN}", "{\"a\":1 2}",
					    "{\"a:1}",	  "{\"a\":[}", "{a:1}",	     "{\"a\":tru}", "{} {}"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(scan_object(of(wrong[i]), &keys, v), ERR_MALFORMED);
}

static void nesting_has_its_limit(void **state)
{
	(void)state;
	static const struct scan_keys keys = {NULL, 0};
	char text[200];
	for (size_t depth = 1; depth < 40; depth++) {
		size_t n = 0;
		memcpy(text, "{\"a\":", 5);
		n = 5;
		memset(text + n, '[', depth);
		n += depth;
		memset(text + n, ']', depth);
		n += depth;
		text[n++] = '}';
		struct cursor c = cursor_of(text, n);
		assert_int_equal(scan_object(c, &keys, NULL), depth < SCAN_DEPTH ? 0 : ERR_MALFORMED);
	}
}

static void walks_go_member_by_member(void **state)
{
	(void)state;
	struct cursor c = of(" { \"k\" : [1, NaN ,\"x\\\"]\" , {}] , \"l\":2 } rest"), list;
	struct scan_value key, value, element;
	double real = 0;
	assert_false(scan_enter(&c, '['));
	assert_true(scan_enter(&c, '{'));
	assert_int_equal(scan_member(&c, &key, &value), 1);
	assert_true(scan_is(&key, "k"));
	assert_true(scan_array(&value, &list));
	assert_int_equal(scan_element(&list, &element), 1);
	assert_true(scan_real(&element, &real) && real == 1);
	assert_int_equal(scan_element(&list, &element), 1);
	assert_int_equal(element.type, SCAN_WORD);
	assert_false(scan_real(&element, &real));
	assert_int_equal(scan_element(&list, &element), 1);
	assert_true(scan_is(&element, "x\\\"]"));
	assert_int_equal(scan_element(&list, &element), 1);
	assert_int_equal(element.type, SCAN_OBJECT);
	assert_int_equal(scan_element(&list, &element), 0);
	assert_int_equal(scan_member(&c, &key, &value), 1);
	assert_true(scan_is(&key, "l"));
	assert_int_equal(scan_member(&c, &key, &value), 0);
	assert_int_equal(cursor_left(&c), 5);
	c = of("{\"a\":1,\"b\":[1,2");
	assert_true(scan_enter(&c, '{'));
	assert_int_equal(scan_member(&c, &key, &value), 1);
	assert_int_equal(scan_member(&c, &key, &value), ERR_MALFORMED);
	assert_true(scan_is(&key, "a")); // untouched
}

static void numbers_have_their_bounds(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "s"};
	static const struct scan_keys keys = {names, 2};
	struct scan_value v[2];
	uint64_t scaled = 0;
	int64_t whole = 77;
	double real = 77;
	assert_int_equal(scan_object(of("{\"a\":1.5,\"s\":\"2.25\"}"), &keys, v), 0);
	assert_true(scan_scaled(&v[0], 3, 9999, &scaled) && scaled == 1500);
	assert_true(scan_scaled(&v[1], 3, 9999, &scaled) && scaled == 2250);
	assert_false(scan_scaled(&v[0], 3, 1499, &scaled));
	assert_false(scan_i64(&v[0], 0, 9, &whole));
	assert_false(scan_real(&v[1], &real));
	assert_true(whole == 77 && real == 77);
}

// A value that arrives in pieces ends at the same byte however it is cut.
static void ends_are_found_in_pieces(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t end;
	} rows[] = {
		{"{\"a}\":[1,{\"b\\\"\":2}]},x", 20}, {"\"a\\\\\" ,", 5}, {"12.5,", 4}, {"true]", 4}, {"[[[]]]]", 6}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t piece = 1; piece < 10; piece++) {
			struct scan_end e = {0};
			size_t n = strlen(rows[i].text), at = 0;
			int got = 0;
			while (got == 0 && at < n) {
				struct cursor c = cursor_of(rows[i].text + at, n - at < piece ? n - at : piece);
				const uint8_t *from = c.at;
				got = scan_end(&e, &c);
				at += (size_t)(c.at - from);
			}
			assert_int_equal(got, 1);
			assert_int_equal(at, rows[i].end);
		}
}

// Any characters, escaped one way or the other, are read as they were, and as jansson reads them.
static void strings_come_back(void **state)
{
	(void)state;
	static const char *const names[] = {"s"};
	static const struct scan_keys keys = {names, 1};
	uint64_t random = unit_seed();
	for (size_t round = 0; round < 5000; round++) {
		char bytes[65] = "", text[65 * 6 + 10] = "{\"s\":\"", back[256];
		size_t n = unit_random(&random) % 64, at = strlen(text);
		for (size_t i = 0; i < n; i++) {
			bool plain = unit_random(&random) & 1;
			char c = bytes[i] = (char)(1 + unit_random(&random) % 127);
			plain = plain && c >= 0x20 && c != '"' && c != '\\';
			at += (size_t)snprintf(text + at, sizeof(text) - at, plain ? "%c" : "\\u%04X", c);
		}
		memcpy(text + at, "\"}", 3);
		struct scan_value v;
		assert_int_equal(scan_object(of(text), &keys, &v), 0);
		assert_int_equal(scan_string(&v, back, sizeof(back)), n);
		assert_memory_equal(back, bytes, n);
		json_t *theirs = json_loads(text, 0, NULL);
		assert_string_equal(json_string_value(json_object_get(theirs, "s")), back);
		json_decref(theirs);
	}
}

static const char *const alphabet[] = {"{",	    "}", "[",	   "]",	   ",",	   ":", "\"a\"",
				       "\"b\\\"\"", "1", "-2.5e3", "true", "null", " "};

// Whatever jansson takes as an object is taken, and holds the same.
static void what_is_json_is_taken(void **state)
{
	(void)state;
	static const char *const names[] = {"a"};
	static const struct scan_keys keys = {names, 1};
	uint64_t random = unit_seed();
	size_t taken = 0;
	for (size_t round = 0; round < 300000; round++) {
		char text[200] = "{\"a\":";
		size_t pieces = unit_random(&random) % 8, n = strlen(text);
		for (size_t i = 0; i <= pieces; i++) {
			const char *piece = i < pieces ? alphabet[unit_random(&random) % ARRAY_LEN(alphabet)] : "}";
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", piece);
		}
		struct scan_value v = {0};
		int code = scan_object(of(text), &keys, &v);
		json_t *theirs = json_loads(text, 0, NULL);
		if (theirs) {
			const json_t *a = json_object_get(theirs, "a");
			double real = 0;
			assert_int_equal(code, 0);
			assert_int_equal(v.type == SCAN_ARRAY, json_is_array(a));
			assert_int_equal(v.type == SCAN_OBJECT, json_is_object(a));
			assert_int_equal(v.type == SCAN_STRING, json_is_string(a));
			assert_int_equal(v.type == SCAN_TRUE, json_is_true(a));
			assert_int_equal(scan_real(&v, &real), json_is_number(a));
			assert_true(!json_is_number(a) || real == json_number_value(a));
			taken++;
		}
		json_decref(theirs);
	}
	assert_true(taken > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_fetched),	     cmocka_unit_test(nesting_has_its_limit),
		cmocka_unit_test(walks_go_member_by_member), cmocka_unit_test(numbers_have_their_bounds),
		cmocka_unit_test(ends_are_found_in_pieces),  cmocka_unit_test(strings_come_back),
		cmocka_unit_test(what_is_json_is_taken),
	};
	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
