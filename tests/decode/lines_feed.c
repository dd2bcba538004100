// SPDX-License-Identifier: ISC
// Lines out of files: order, duplicates, compression, damage, and every kind of file.
#include "lines.h"

#include "../feed/files.h"

#include "base/alloc.h"

#define LINES	   3000
#define SPREAD_S   110 // less than the watermark
#define LINE_BYTES 160

static struct heard_lines *h;

static int begin(void **state)
{
	(void)state;
	h = lines_begin();
	return 0;
}

static int end(void **state)
{
	(void)state;
	lines_end(h);
	return 0;
}

static const char *said_of(const char *name, const char *content)
{
	return lines_file(h, file_write(name, content, strlen(content)));
}

static void expect_said(const char *name, const char *content, const char *said, const char *wrong)
{
	assert_string_equal(said_of(name, content), said);
	assert_string_equal(text_string(&h->wrong), wrong);
}

struct shuffled {
	char text[LINE_BYTES];
	double at; // where in the file it stands
};

static int by_place(const void *a, const void *b)
{
	double x = ((const struct shuffled *)a)->at, y = ((const struct shuffled *)b)->at;
	return (x > y) - (x < y);
}

static void put_lines(struct text *t, const struct shuffled *lines, size_t n)
{
	text_clear(t);
	for (size_t i = 0; i < n; i++)
		text_put(t, lines[i].text);
}

// 3,000 lines over ten minutes, some of the same time; no two are equal.
static void make_lines(struct shuffled *lines, uint64_t *random)
{
	for (size_t i = 0; i < LINES; i++) {
		double t = 1795418965 + (double)(unit_random(random) % 600000) / 1000;
		snprintf(lines[i].text, LINE_BYTES,
			 "{\"t\":%.3f,\"observer\":\"vp%u\",\"op\":\"icmp_echo\",\"target\":\"198.18.%u.%u\",\"ok\":"
			 "true,"
			 "\"rtt_ms\":%zu}\n",
			 t, (unsigned)(unit_random(random) % 3), (unsigned)(i / 250), (unsigned)(i % 250), i);
		lines[i].at = t;
	}
	qsort(lines, LINES, sizeof(*lines), by_place);
}

// The same observations, however the lines were shuffled within the watermark, doubled and packed.
static void test_same(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct shuffled *lines = alloc_zero(2 * (size_t)LINES, sizeof(*lines));
	struct text plain = {0}, packed = {0}, expected = {0};
	make_lines(lines, &random);
	put_lines(&plain, lines, LINES);
	text_put(&expected, lines_file(h, file_write("plain.ndjson", plain.bytes, plain.length)));
	assert_int_equal(h->count, LINES);
	size_t n = LINES;
	for (size_t i = 0; i < LINES; i++)
		if (unit_random(&random) % 10 < 3)
			lines[n++] = lines[i];
	for (size_t i = 0; i < n; i++)
		lines[i].at += (double)(unit_random(&random) % (SPREAD_S * 1000)) / 1000;
	qsort(lines, n, sizeof(*lines), by_place);
	put_lines(&plain, lines, n);
	assert_string_equal(lines_file(h, file_write("mixed.ndjson", plain.bytes, plain.length)),
			    text_string(&expected));
	for (int i = 0; i < ZIP_COUNT; i++) {
		text_clear(&packed);
		zips[i].pack(plain.bytes, plain.length, &packed);
		const char *path = file_write("mixed.ndjson.packed", packed.bytes, packed.length);
		assert_string_equal(lines_file(h, path), text_string(&expected));
		assert_string_equal(text_string(&h->wrong), "");
	}
	assert_int_equal(lines_counted(h, DECODE_LATE_LINES), 0);
	text_free(&plain);
	text_free(&packed);
	text_free(&expected);
	free(lines);
}

static void test_late(void **state)
{
	(void)state;
	static const char text[] = "1000,country/IR,bgp,1\n1100,country/IR,bgp,2\n1121,country/IR,bgp,3\n"
				   "1000,country/IR,bgp,4\n999,country/IR,bgp,5\n1101,country/IR,bgp,6\n";
	expect_said(
		"late.csv", text,
		"1000.000000000 country/IR bgp 1\n999.000000000 country/IR bgp 5\n"
		"1100.000000000 country/IR bgp 2\n1101.000000000 country/IR bgp 6\n1121.000000000 country/IR bgp 3\n",
		"0+1\n");
	assert_int_equal(lines_counted(h, DECODE_LATE_LINES), 1);
	struct feed *f = feed_create();
	feed_watermark(f, 300 * NS_PER_S);
	assert_int_equal(feed_add(f, file_path("late.csv"), 0), 0);
	assert_true(strstr(lines_read(h, f), "999.000000000 country/IR bgp 5\n1000.000000000 country/IR bgp 1\n") ==
		    h->said.bytes);
	feed_free(f);
}

// One line of a wrong time far ahead does not end the sorting of the others.
static void test_leap(void **state)
{
	(void)state;
	expect_said(
		"leap.csv",
		"1000,country/IR,bgp,1\n7999999999,country/IR,bgp,9\n1010,country/IR,bgp,3\n1005,country/IR,bgp,2\n",
		"1000.000000000 country/IR bgp 1\n1005.000000000 country/IR bgp 2\n1010.000000000 country/IR bgp 3\n"
		"7999999999.000000000 country/IR bgp 9\n",
		"");
	assert_int_equal(lines_counted(h, DECODE_LATE_LINES), 0);
}

#define REST ",\"observer\":\"o\",\"op\":\"icmp_echo\",\"target\":\"1.2.3.4\",\"ok\":true}"
#define SAID " o icmp_echo 1.2.3.4 - ok 0\n"

static void test_framing(void **state)
{
	(void)state;
	expect_said("a.ndjson", "\xef\xbb\xbf\n{\"t\":5.123456789" REST "\r\n\n \t\r\n{\"x\":{\"t\":9},\"t\": 6.5" REST,
		    "5.123456789" SAID "6.500000000" SAID, "");
	expect_said("b.ndjson",
		    "{\"t\":5" REST "\n{\"t\":\"6\"" REST "\n{\"u\":6" REST "\nx\n{\"t\":1e3" REST "\n{\"t\":7" REST
		    "\n",
		    "5.000000000" SAID "7.000000000" SAID,
		    "gap bad_line 0:2\ngap bad_line 0:3\ngap bad_line 0:4\ngap bad_line 0:5\n");
	expect_said("c", "{\"t\":5" REST "\n{\"t\":6,\"op\n", "5.000000000" SAID, "0:2 not one JSON object\n");
	expect_said("empty.ndjson", "", "", "");
	expect_said("empty.csv", "\n\n#\n", "", "");
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 5);
}

static void test_bad_many(void **state)
{
	(void)state;
	struct text t = {0};
	for (int i = 0; i < 50; i++)
		text_put(&t, "{\"bad\":1}\n");
	text_put(&t, "{\"t\":5" REST "\n");
	assert_string_equal(said_of("many.ndjson", text_string(&t)), "5.000000000" SAID);
	assert_non_null(strstr(text_string(&h->wrong), "gap bad_line 0:20\ngap bad_line 0+30\n"));
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 50);
	text_free(&t);
}

static void test_long(void **state)
{
	(void)state;
	const size_t most = 1 << 20;
	for (size_t n = 65535; n < 5000000; n = n < most - 2   ? (n * 16 < most ? n * 16 : most - 2)
						: n < most + 2 ? n + 1
							       : n * 2) {
		struct text t = {0};
		text_put(&t, "{\"t\":5" REST "\n");
		size_t from = t.length;
		text_put(
			&t,
			"{\"t\":6,\"observer\":\"o\",\"op\":\"icmp_echo\",\"target\":\"1.2.3.4\",\"ok\":true,\"x\":\"");
		while (t.length - from < n - 2)
			text_char(&t, 'x');
		text_put(&t, "\"}\n{\"t\":7" REST "\n");
		assert_string_equal(said_of("long.ndjson", text_string(&t)),
				    n <= most ? "5.000000000" SAID "6.000000000" SAID "7.000000000" SAID
					      : "5.000000000" SAID "7.000000000" SAID);
		assert_string_equal(text_string(&h->wrong), n <= most ? "" : "gap bad_line 0:2\n");
		text_free(&t);
	}
}

static void test_cut(void **state)
{
	(void)state;
	struct text plain = {0}, packed = {0};
	for (int i = 0; i < 20000; i++)
		text_printf(&plain, "%d,country/IR,bgp,%d\n", 1000 + i, i * 7919 % 65521);
	zips[ZIP_GZIP].pack(plain.bytes, plain.length, &packed);
	const char *said = lines_file(h, file_write("cut.csv.gz", packed.bytes, packed.length / 2));
	assert_true(h->count > 1000 && h->count < 20000);
	assert_string_equal(text_string(&h->wrong), "gap compression 0\n");
	// The last line that was whole is the last one given, with its own number.
	char last[100];
	int i = (int)h->count - 1;
	snprintf(last, sizeof(last), "%d.000000000 country/IR bgp %d\n", 1000 + i, i * 7919 % 65521);
	assert_string_equal(said + strlen(said) - strlen(last), last);
	text_free(&plain);
	text_free(&packed);
}

static void test_csv(void **state)
{
	(void)state;
	static const char said[] = "1573430400.000000000 country/IR bgp 5\n1573434000.250000000 country/IR bgp nan\n";
	expect_said("a.csv",
		    "time,entity,signal,value\n2019-11-11T00:00:00Z,country/IR,bgp,5\n2019-11-11T01:00:00.25Z,country/"
		    "IR,bgp,\n",
		    said, "");
	expect_said("b.csv",
		    "note,Value,\"entity\", DataSource ,timestamp\n\"a,\"\"b\",5,\"country/IR\", bgp ,1573430400\n"
		    ",,country/IR,bgp,2019-11-11 04:30:00.25+03:30,more\n",
		    said, "");
	expect_said("c", "time,entity,signal,value\r\n# words\r\n1573430400,country/IR,bgp,5\r\n",
		    "1573430400.000000000 country/IR bgp 5\n", "");
	expect_said(
		"d.csv",
		"1,country/IR,bgp\n2,country/IR,bgp,x\n3,,bgp,1\n4,country/IR,bgp,1\n5,\"country/"
		"IR,bgp,1\n6,a\tb,bgp,1\n",
		"4.000000000 country/IR bgp 1\n",
		"gap bad_line 0:1\ngap bad_line 0:3\ngap bad_line 0:5\ngap bad_line 0:6\n0:2 the value is no number\n");
}

static void test_times(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said; // null: refused
	} table[] = {
		{"1970-01-01T00:00:00Z", "0.000000001"},
		{"2000-02-29T23:59:60Z", "951868800.000000000"},
		{"2024-02-29t12:00:00.123456789123z", "1709208000.123456789"},
		{"2019-11-16T14:00:00-00:30", "1573914600.000000000"},
		{"2222-12-31T23:59:59Z", "7983878399.000000000"},
		{"2100-02-29T00:00:00Z", NULL},
		{"2019-02-29T00:00:00Z", NULL},
		{"2019-11-16", "1573862400.000000000"},
		{"2019-11-16T14:00", "1573912800.000000000"},
		{"2019-11-16 14:01:00 UTC", "1573912860.000000000"},
		{"2019-11-16 14:02:00+0000", "1573912920.000000000"},
		{"1573912800250", "1573912800.250000000"}, // milliseconds, microseconds, nanoseconds: by their size
		{"1573912800250001", "1573912800.250001000"},
		{"1573912800250001002", "1573912800.250001002"},
		{"16.11.2019 14:00", NULL},
		{"11/16/2019", NULL},
		{"UTC", NULL},
		{"2019-11-16T24:00:00Z", NULL},
		{"2019-11-16T14:00:00.Z", NULL},
		{"2019-11-16T14:00:00Zx", NULL},
		{"1969-12-31T23:59:59Z", NULL},
		{"1970-01-01T00:00:00+00:01", NULL},
		{"0", "0.000000001"},
		{"8000000000", "8000000000.000000000"},
		{"8000000001", NULL},
		{"99999999999999999999999999", NULL},
		{"-1", NULL},
		{"1.", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char text[200], said[200] = "";
		snprintf(text, sizeof(text), "%s,country/IR,bgp,1\n", table[i].text);
		if (table[i].said)
			snprintf(said, sizeof(said), "%s country/IR bgp 1\n", table[i].said);
		expect_said("t.csv", text, said, said[0] ? "" : "gap bad_line 0:1\n");
	}
}

static void test_array(void **state)
{
	(void)state;
#define PING	"\"prb_id\":5,\"type\":\"ping\",\"dst_addr\":\"1.2.3.4\",\"result\":[{\"x\":\"*\"}]}"
#define TIMEOUT " atlas/5 icmp_echo 1.2.3.4 - generic_timeout_error 0\n"
	expect_said("a.json", " [\n{\"timestamp\":6," PING ",\n {\"timestamp\":5,\n" PING "\n]\n",
		    "5.000000000" TIMEOUT "6.000000000" TIMEOUT, "");
	expect_said(
		"b.json", "[{\"timestamp\":6," PING ",\n7,[],{},\n{\"timestamp\":5," PING,
		"5.000000000" TIMEOUT "6.000000000" TIMEOUT,
		"gap bad_line 0:2\ngap bad_line 0:2\ngap bad_line 0:3\n"); // 7, {}, and the array that is not closed
	expect_said("c.json", "[{\"timestamp\":6," PING ",}{\"timestamp\":7,\"x\":", "6.000000000" TIMEOUT,
		    "gap bad_line 0:1\ngap bad_line 0:1\n");
	struct text t = {0};
	text_put(&t, "[{\"timestamp\":6," PING ",\n{\"x\":");
	for (int i = 0; i < 100000; i++)
		text_char(&t, '[');
	for (int i = 0; i < 100000; i++)
		text_char(&t, ']');
	text_put(&t, "},\n{\"timestamp\":7," PING "]");
	assert_string_equal(said_of("d.json", text_string(&t)), "6.000000000" TIMEOUT "7.000000000" TIMEOUT);
	assert_string_equal(text_string(&h->wrong), "gap bad_line 0:2\n");
	text_free(&t);
}

#define SERIES(code, source, rest)                                                                                     \
	"{\"entityType\":\"country\",\"entityCode\":\"" code "\",\"datasource\":\"" source "\"," rest "}"

static int name_entity(void *context, const char *entity)
{
	text_printf(context, "%s ", entity);
	return 0;
}

static void test_ioda(void **state)
{
	(void)state;
	static const char document[] =
		"{\"type\":\"signals\",\"requestParameters\":{\"a\":[1]},\"perf\":null,\n\"data\":["
		"[" SERIES("IR", "bgp",
			   "\"subtype\":\"\",\"from\":1000,\"until\":1900,\"step\":300,\"values\":[1.5,"
			   "null,3]") "," SERIES("KX", "gtr",
						 "\"values\":[[1,2.5,null],{\"a\":1},7],\"step\":200,"
						 "\"from\":1100") "],[" SERIES("ZZ", "bgp",
									       "\"from\":1,\"step\":0,"
									       "\"values\":[1]") "]],"
												 "\"copyri"
												 "ght\":"
												 "\"x\"}";
	expect_said(
		"a.json", document,
		"1000.000000000 country/IR bgp 1.5\n1100.000000000 country/KX gtr 3.5\n1300.000000000 country/IR bgp "
		"nan\n"
		"1300.000000000 country/KX gtr nan\n1500.000000000 country/KX gtr 7\n1600.000000000 country/IR bgp 3\n",
		"gap bad_line 0:1\n");
	struct text names = {0};
	assert_int_equal(feed_series_entities(file_path("a.json"), name_entity, &names), 0);
	assert_string_equal(text_string(&names), "country/IR country/KX country/IR country/KX country/IR ");
	text_free(&names);
	for (size_t n = 0; n < sizeof(document) - 1; n++) {
		lines_file(h, file_write("cut.json", document, n));
		assert_true(h->count <= 6);
	}
	assert_int_equal(h->count, 6);
}

static void test_merged(void **state)
{
	(void)state;
	file_write("m1.csv", "time,entity,signal,value\n10,country/IR,a,1\n30,country/IR,a,3\n",
		   strlen("time,entity,signal,value\n10,country/IR,a,1\n30,country/IR,a,3\n"));
	file_write("m2.ndjson", "{\"t\":20" REST "\n{\"t\":40" REST "\n", 2 * strlen("{\"t\":20" REST "\n"));
	struct feed *f = feed_create();
	assert_int_equal(feed_add(f, file_path("m1.csv"), 0), 0);
	assert_int_equal(feed_add(f, file_path("m2.ndjson"), 0), 0);
	assert_int_equal(feed_add(f, file_path("none.ndjson"), 0), 0);
	assert_string_equal(lines_read(h, f), "10.000000000 country/IR a 1\n20.000000000" SAID
					      "30.000000000 country/IR a 3\n40.000000000" SAID);
	assert_string_equal(text_string(&h->wrong), "gap unreadable 2\n");
	feed_free(f);
}

static int add(void *context, const char *file)
{
	return feed_add(context, file, 0);
}

// What a recording's folder means.
static void test_lab(void **state)
{
	(void)state;
	struct feed *f = feed_create();
	assert_int_equal(feed_expand(shared_path("lab/b-stress/probes"), add, f), 0);
	assert_int_equal(feed_source_count(f), 2);
	lines_read(h, f);
	assert_int_equal(h->count, 7560);
	assert_string_equal(text_string(&h->wrong), "");
	feed_free(f);
	f = feed_create();
	assert_int_equal(feed_expand(shared_path("series/zhytomyr-2022-03"), add, f), 0);
	lines_read(h, f);
	assert_int_equal(lines_counted(h, DECODE_SERIES_UNKNOWN), 2769);
	assert_string_equal(text_string(&h->wrong), "");
	feed_free(f);
}

// Every result gives probes or is counted.
static void test_atlas(void **state)
{
	(void)state;
	static const enum decode_count left_out[] = {DECODE_ATLAS_UNSYNCED, DECODE_ATLAS_EMPTY, DECODE_ATLAS_OTHER};
	struct feed *f = feed_create();
	struct record r;
	assert_int_equal(feed_add(f, shared_path("atlas/atlas_results.jsonl.gz"), 0), 0);
	uint64_t before = 0;
	while (feed_next(f, &r) == 1) {
		assert_int_not_equal(r.kind, RECORD_GAP);
		assert_int_equal(decoder_take(h->decoder, &r), 0);
		assert_int_equal(decoder_flush(h->decoder), 0);
		uint64_t after = h->count;
		for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
			after += lines_counted(h, left_out[i]);
		assert_true(r.kind == RECORD_SOURCE_END || after > before);
		before = after;
	}
	feed_free(f);
	assert_int_equal(lines_counted(h, DECODE_RECORDS), 115);
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 0);
	// A clock last set 10,065 s ago, and two that never were.
	assert_int_equal(lines_counted(h, DECODE_ATLAS_UNSYNCED), 3);
	// Names that did not resolve, and "connect error 4" of firmware 1.
	assert_int_equal(lines_counted(h, DECODE_ATLAS_EMPTY), 4);
	assert_int_equal(lines_counted(h, DECODE_ATLAS_OTHER), 3); // ntp
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, begin, end),
		cmocka_unit_test_setup_teardown(test_late, begin, end),
		cmocka_unit_test_setup_teardown(test_leap, begin, end),
		cmocka_unit_test_setup_teardown(test_framing, begin, end),
		cmocka_unit_test_setup_teardown(test_bad_many, begin, end),
		cmocka_unit_test_setup_teardown(test_long, begin, end),
		cmocka_unit_test_setup_teardown(test_cut, begin, end),
		cmocka_unit_test_setup_teardown(test_csv, begin, end),
		cmocka_unit_test_setup_teardown(test_times, begin, end),
		cmocka_unit_test_setup_teardown(test_array, begin, end),
		cmocka_unit_test_setup_teardown(test_ioda, begin, end),
		cmocka_unit_test_setup_teardown(test_merged, begin, end),
		cmocka_unit_test_setup_teardown(test_lab, begin, end),
		cmocka_unit_test_setup_teardown(test_atlas, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
