// SPDX-License-Identifier: ISC
// The forms of single values: what is taken, and what is not although it looks like it.
#include "../unit/unit.h"

#include "base/attr.h"
#include "conf/place.h"
#include "conf/scalar.h"

#include <string.h>

static void numbers(void **state)
{
	(void)state;
	uint64_t v = 7;
	assert_true(scalar_number("0", &v) && v == 0);
	assert_true(scalar_number("4294967295", &v) && v == UINT32_MAX);
	static const char *const wrong[] = {"",

					    "-1",
					    "+1",
					    "01",
					    "0x1",
					    "1.0",
					    "1e3",
					    "1_000",
					    " 1",
					    "1 ",
					    "one",
					    "½",
					    "99999999999999999999",
					    "184467440737095516160"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(scalar_number(wrong[i], &v));
}

static void reals(void **state)
{
	(void)state;
	double v;
	assert_true(scalar_real("25000000", &v));
	assert_float_equal(v, 25e6, 0);
	assert_true(scalar_real("0.97", &v));
	assert_float_equal(v, 0.97, 1e-12);
	static const char *const wrong[] = {"", ".5", "5.", "-1", "1e3", "nan", "inf", "0x1p3", "1.2.3", "1,5"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(scalar_real(wrong[i], &v));
}

static void durations(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t ms;
	} right[] = {{"0", 0},	      {"0s", 0},      {"10s", 10000}, {"500ms", 500},	{"1m30s", 90000},
		     {"1h", 3600000}, {"2.5s", 2500}, {"0.001s", 1},  {"1d", 86400000}, {"1y", 31536000000}};
	uint64_t ms;
	for (size_t i = 0; i < ARRAY_LEN(right); i++) {
		assert_true(scalar_duration(right[i].text, &ms));
		assert_int_equal(ms, right[i].ms);
	}
	static const char *const wrong[] = {"",	   "10",      "s",     "10 s",	  "10S",	  "-1s", "1s2",
					    "1.s", "1.2345s", "0.5ms", "1minute", "99999999999s", "1µs", "1e3s"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(scalar_duration(wrong[i], &ms));
}

// Any time in whole milliseconds is read as what it was printed from.
static void durations_round(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	for (int i = 0; i < 2000; i++) {
		uint64_t ms = unit_random(&seed) >> (32 + unit_random(&seed) % 32), back = 0;
		struct text t = {0};
		scalar_duration_print(&t, ms);
		assert_true(scalar_duration(text_string(&t), &back));
		assert_int_equal(back, ms);
		text_free(&t);
	}
}

static void hosts(void **state)
{
	(void)state;
	char longest[260];
	static const char *const right[] = {
		"a", "www.example.net",	       "example.net.", "_dmarc.example.net", "xn--bcher-kva.example",
		".", "1.0.0.127.in-addr.arpa", "3com.example"};
	for (size_t i = 0; i < ARRAY_LEN(right); i++)
		assert_true(scalar_host(right[i]));
	static const char *const wrong[] = {"",		  "..",	    "a..b",	  ".a",		 "-a",
					    "a-",	  "a b",    "a/b",	  "127.1",	 "1",
					    "2130706433", "0x7f.1", "0x7f000001", "198.18.0.1x", "a:80",
					    "ä.example",  "a\nb.c", "a@b.c",	  "[::1]"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(scalar_host(wrong[i]));
	memset(longest, 'a', sizeof(longest));
	longest[63] = '\0';
	assert_true(scalar_host(longest));
	longest[63] = 'a';
	longest[64] = '\0';
	assert_false(scalar_host(longest));
	memset(longest, 'a', sizeof(longest));
	for (size_t i = 63; i < 253; i += 64)
		longest[i] = '.';
	longest[253] = '\0';
	assert_true(scalar_host(longest));
	longest[253] = 'a';
	longest[254] = '\0';
	assert_false(scalar_host(longest));
}

static void addresses(void **state)
{
	(void)state;
	struct addr a;
	struct prefix p;
	assert_null(scalar_address("2001:db8::1", &a));
	assert_int_equal(a.family, FAMILY_V6);
	static const char *const wrong[] = {"",	     "198.18.0",   "198.18.0.1/32", "::ffff:198.18.0.1", "fe80::1%eth0",
					    "[::1]", "0198.18.0.1"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_non_null(scalar_address(wrong[i], &a));
	assert_null(scalar_prefix("198.18.0.0/15", &p));
	assert_null(scalar_prefix("198.18.0.1", &p));
	assert_int_equal(p.length, 32);
	assert_null(scalar_prefix("::/0", &p));
	static const char *const no_prefix[] = {"",
						"/",
						"198.18.0.1/15",
						"198.18.0.0/",
						"198.18.0.0/33",
						"198.18.0.0/015",
						"198.18.0.0/-1",
						"::ffff:0:0/96",
						"2001:db8::1/32",
						"198.18.0.0/15/15"};
	for (size_t i = 0; i < ARRAY_LEN(no_prefix); i++)
		assert_non_null(scalar_prefix(no_prefix[i], &p));
}

static void switches_and_countries(void **state)
{
	(void)state;
	bool v = false;
	char id[11];
	assert_true(scalar_switch("On", &v) && v);
	assert_true(scalar_switch("NO", &v) && !v);
	assert_false(scalar_switch("1", &v) || scalar_switch("y", &v) || scalar_switch("", &v));
	assert_true(scalar_country("no", id));
	assert_string_equal(id, "country/NO");
	assert_false(scalar_country("KXX", id) || scalar_country("K", id) || scalar_country("K1", id) ||
		     scalar_country("", id));
}

static void places(void **state)
{
	(void)state;
	struct asked_place p;
	assert_null(place_parse("dns://[2001:db8::53]:5353/example.kx?type=mx", &p));
	assert_int_equal(p.address.family, FAMILY_V6);
	assert_int_equal(p.port, 5353);
	assert_int_equal(p.qtype, 15);
	assert_string_equal(p.query, "example.kx");
	assert_null(place_parse("https://www.example.kx", &p));
	assert_int_equal(p.kind->flags, CHECK_HTTPS);
	assert_string_equal(p.host, "www.example.kx");
	assert_null(place_parse("HtTpS://www.example.kx", &p)); // RFC 3986, 3.1
	assert_int_equal(p.kind->flags, CHECK_HTTPS);
	assert_null(place_parse("2001:db8::1", &p));
	assert_int_equal(p.port, 0);
	assert_null(place_parse("HTTP://198.18.0.1/", &p));
	assert_string_equal(p.path, "");
	assert_null(place_parse("https://a.example:8443/health?x=1&y=%20#part", &p));
	assert_string_equal(p.path, "/health?x=1&y=%20");
	assert_int_equal(p.port, 8443);
	assert_null(place_parse("http://198.18.0.1?x", &p));
	assert_string_equal(p.path, "/?x");
	assert_null(place_parse("http://198.18.0.1//", &p));
	assert_string_equal(p.path, "//");
	assert_null(place_parse("http://198.18.0.1#x", &p));
	assert_string_equal(p.path, "");
	assert_null(place_parse("http://198.18.0.1/a b/\xc3\xa9{\"}?q={}", &p)); // as it is sent
	assert_string_equal(p.path, "/a%20b/%C3%A9%7B%22%7D?q=%7B%7D");
	static const char *const wrong[] = {"",
					    "http://198.18.0.1/a\r\nX: y",
					    "tcp://198.18.0.1:22/path",
					    "smtp://198.18.0.1/path",
					    ":80",
					    "198.18.0.1:",
					    "198.18.0.1:0",
					    "198.18.0.1:65536",
					    "198.18.0.1:080",
					    "198.18.0.1:80:80",
					    "[198.18.0.1]:80",
					    "[2001:db8::1",
					    "[2001:db8::1]80",
					    "[2001:db8::1]:",
					    "[]",
					    "[www.example.kx]",
					    "http://",
					    "http:///",
					    "http://user@198.18.0.1/",
					    "://198.18.0.1",
					    "dns://198.18.0.1/a b",
					    "dns://198.18.0.1/a.example?TYPE65536",
					    "dns://198.18.0.1/a.example?",
					    "http://198.18.0.1\\@example.net/",
					    "http://[::ffff:127.0.0.1]/",
					    "http://2130706433/",
					    "http://0x7f.1/",
					    "http://127.1/",
					    "http://198.18.0.1%2f/"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (!place_parse(wrong[i], &p))
			fail_msg("%s was taken", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(reals),
		cmocka_unit_test(durations),
		cmocka_unit_test(durations_round),
		cmocka_unit_test(hosts),
		cmocka_unit_test(addresses),
		cmocka_unit_test(switches_and_countries),
		cmocka_unit_test(places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
