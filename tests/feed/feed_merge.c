// SPDX-License-Identifier: ISC
// All sources in time order, whatever their number and the order in which they were added; one that cannot be
// read costs only itself.
#include "files.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>

#define RECORDS 3000
#define FILES	300

struct whole {
	struct text bytes;
	size_t borders[RECORDS + 1];
};

static struct whole whole_create(uint64_t *random)
{
	struct whole w = {0};
	struct instant when = instant_of(1700000000, 0);
	for (size_t i = 0; i < RECORDS; i++) {
		w.borders[i] = w.bytes.length;
		when = instant_after(when, 1000 * (1 + (int64_t)(unit_random(random) >> 36)));
		put_update(&w.bytes, when, (unit_random(random) >> 32) % 200, random);
	}
	w.borders[RECORDS] = w.bytes.length;
	return w;
}

static void shuffle(size_t *v, size_t n, uint64_t *random)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = (unit_random(random) >> 32) % i, kept = v[i - 1];
		v[i - 1] = v[k];
		v[k] = kept;
	}
}

// Deals the records out to `count` files, in runs of up to `run`; adds the files in random order.
static struct feed *deal(const struct whole *w, size_t count, size_t run, uint64_t *random)
{
	static struct text parts[FILES];
	size_t order[FILES];
	for (size_t i = 0; i < RECORDS;) {
		struct text *part = &parts[(unit_random(random) >> 32) % count];
		size_t end = i + 1 + (unit_random(random) >> 32) % run;
		end = end < RECORDS ? end : RECORDS;
		text_bytes(part, w->bytes.bytes + w->borders[i], w->borders[end] - w->borders[i]);
		i = end;
	}
	struct feed *f = feed_create();
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	shuffle(order, count, random);
	for (size_t i = 0; i < count; i++) {
		struct text *part = &parts[order[i]], packed = {0};
		char name[40];
		snprintf(name, sizeof(name), "part-%zu", order[i]);
		if (order[i] % 3)
			zips[order[i] % ZIP_COUNT].pack(part->bytes ? part->bytes : "", part->length, &packed);
		else if (part->length)
			text_bytes(&packed, part->bytes, part->length);
		assert_int_equal(feed_add(f, file_write(name, packed.bytes, packed.length), 1), 0);
		text_free(&packed);
		text_free(part);
	}
	return f;
}

static void expect_merged(struct feed *f, const struct whole *w, size_t count)
{
	char name[] = "whole";
	struct seen expected = seen_file(file_write(name, w->bytes.bytes, w->bytes.length)), got = seen_feed(f);
	assert_int_equal(expected.records, RECORDS);
	assert_int_equal(got.records, RECORDS);
	assert_int_equal(got.ends, count);
	assert_int_equal(got.gaps, 0);
	for (size_t i = 0, k = 0; i < got.count; i++) {
		if (got.of[i].record.kind == RECORD_SOURCE_END)
			continue;
		assert_int_equal(got.of[i].hash, expected.of[k++].hash);
	}
	uint64_t done, total;
	feed_progress(f, &done, &total);
	assert_int_equal(done, total);
	seen_free(&got);
	seen_free(&expected);
	feed_free(f);
}

static void test_splits(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	static const size_t counts[] = {1, 2, 12, 32, 33, 200};
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct whole w = whole_create(&random);
		expect_merged(deal(&w, counts[i], 1, &random), &w, counts[i]);
		expect_merged(deal(&w, counts[i], 200, &random), &w, counts[i]);
		text_free(&w.bytes);
	}
}

// More than FEED_OPEN_MAX at a time: some come late, none is lost.
static void test_too_many_open(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct whole w = whole_create(&random);
	struct feed *f = deal(&w, FILES, 1, &random);
	struct seen s = seen_feed(f);
	assert_int_equal(s.records, RECORDS);
	assert_int_equal(s.ends, FILES);
	assert_int_equal(s.gaps, 0);
	seen_free(&s);
	feed_free(f);
	text_free(&w.bytes);
}

static void test_ties(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct feed *f = feed_create();
	for (int i = 0; i < 3; i++) {
		struct text t = {0};
		for (int k = 0; k < 4; k++)
			put_state(&t, 1700000000 + (uint32_t)k / 2);
		put_update(&t, instant_of(1699999990, 0), 10, &random); // older than its predecessor: stays there
		char name[20];
		snprintf(name, sizeof(name), "tie-%d", i);
		assert_int_equal(feed_add(f, file_write(name, t.bytes, t.length), (uint16_t)(i + 7)), 0);
		text_free(&t);
	}
	struct seen s = seen_feed(f);
	static const unsigned order[] = {0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
	assert_int_equal(s.count, sizeof(order) / sizeof(*order));
	for (size_t i = 0; i < s.count; i++) {
		assert_int_equal(s.of[i].record.source, order[i]);
		assert_int_equal(s.of[i].record.collector, order[i] + 7);
	}
	assert_int_equal(feed_source_count(f), 3);
	assert_int_equal(feed_source(f, 1)->records, 5);
	assert_null(feed_source(f, 3));
	seen_free(&s);
	feed_free(f);
}

static void test_unreadable(void **state)
{
	(void)state;
	struct text t = {0};
	put_state(&t, 1700000000);
	put_state(&t, 1700000001);
	struct feed *f = feed_create();
	assert_int_equal(feed_add(f, file_path("there-is-none"), 0), 0);
	assert_int_equal(feed_add(f, file_write("there-is-one", t.bytes, t.length), 0), 0);
	assert_int_equal(feed_add(f, file_folder("no-file"), 0), 0);
	struct seen s = seen_feed(f);
	assert_int_equal(s.records, 2);
	assert_int_equal(s.gaps, 2);
	assert_int_equal(s.ends, 3);
	assert_int_equal(s.of[0].record.reason, GAP_UNREADABLE);
	assert_int_equal(feed_source(f, 0)->error, -ENOENT);
	assert_int_equal(feed_source(f, 1)->error, 0);
	assert_int_equal(feed_source(f, 2)->error, -EISDIR);
	seen_free(&s);
	feed_free(f);
	text_free(&t);
}

// A broken start does not move a source in front of the others.
static void test_damaged_head(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text early = {0}, late = {0};
	for (int i = 0; i < 20; i++)
		put_update(&early, instant_of(1700000000 + i, 0), 50, &random);
	put_random(&late, 500, &random);
	for (int i = 0; i < 20; i++)
		put_update(&late, instant_of(1700000100 + i, 0), 50, &random);
	struct feed *f = feed_create();
	assert_int_equal(feed_add(f, file_write("late", late.bytes, late.length), 0), 0);
	assert_int_equal(feed_add(f, file_write("early", early.bytes, early.length), 0), 0);
	struct seen s = seen_feed(f);
	assert_int_equal(s.records, 40);
	assert_int_equal(s.gaps, 1);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(s.of[i].record.source, 1);
	assert_int_equal(feed_source(f, 0)->skipped_bytes, 500);
	seen_free(&s);
	feed_free(f);
	text_free(&early);
	text_free(&late);
}

// Several large compressed files at a time: more than there may be threads.
static void test_threads(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct feed *f = feed_create();
	for (int i = 0; i < 6; i++) {
		struct text t = {0}, packed = {0};
		for (int k = 0; k < 400; k++)
			put_update(&t, instant_of(1700000000 + k, 0), 4000, &random);
		zips[i % 2 ? ZIP_ZSTD : ZIP_GZIP].pack(t.bytes, t.length, &packed);
		char name[20];
		snprintf(name, sizeof(name), "large-%d", i);
		assert_int_equal(feed_add(f, file_write(name, packed.bytes, packed.length), 0), 0);
		text_free(&packed);
		text_free(&t);
	}
	struct record r;
	struct instant last = INSTANT_NONE;
	size_t records = 0;
	while (feed_next(f, &r)) {
		assert_true(r.time.ns >= last.ns);
		last = r.time;
		records += r.kind == RECORD_MRT;
	}
	assert_int_equal(records, 6 * 400);
	feed_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splits),	   cmocka_unit_test(test_too_many_open),
		cmocka_unit_test(test_ties),	   cmocka_unit_test(test_threads),
		cmocka_unit_test(test_unreadable), cmocka_unit_test(test_damaged_head),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
