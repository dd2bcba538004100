// SPDX-License-Identifier: ISC
// Files that are still being written: whatever pieces they come in, what is given in the end is what a finished file gives.
#include "files.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS 300
#define MOST_NS (100 * NS_PER_S)

struct writer { // of one file
	const char *name;
	char *path;
	size_t written;
};

struct trial {
	struct feed *feed;
	struct feed_clock now;
	struct seen seen;
	size_t rests;
};

static void trial_begin(struct trial *t)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	*t = (struct trial){.feed = feed_create(), .now = {instant_of(now.tv_sec, 0), NS_PER_S}};
	feed_growing(t->feed, MOST_NS);
}

static void trial_end(struct trial *t)
{
	feed_free(t->feed);
	seen_free(&t->seen);
}

static struct writer writer_of(struct trial *t, const char *name)
{
	struct writer w = {.name = name, .path = alloc_copy(file_write(name, "", 0))};
	unlink(w.path); // it appears with its first byte
	if (t)
		assert_int_equal(feed_add(t->feed, w.path, 3), 0);
	return w;
}

static void write_to(struct writer *w, const void *bytes, size_t n)
{
	FILE *f = fopen(w->path, "ab");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	w->written += n;
}

// Reads what there is after `seconds` more. Returns the last answer.
static int trial_read(struct trial *t, double seconds)
{
	struct record r;
	int got;
	t->now.boot_ns += (int64_t)(seconds * 1e9);
	t->now.utc.ns += (int64_t)(seconds * 1e9);
	feed_look(t->feed, &t->now);
	while ((got = feed_next(t->feed, &r)) == 1) {
		void *items = t->seen.of;
		alloc_grow(&items, t->seen.count, &t->seen.capacity, sizeof(*t->seen.of));
		t->seen.of = items;
		t->rests += r.kind == RECORD_SOURCE_REST;
		if (r.kind == RECORD_SOURCE_REST)
			continue;
		t->seen.of[t->seen.count++] = (struct seen_record){r, hash_bytes(r.bytes.at, cursor_left(&r.bytes))};
		t->seen.gaps += r.kind == RECORD_GAP;
		t->seen.records += r.kind != RECORD_GAP && r.kind != RECORD_SOURCE_END;
	}
	return got;
}

static void trial_drain(struct trial *t)
{
	feed_drain(t->feed);
	assert_int_equal(trial_read(t, 0), 0);
}

static void expect_same(const struct seen *got, const struct seen *wanted)
{
	assert_int_equal(got->count, wanted->count);
	for (size_t i = 0; i < got->count; i++) {
		const struct record *a = &got->of[i].record, *b = &wanted->of[i].record;
		assert_int_equal(a->kind, b->kind);
		assert_int_equal(a->reason, b->reason);
		assert_int_equal(a->time.ns, b->time.ns);
		assert_int_equal(a->offset, b->offset);
		assert_int_equal(a->length, b->length);
		assert_int_equal(got->of[i].hash, wanted->of[i].hash);
	}
}

// Writes the bytes in pieces of up to `most`, reading in between, and compares with the finished file.
static void in_pieces(const char *name, const struct text *bytes, size_t most, uint64_t *random)
{
	struct trial t;
	trial_begin(&t);
	struct writer w = writer_of(&t, name);
	assert_int_equal(trial_read(&t, 0.001), FEED_AGAIN);
	for (size_t at = 0; at < bytes->length;) {
		size_t left = bytes->length - at, n = 1 + (unit_random(random) >> 32) % most;
		n = n < left ? n : left;
		write_to(&w, bytes->bytes + at, n);
		assert_int_equal(trial_read(&t, 0.001), FEED_AGAIN);
		at += n;
	}
	trial_drain(&t);
	struct seen wanted = seen_file(w.path);
	expect_same(&t.seen, &wanted);
	seen_free(&wanted);
	free(w.path);
	trial_end(&t);
}

static void pack_in_units(const struct zip *zip, const struct text *plain, size_t units, struct text *out)
{
	for (size_t i = 0; i < units; i++) {
		size_t from = plain->length * i / units, to = plain->length * (i + 1) / units;
		struct text one = {0};
		zip->pack(plain->bytes + from, to - from, &one);
		text_bytes(out, one.bytes, one.length);
		text_free(&one);
	}
}

static void test_any_pieces(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text plain = {0};
	put_records(&plain, RECORDS, &random, NULL);
	in_pieces("pieces.mrt", &plain, 700, &random);
	in_pieces("bytes.mrt", &plain, 7, &random);
	for (int i = 0; i < ZIP_COUNT; i++) {
		struct text packed = {0};
		char name[40];
		snprintf(name, sizeof(name), "pieces.mrt%s", zips[i].suffix);
		pack_in_units(&zips[i], &plain, 4, &packed);
		in_pieces(name, &packed, 900, &random);
		in_pieces(name, &packed, 1 + packed.length, &random);
		text_free(&packed);
	}
	text_free(&plain);
}

static void test_damage_inside(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text whole = {0}, damaged = {0};
	size_t borders[RECORDS + 1];
	put_records(&whole, RECORDS, &random, borders);
	text_bytes(&damaged, whole.bytes, borders[100]);
	put_random(&damaged, 5000, &random);
	text_bytes(&damaged, whole.bytes + borders[100], borders[200] - borders[100]);
	text_bytes(&damaged, whole.bytes + borders[200] + 9, borders[RECORDS] - borders[200] - 9);
	in_pieces("damaged.mrt", &damaged, 2000, &random);
	text_free(&whole);
	text_free(&damaged);
}

static void put_line(struct text *t, double when, int number)
{
	text_printf(t, "{\"t\":%.3f,\"observer\":\"vp\",\"op\":\"icmp_echo\",\"target\":\"198.18.0.%d\",\"ok\":true}\n",
		    when, number % 250);
}

static void test_lines(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	for (int i = 0; i < 500; i++)
		put_line(&t, 1700000000 + i * 0.1 - (i % 7 ? 0 : 0.35), i);
	in_pieces("pieces.ndjson", &t, 400, &random);
	in_pieces("bytes.ndjson", &t, 11, &random);
	text_clear(&t);
	text_char(&t, '[');
	for (int i = 0; i < 100; i++)
		text_printf(&t, "%s{\"timestamp\":%d,\"type\":\"ping\"}", i ? ",\n" : "", 1700000000 + i);
	text_put(&t, "]\n");
	in_pieces("pieces.json", &t, 300, &random);
	text_free(&t);
}

// The times of those given so far, of one source; the number of them.
static size_t given_of(const struct trial *t, uint32_t source, int64_t *ret_last_s)
{
	size_t n = 0;
	for (size_t i = 0; i < t->seen.count; i++) {
		const struct record *r = &t->seen.of[i].record;
		if (r->source != source || r->kind != RECORD_MRT)
			continue;
		n++;
		*ret_last_s = instant_seconds(r->time);
	}
	return n;
}

static void states(struct writer *w, uint32_t from, uint32_t to)
{
	struct text t = {0};
	for (uint32_t s = from; s < to; s++)
		put_state(&t, s);
	write_to(w, t.bytes, t.length);
	text_free(&t);
}

#define START 1700000000u

// One of two sources stops: the other is held up no further than its lateness, then not at all, and is heard when it goes on.
static void test_one_stops(void **state)
{
	(void)state;
	struct trial t;
	int64_t last = 0;
	trial_begin(&t);
	struct writer a = writer_of(&t, "a.mrt"), b = writer_of(&t, "b.mrt");
	states(&a, START, START + 50);
	states(&b, START, START + 50);
	assert_int_equal(trial_read(&t, 1), FEED_AGAIN);
	assert_int_equal(given_of(&t, 0, &last) + given_of(&t, 1, &last), 100);
	states(&b, START + 50, START + 120);
	assert_int_equal(trial_read(&t, 1), FEED_AGAIN);
	assert_true(feed_holds(t.feed));
	given_of(&t, 1, &last);
	assert_true(last < START + 60);
	assert_int_equal(t.rests, 0);
	assert_true(instant_seconds(feed_passed(t.feed)) < START + 60);
	states(&b, START + 120, START + 200);
	assert_int_equal(trial_read(&t, 1), FEED_AGAIN);
	given_of(&t, 1, &last);
	assert_int_equal(last, START + 199); // a is more than its ceiling behind
	assert_int_equal(t.rests, 1);
	assert_false(feed_holds(t.feed));
	assert_int_equal(instant_seconds(feed_passed(t.feed)), START + 199);
	states(&a, START + 50, START + 60);
	assert_int_equal(trial_read(&t, 1), FEED_AGAIN);
	assert_int_equal(given_of(&t, 0, &last), 60);
	trial_drain(&t);
	assert_int_equal(t.seen.records, 260);
	free(a.path);
	free(b.path);
	trial_end(&t);
}

// What is held is let go by the clock when nothing comes at all.
static void test_clock_lets_go(void **state)
{
	(void)state;
	struct trial t;
	int64_t last = 0;
	trial_begin(&t);
	struct writer a = writer_of(&t, "clock-a.mrt"), b = writer_of(&t, "clock-b.mrt");
	states(&a, START, START + 10);
	states(&b, START, START + 40);
	trial_read(&t, 1);
	given_of(&t, 1, &last);
	assert_true(last <= START + 10);
	trial_read(&t, 101);
	given_of(&t, 1, &last);
	assert_int_equal(last, START + 39);
	trial_drain(&t);
	free(a.path);
	free(b.path);
	trial_end(&t);
}

// A dump is told to be over before what comes after it is given.
static void test_dump_rests_in_its_place(void **state)
{
	(void)state;
	struct trial t;
	struct text dump = {0};
	uint64_t random = unit_seed();
	trial_begin(&t);
	struct writer a = writer_of(&t, "dump.mrt"), b = writer_of(&t, "after.mrt");
	for (uint32_t i = 0; i < 20; i++)
		put_rib(&dump, START + 20, 30, &random);
	write_to(&a, dump.bytes, dump.length);
	states(&b, START, START + 500);
	struct record r;
	feed_look(t.feed, &t.now);
	bool rested = false;
	while (feed_next(t.feed, &r) == 1) {
		rested |= r.kind == RECORD_SOURCE_REST && r.source == 0;
		assert_true(rested == (r.time.ns > instant_of(START + 20, 0).ns) ||
			    r.time.ns == instant_of(START + 20, 0).ns);
	}
	assert_true(rested);
	text_free(&dump);
	free(a.path);
	free(b.path);
	trial_end(&t);
}

static void test_replaced(void **state)
{
	(void)state;
	struct trial t;
	int64_t last = 0;
	trial_begin(&t);
	struct writer w = writer_of(&t, "replaced.mrt"), other = writer_of(NULL, "other");
	states(&w, START, START + 50);
	trial_read(&t, 1);
	// A longer copy takes its name: reading goes on in it.
	states(&other, START, START + 80);
	assert_int_equal(rename(other.path, w.path), 0);
	trial_read(&t, 1);
	assert_int_equal(given_of(&t, 0, &last), 80);
	assert_int_equal(t.seen.gaps, 0);
	// Another one takes it: that is said, and it is read from its start.
	states(&other, START + 200, START + 205);
	assert_int_equal(rename(other.path, w.path), 0);
	trial_read(&t, 1);
	assert_int_equal(given_of(&t, 0, &last), 85);
	assert_int_equal(t.seen.gaps, 1);
	// It is cut.
	assert_int_equal(truncate(w.path, 0), 0);
	states(&w, START + 300, START + 302);
	trial_read(&t, 1);
	assert_int_equal(given_of(&t, 0, &last), 87);
	assert_int_equal(t.seen.gaps, 2);
	assert_int_equal(feed_source(t.feed, 0)->gaps, 2);
	trial_drain(&t);
	free(w.path);
	free(other.path);
	trial_end(&t);
}

static void test_rotated(void **state)
{
	(void)state;
	struct trial t;
	int64_t last = 0;
	trial_begin(&t);
	struct writer w = writer_of(&t, "rotated.mrt"), old = writer_of(NULL, "rotated.mrt.1");
	states(&w, START, START + 50);
	trial_read(&t, 1);
	states(&w, START + 50, START + 55);
	assert_int_equal(rename(w.path, old.path), 0);
	states(&w, START + 55, START + 60);
	assert_true(feed_knows(t.feed, w.path));
	trial_read(&t, 1);
	trial_read(&t, 1);
	assert_int_equal(feed_source_count(t.feed), 2);
	assert_true(feed_knows(t.feed, old.path));
	assert_int_equal(given_of(&t, 0, &last), 55);
	trial_drain(&t);
	assert_int_equal(given_of(&t, 1, &last), 5);
	assert_int_equal(t.seen.gaps, 0);
	free(w.path);
	free(old.path);
	trial_end(&t);
}

// Many files that appear one after the other, more than are kept open.
static void test_files_appear(void **state)
{
	(void)state;
	struct trial t;
	trial_begin(&t);
	struct writer w[60];
	for (uint32_t i = 0; i < ARRAY_LEN(w); i++) {
		char name[32];
		snprintf(name, sizeof(name), "appears-%02u.mrt", i);
		w[i] = writer_of(i % 3 ? &t : NULL, name);
		states(&w[i], START + i * 10, START + i * 10 + 10);
		if (i % 3 == 0)
			assert_int_equal(feed_add(t.feed, w[i].path, 1), 0);
		if (i > 40)
			trial_read(&t, 1);
	}
	trial_drain(&t);
	assert_int_equal(t.seen.records, ARRAY_LEN(w) * 10);
	for (size_t i = 0, n = 0; i < t.seen.count; i++)
		if (t.seen.of[i].record.kind == RECORD_MRT)
			assert_int_equal(instant_seconds(t.seen.of[i].record.time), START + n++);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		free(w[i].path);
	trial_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_pieces),    cmocka_unit_test(test_damage_inside),
		cmocka_unit_test(test_lines),	      cmocka_unit_test(test_one_stops),
		cmocka_unit_test(test_clock_lets_go), cmocka_unit_test(test_dump_rests_in_its_place),
		cmocka_unit_test(test_replaced),      cmocka_unit_test(test_rotated),
		cmocka_unit_test(test_files_appear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
