// SPDX-License-Identifier: ISC
// BMP streams: framing, times with and without an index, damage.
// Tests: src/feed/bmp_reader.c src/feed/bmp_index.c
#include "files.h"

#include "base/err.h"

#include <string.h>

#define MESSAGES 60

static void put_initiation(struct text *t)
{
	text_char(t, 3);
	put_u32(t, 6 + 4 + 4);
	text_char(t, 4);
	put_u16(t, 2);
	put_u16(t, 4);
	text_put(t, "name");
}

// A Route Monitoring message, or one of a type of the future, with `extra` bytes in it.
static void put_message(struct text *t, uint8_t type, uint32_t seconds, size_t extra, uint64_t *random)
{
	text_char(t, 3);
	put_u32(t, (uint32_t)(6 + 42 + 23 + extra));
	text_char(t, (char)type);
	for (int i = 0; i < 26; i++)
		text_char(t, 0);
	put_u32(t, 64500);
	put_u32(t, 0xc0000201);
	put_u32(t, seconds);
	put_u32(t, 250000);
	for (int i = 0; i < 16; i++)
		text_char(t, '\xff');
	put_u16(t, (unsigned)(23 + extra));
	text_char(t, 2);
	put_u32(t, 0);
	put_random(t, extra, random);
}

// An initiation and MESSAGES messages, one a second.
static void put_stream(struct text *t, uint64_t *random, size_t *borders)
{
	put_initiation(t);
	for (uint32_t i = 0; i < MESSAGES; i++) {
		borders[i] = t->length;
		put_message(t, 0, 1700000000 + i, (unit_random(random) >> 32) % 300, random);
	}
	borders[MESSAGES] = t->length;
}

static void test_times(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0}, index = {0};
	size_t borders[MESSAGES + 1];
	put_stream(&t, &random, borders);
	struct seen s = seen_file(file_write("plain.bmp", t.bytes, t.length));
	assert_int_equal(s.records, MESSAGES + 1);
	assert_int_equal(s.gaps, 0);
	assert_int_equal(s.of[0].record.time.ns, instant_of(1700000000, 250000000).ns); // that of the first that tells
	for (size_t i = 1; i <= MESSAGES; i++)
		assert_int_equal(s.of[i].record.time.ns, instant_of(1700000000 + (int64_t)i - 1, 250000000).ns);
	seen_free(&s);
	// Every message in two pieces: it is there with the second. One line is no line.
	text_put(&index, "{\"t\": 1800000000.5, \"off\": 0, \"len\": 14}\n?\n");
	for (size_t i = 0; i < MESSAGES; i++)
		text_printf(&index,
			    "{\"t\":%zu,\"off\":%zu,\"len\":30}\n{\"off\":%zu,\"len\":%zu,\"t\":%zu.0000000019}\n",
			    1800000001 + 2 * i, borders[i], borders[i] + 30, borders[i + 1] - borders[i] - 30,
			    1800000002 + 2 * i);
	struct text packed = {0};
	zips[ZIP_GZIP].pack(t.bytes, t.length, &packed);
	file_write("timed.bmp.index", index.bytes, index.length);
	s = seen_file(file_write("timed.bmp.gz", packed.bytes, packed.length));
	assert_int_equal(s.records, MESSAGES + 1);
	assert_int_equal(s.of[0].record.time.ns, instant_of(1800000000, 500000000).ns);
	for (size_t i = 1; i <= MESSAGES; i++)
		assert_int_equal(s.of[i].record.time.ns, instant_of(1800000000 + 2 * (int64_t)i, 1).ns);
	seen_free(&s);
	text_free(&packed);
	text_free(&index);
	text_free(&t);
}

static void test_damage(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0}, damaged = {0};
	size_t borders[MESSAGES + 1];
	put_stream(&t, &random, borders);
	struct seen clean = seen_file(file_write("clean", t.bytes, t.length));
	for (int round = 0; round < 300; round++) {
		size_t at = 14 + (unit_random(&random) >> 32) % (t.length - 14), cut = 0, put = 0,
		       touched = 2; // a start wants two messages, the last one is none
		*(round % 2 ? &cut : &put) = 1 + (unit_random(&random) >> 32) % 900;
		cut = cut < t.length - at ? cut : t.length - at;
		text_clear(&damaged);
		text_bytes(&damaged, t.bytes, at);
		put_random(&damaged, put, &random);
		text_bytes(&damaged, t.bytes + at + cut, t.length - at - cut);
		struct seen s = seen_file(file_write("damaged", damaged.bytes, damaged.length));
		for (size_t i = 0; i < MESSAGES; i++)
			touched += borders[i] <= at + cut && borders[i + 1] >= at;
		assert_true(s.records + touched >= clean.records);
		uint64_t offset = 0;
		for (size_t i = 0; i < s.count - 1; i++) {
			assert_int_equal(s.of[i].record.offset, offset);
			offset += s.of[i].record.length;
		}
		assert_int_equal(offset, damaged.length);
		seen_free(&s);
	}
	seen_free(&clean);
	text_free(&damaged);
	text_free(&t);
}

static void test_future_type(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	put_initiation(&t);
	put_message(&t, 0, 1700000000, 10, &random);
	put_message(&t, 9, 1700000001, 10, &random);
	put_message(&t, 0, 1700000002, 10, &random);
	struct seen s = seen_file(file_write("future.bmp", t.bytes, t.length));
	assert_int_equal(s.records, 4);
	assert_int_equal(s.gaps, 0);
	seen_free(&s);
	text_free(&t);
}

// The name decides where the content does not.
static void test_names(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	put_random(&t, 40, &random);
	t.bytes[0] = 7;
	put_initiation(&t);
	for (uint32_t i = 0; i < 5; i++)
		put_message(&t, 0, 1700000000 + i, 10, &random);
	struct seen s = seen_file(file_write("head.bmp", t.bytes, t.length));
	assert_int_equal(s.records, 6);
	assert_int_equal(s.gaps, 1);
	seen_free(&s);
	s = seen_file(file_write("head.mrt", t.bytes, t.length));
	assert_int_equal(s.records, 0);
	seen_free(&s);
	text_free(&t);
}

static void test_fixtures(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t records;
	} files[] = {
		{"bmp/frr84.bmp", 24},
		{"bmp/gobgp310.bmp", 21},
		{"bmp/pmacct/204-BMP-CISCO-peer_down/streams/traffic-00-2001_db8_90__1-20.bmp", 342},
		{"bmp/pmacct/205-BMP-6wind-FRR-peer_down/streams/traffic-00-203.0.113.58-20.bmp", 508},
	};
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct seen s = seen_file(shared_path(files[i].name));
		assert_int_equal(s.records, files[i].records);
		assert_int_equal(s.gaps, 0);
		seen_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times), cmocka_unit_test(test_damage),   cmocka_unit_test(test_future_type),
		cmocka_unit_test(test_names), cmocka_unit_test(test_fixtures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
