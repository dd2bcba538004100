// SPDX-License-Identifier: ISC
// What the builder reads, what it refuses line by line, and how files that disagree are settled.
#include "world_test.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct workplace place;

static int place_make(void **state)
{
	(void)state;
	workplace_make(&place);
	return 0;
}

static int place_remove(void **state)
{
	(void)state;
	workplace_remove(&place);
	return 0;
}

static void csv_of_both_kinds(void **state)
{
	(void)state;
	const char *const texts[] = {"175.45.168.0,175.45.175.255,JP\n175.45.176.0,175.45.179.255,KP\n",
				     "2001:200::,2001:200:ffff:ffff:ffff:ffff:ffff:ffff,JP\n",
				     "1.0.0.0,1.0.0.255,13335,\"Cloudflare, Inc.\"\n"
				     "175.45.168.0,175.45.175.255,4686,BEKKOAME INTERNET INC.\n"
				     "175.45.176.0,175.45.179.255,131279,Star Joint Venture Co. Ltd.\n",
				     "2001:200::,2001:200:1b9:ffff:ffff:ffff:ffff:ffff,2500,\"WIDE \"\"P\"\"\"\n",
				     NULL};
	struct world *w = texts_open(&place, texts);
	address_check(w, "175.45.178.1", "KP AS131279 175.45.176.0 175.45.179.255");
	address_check(w, "175.45.176.0", "KP AS131279 175.45.176.0 175.45.179.255");
	address_check(w, "175.45.179.255", "KP AS131279 175.45.176.0 175.45.179.255");
	address_check(w, "175.45.175.255", "JP AS4686 175.45.168.0 175.45.175.255");
	address_check(w, "175.45.180.0", "none");
	address_check(w, "1.0.0.7", "? AS13335 1.0.0.0 1.0.0.255");
	address_check(w, "2001:200::1", "JP AS2500 2001:200:: 2001:200:1b9:ffff:ffff:ffff:ffff:ffff");
	address_check(w, "2001:200:1ba::", "JP AS0 2001:200:1ba:: 2001:200:ffff:ffff:ffff:ffff:ffff:ffff");
	address_check(w, "2001:201::", "none");
	entity_check(w, "country/KP", "175.45.176.0/22 ");
	entity_check(w, "asn/131279", "175.45.176.0/22 ");
	entity_check(w, "country/JP", "175.45.168.0/21 2001:200::/32 ");
	assert_string_equal(world_network_name(w, 13335), "Cloudflare, Inc.");
	assert_string_equal(world_network_name(w, 2500), "WIDE \"P\"");
	assert_null(world_network_name(w, 1));
	assert_null(world_network_name(w, 0));
	assert_string_equal(world_countries(w), "JPKP");
	world_free(w);
}

static void shapes_of_lines(void **state)
{
	(void)state;
	const char *const texts[] = {
		"\xef\xbb\xbfip_range_start,ip_range_end,country_code\r\n# comment\r\n\r\n1.0.0.0,1.0.0.255,au\r\n",
		" 1.0.1.0 ,\t1.0.1.255 , NZ ",
		"\"1.0.2.0\",\"1.0.2.255\",\"FJ\"\n",
		"16777984,16778239,WS\n",
		"42540488161975842760550356425300246528,42540488241204005274814694018844196863,SG\n",
		"1.0.0.0,1.0.0.255,AS64500,One\n1.0.1.0,1.0.1.255,64501\n1.0.2.0,1.0.2.255,64502,\n",
		NULL};
	struct world *w = texts_open(&place, texts);
	address_check(w, "1.0.0.1", "AU AS64500 1.0.0.0 1.0.0.255");
	address_check(w, "1.0.1.1", "NZ AS64501 1.0.1.0 1.0.1.255");
	address_check(w, "1.0.2.1", "FJ AS64502 1.0.2.0 1.0.2.255");
	address_check(w, "1.0.3.1", "WS AS0 1.0.3.0 1.0.3.255");
	address_check(w, "2001::1", "SG AS0 2001:: 2001:0:ffff:ffff:ffff:ffff:ffff:ffff");
	assert_string_equal(world_network_name(w, 64500), "One");
	assert_null(world_network_name(w, 64502));
	world_free(w);
}

static void a_range_from_zero_is_no_header(void **state)
{
	(void)state;
	const char *const texts[] = {"::,::ffff,AA\n", NULL};
	struct world *w = texts_open(&place, texts);
	address_check(w, "::5", "AA AS0 :: ::ffff");
	world_free(w);
}

static void bad_lines_cost_one_line_each(void **state)
{
	(void)state;
	static const char *const bad_lines[] = {
		"1.0.0.0",
		"1.0.0.0,1.0.0.255",
		"1.0.0.0,1.0.0.255,",
		"1.0.0.0,1.0.0.255,AUS",
		"1.0.0.0,1.0.0.255,A1",
		"1.0.0.0,1.0.0.255,AU,OC",
		"1.0.0.0,1.0.0.255,OC,AU,Sydney",
		"1.0.0.0,1.0.0.255,4294967296,too large",
		"1.0.0.0,1.0.0.255,-1,negative",
		"1.0.0.0,1.0.0.255,1,name,more",
		"1.0.0.0,1.0.0.255,1,2,3,4,5,6,7,8,9",
		"1.0.0.256,1.0.1.255,AU",
		"1.0.0,1.0.1.255,AU",
		"1.0.0.0,x,AU",
		"1.0.0.0,::1,AU",
		"1.0.1.0,1.0.0.255,AU",
		"1.0.0.0/24,1.0.0.255,AU",
		"340282366920938463463374607431768211456,340282366920938463463374607431768211456,AU",
		"1.0.0.0,1.0.0.255,1,\"no end",
		"1.0.0.0,1.0.0.255,1,\"text\" after",
		"apnic|AU|ipv4|1.0.0.0|256|20110811",
		"apnic|AU|ipv5|1.0.0.0|256|20110811|assigned",
		"apnic|AU|ipv4|1.0.0.0|256|20110811|lent",
		"apnic|AUS|ipv4|1.0.0.0|256|20110811|assigned",
		"apnic|AU|ipv4|1.0.0.0|0|20110811|assigned",
		"apnic|AU|ipv4|1.0.0.0|x|20110811|assigned",
		"apnic|AU|ipv4|255.255.255.0|257|20110811|assigned",
		"apnic|AU|ipv4|2001::|32|20110811|assigned",
		"apnic|AU|ipv6|1.0.0.0|32|20110811|assigned",
		"apnic|AU|ipv6|2001::|129|20110811|assigned",
		"apnic|AU|ipv6|2001::1|32|20110811|assigned",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad_lines); i++) {
		struct world_builder *b = world_builder_create();
		struct bad_lines bad = {0};
		struct text t = {0};
		text_printf(&t, "9.0.0.0,9.0.0.255,AA\n%s\n9.0.1.0,9.0.1.255,BB\n", bad_lines[i]);
		int result = text_add(b, &place, text_string(&t), &bad);
		if (result != 0 || bad.count != 1 || world_builder_ranges(b) != 2)
			fail_msg("%s: result %d, %zu bad, %d ranges", bad_lines[i], result, bad.count,
				 (int)world_builder_ranges(b));
		assert_int_equal(bad.line[0], 2);
		assert_int_equal(world_builder_bad_lines(b), 1);
		text_free(&t);
		world_builder_free(b);
	}
}

static void first_ten_bad_lines_are_named(void **state)
{
	(void)state;
	struct world_builder *b = world_builder_create();
	struct bad_lines bad = {0};
	struct text t = {0};
	text_put(&t, "9.0.0.0,9.0.0.255,AA\n");
	for (int i = 0; i < 25; i++)
		text_put(&t, "nonsense,1,2\n");
	assert_int_equal(text_add(b, &place, text_string(&t), &bad), 0);
	assert_int_equal(bad.count, WORLD_BAD_LINES_NAMED);
	assert_int_equal(bad.line[0], 2);
	assert_int_equal(bad.line[9], 11);
	assert_int_equal(world_builder_bad_lines(b), 25);
	text_free(&t);
	world_builder_free(b);
}

static void zero_bytes_and_endless_lines(void **state)
{
	(void)state;
	static const size_t lengths[] = {65535, 65536, 65537, 131071, 131072, 131073, 200000};
	static const char head[] = "9.0.0.0,9.0.0.255,AA\n9.0.1.0,9.0.1.255,B\0\n", tail[] = "\n9.0.2.0,9.0.2.255,CC";
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct world_builder *b = world_builder_create();
		struct text t = {0};
		text_bytes(&t, head, sizeof(head) - 1);
		for (size_t n = 0; n < lengths[i]; n++)
			text_char(&t, 'x');
		text_put(&t, tail);
		char *path = workplace_file(&place, "long.txt", t.bytes, t.length);
		assert_int_equal(world_builder_add(b, path, NULL, NULL), 0);
		assert_int_equal(world_builder_bad_lines(b), 2);
		assert_int_equal(world_builder_ranges(b), 2);
		free(path);
		text_free(&t);
		world_builder_free(b);
	}
}

static void unreadable_files(void **state)
{
	(void)state;
	struct world_builder *b = world_builder_create();
	struct bad_lines bad = {0};
	char *missing = workplace_path(&place, "missing");
	assert_int_equal(world_builder_add(b, missing, NULL, NULL), -ENOENT);
	assert_int_equal(world_builder_add(b, place.folder, NULL, NULL), -EISDIR);
	assert_int_equal(text_add(b, &place, "", &bad), ERR_UNSUPPORTED);
	assert_int_equal(text_add(b, &place, "# only a comment\n", &bad), ERR_UNSUPPORTED);
	assert_int_equal(text_add(b, &place, "\x1f\x8b\x08 packed\n", &bad), ERR_UNSUPPORTED);
	assert_int_equal(bad.count, 1);
	assert_int_equal(world_builder_ranges(b), 0);
	free(missing);
	world_builder_free(b);
}

static const char delegated[] = "2|apnic|20260617|6|19830613|20260616|+1000\n"
				"# comment\n"
				"apnic|*|asn|*|1|summary\n"
				"apnic|*|ipv4|*|3|summary\n"
				"apnic|KP|asn|131279|1|20091221|allocated|A91A7D7B\n"
				"apnic|KP|ipv4|175.45.176.0|1024|20091221|allocated|A91A7D7B\n"
				"apnic|AU|ipv4|1.0.0.0|768|20110811|assigned|A91872ED\n"
				"apnic||ipv4|1.0.4.0|256|20110811|reserved|\n"
				"apnic||ipv4|1.0.5.0|256||available\n"
				"apnic|ZZ|ipv4|1.0.6.0|256|20110811|allocated\n"
				"apnic|JP|ipv6|2001:200::|35|19990813|allocated\n"
				"apnic|NZ|ipv6|2001:201::|128|19990813|assigned|x\n";

static void delegated_statistics(void **state)
{
	(void)state;
	const char *const texts[] = {delegated, NULL};
	struct world *w = texts_open(&place, texts);
	entity_check(w, "country/KP", "175.45.176.0/22 ");
	entity_check(w, "country/AU", "1.0.0.0/23 1.0.2.0/24 ");
	entity_check(w, "country/JP", "2001:200::/35 ");
	entity_check(w, "country/NZ", "2001:201::/128 ");
	address_check(w, "1.0.4.1", "none");
	address_check(w, "1.0.6.1", "none");
	assert_string_equal(world_countries(w), "AUJPKPNZ");
	assert_int_equal(instant_seconds(world_data_time(w)), 1781568000); // 2026-06-16
	assert_int_equal(world_count(w).networks, 0);
	world_free(w);
}

static void later_wins(void **state)
{
	(void)state;
	const char *const texts[] = {"10.0.0.0,10.0.255.255,AA\n10.2.0.0,10.2.0.255,AA\n",
				     "10.0.1.0,10.0.2.255,BB\n10.0.2.0,10.0.3.255,CC\n10.2.0.0,10.2.0.255,ZZ\n",
				     "10.0.2.128,10.0.2.131,AA\n",
				     "10.0.0.0,10.0.0.255,1,a\n10.0.0.128,10.0.1.255,2,b\n10.0.0.0,10.0.0.0,0\n",
				     "10.0.0.1,10.0.0.1,1,A\n",
				     NULL};
	struct world *w = texts_open(&place, texts);
	address_check(w, "10.0.0.0", "AA AS0 10.0.0.0 10.0.0.0");
	address_check(w, "10.0.0.1", "AA AS1 10.0.0.1 10.0.0.127");
	address_check(w, "10.0.0.128", "AA AS2 10.0.0.128 10.0.0.255");
	address_check(w, "10.0.1.0", "BB AS2 10.0.1.0 10.0.1.255");
	address_check(w, "10.0.2.127", "CC AS0 10.0.2.0 10.0.2.127");
	address_check(w, "10.0.2.130", "AA AS0 10.0.2.128 10.0.2.131");
	address_check(w, "10.0.2.132", "CC AS0 10.0.2.132 10.0.3.255");
	address_check(w, "10.0.4.0", "AA AS0 10.0.4.0 10.0.255.255");
	address_check(w, "10.2.0.1", "none");
	entity_check(w, "country/BB", "10.0.1.0/24 ");
	assert_string_equal(world_network_name(w, 1), "A");
	world_free(w);
}

static int ranges_count(void *context, const struct world_range *r)
{
	(void)r;
	++*(int *)context;
	return 0;
}

static void neighbours_are_joined(void **state)
{
	(void)state;
	const char *const texts[] = {"10.0.0.0,10.0.0.255,AA\n10.0.1.0,10.0.1.255,AA\n10.0.3.0,10.0.3.255,AA\n",
				     "10.0.0.0,10.0.0.127,1\n10.0.0.128,10.0.0.255,1\n10.0.1.0,10.0.1.255,2\n",
				     "::,7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,AA\n"
				     "8000::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,AA\n",
				     NULL};
	struct world *w = texts_open(&place, texts);
	int joined = 0, parts = 0;
	address_check(w, "10.0.0.200", "AA AS1 10.0.0.0 10.0.0.255");
	entity_check(w, "country/AA", "10.0.0.0/23 10.0.3.0/24 ::/0 ");
	assert_int_equal(world_ranges(w, "country/AA", ranges_count, &joined), 0);
	assert_int_equal(world_parts(w, "country/AA", ranges_count, &parts), 0);
	assert_int_equal(joined, 3);
	assert_int_equal(parts, 4);
	assert_int_equal(world_count(w).v6_ranges, 1);
	world_free(w);
}

static void long_names_are_cut_between_characters(void **state)
{
	(void)state;
	struct text t = {0};
	text_put(&t, "10.0.0.0,10.0.0.255,1,");
	for (int i = 0; i < 254; i++)
		text_char(&t, 'x');
	text_put(&t, "\xc3\xa9\xc3\xa9\n");
	const char *const texts[] = {text_string(&t), NULL};
	struct world *w = texts_open(&place, texts);
	assert_int_equal(strlen(world_network_name(w, 1)), 254);
	world_free(w);
	text_free(&t);
}

static void about_and_dates(void **state)
{
	(void)state;
	struct world_builder *b = world_builder_create();
	struct instant day = {0};
	assert_int_equal(text_add(b, &place, delegated, NULL), 0);
	assert_int_equal(world_date_parse("20240229", 8, &day), 0);
	assert_int_equal(instant_seconds(day), 1709164800);
	world_builder_about(b, "thanks to all", day);
	struct world *w = built_open(b, &place);
	assert_string_equal(world_attribution(w), "thanks to all");
	assert_int_equal(world_data_time(w).ns, day.ns);
	assert_int_equal(instant_seconds(world_built(w)), 1700000000);
	world_free(w);
	world_builder_about(b, NULL, INSTANT_NONE);
	w = built_open(b, &place);
	assert_string_equal(world_attribution(w), "");
	assert_int_equal(instant_seconds(world_data_time(w)), 1781568000);
	world_free(w);
	world_builder_free(b);
	assert_int_equal(world_date_parse("19700101", 8, &day), 0);
	assert_int_equal(day.ns, 1);
	assert_int_equal(world_date_parse("20261301", 8, &day), ERR_MALFORMED);
	assert_int_equal(world_date_parse("2026010", 7, &day), ERR_MALFORMED);
	assert_int_equal(world_date_parse("2026-1-1", 8, &day), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_of_both_kinds),
		cmocka_unit_test(shapes_of_lines),
		cmocka_unit_test(a_range_from_zero_is_no_header),
		cmocka_unit_test(bad_lines_cost_one_line_each),
		cmocka_unit_test(first_ten_bad_lines_are_named),
		cmocka_unit_test(zero_bytes_and_endless_lines),
		cmocka_unit_test(unreadable_files),
		cmocka_unit_test(delegated_statistics),
		cmocka_unit_test(later_wins),
		cmocka_unit_test(neighbours_are_joined),
		cmocka_unit_test(long_names_are_cut_between_characters),
		cmocka_unit_test(about_and_dates),
	};
	return cmocka_run_group_tests(tests, place_make, place_remove);
}
