// SPDX-License-Identifier: ISC
// MRT framing over damage: what the fixtures say can be recovered is recovered, and whatever is handed on was
// there before the damage, from border to border.
// Tests: src/feed/mrt_reader.c src/feed/gap.c
#include "files.h"

#include "base/alloc.h"
#include "base/err.h"

#include <string.h>

#define RECORDS 120
#define ROUNDS	400

static const struct {
	const char *name;
	size_t records; // that the damage did not touch
	bool altered;	// bit flips change records unnoticed
	uint8_t reason;
} fixtures[] = {
	{"clean", 18186, false, GAP_NONE},	    {"truncated", 9260, false, GAP_TRUNCATED},
	{"bitflips-150", 18037, true, GAP_FRAMING}, {"gap-4096", 18167, false, GAP_FRAMING},
	{"junk-4096", 18185, false, GAP_FRAMING},   {"length-fffffff0", 18185, false, GAP_FRAMING},
	{"zeros-65536", 18186, false, GAP_FRAMING}, {"gzip-cut", 12309, false, GAP_COMPRESSION},
};

static struct seen seen_fixture(const char *name)
{
	char path[200];
	snprintf(path, sizeof(path), "malformed/mrt-damage/%s.mrt.gz", name);
	return seen_file(shared_path(path));
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static uint64_t *sorted_hashes(const struct seen *s)
{
	uint64_t *hashes = alloc_zero(s->records, sizeof(*hashes));
	size_t n = 0;
	for (size_t i = 0; i < s->count; i++)
		if (s->of[i].record.kind == RECORD_MRT)
			hashes[n++] = s->of[i].hash;
	qsort(hashes, n, sizeof(*hashes), by_value);
	return hashes;
}

// How many records of `clean` are in `s`; that they stand in their places is seen elsewhere.
static size_t common(const struct seen *s, const struct seen *clean)
{
	uint64_t *a = sorted_hashes(s), *b = sorted_hashes(clean);
	size_t found = 0;
	for (size_t i = 0, k = 0; i < s->records && k < clean->records;) {
		found += a[i] == b[k];
		bool both = a[i] == b[k], first = a[i] < b[k];
		i += both || first;
		k += both || !first;
	}
	free(a);
	free(b);
	return found;
}

static void test_fixtures(void **state)
{
	(void)state;
	struct seen clean = seen_fixture("clean");
	for (size_t i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++) {
		struct seen s = seen_fixture(fixtures[i].name);
		size_t same = common(&s, &clean);
		print_message("%s: %zu records, %zu as before, %zu gaps\n", fixtures[i].name, s.records, same, s.gaps);
		assert_true(same >= fixtures[i].records);
		assert_true(fixtures[i].altered || same == s.records);
		for (size_t k = 0; k < s.count; k++)
			if (s.of[k].record.kind == RECORD_GAP)
				assert_int_equal(s.of[k].record.reason, fixtures[i].reason);
		assert_true(fixtures[i].altered || s.gaps == (fixtures[i].reason != GAP_NONE));
		seen_free(&s);
	}
	seen_free(&clean);
}

// Records and gaps tile the file.
static void expect_tiling(const struct seen *s, size_t length)
{
	uint64_t at = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct record *r = &s->of[i].record;
		if (r->kind == RECORD_SOURCE_END)
			continue;
		assert_int_equal(r->offset, at);
		at += r->length;
		assert_true(r->kind == RECORD_GAP || !i || s->of[i - 1].record.kind != RECORD_GAP ||
			    s->of[i - 1].record.resumed.ns == r->time.ns);
	}
	assert_int_equal(at, length);
}

// One replaced stretch: bytes [from, to) became `length` others.
struct damage {
	size_t from, to, length;
	bool copy; // of another place of the file, whole records perhaps
};

static bool is_border(const size_t *borders, const struct damage *d, size_t offset)
{
	bool moved = d->length != d->to - d->from;
	if (moved && offset > d->from && offset < d->from + d->length)
		return false;
	if (moved && offset >= d->from + d->length && offset > d->from)
		offset = offset - d->length + (d->to - d->from);
	for (size_t i = 0; i <= RECORDS; i++)
		if (borders[i] == offset)
			return true;
	return false;
}

static struct damage damage_random(const struct text *whole, uint64_t *random, struct text *ret)
{
	size_t span = (unit_random(random) >> 32) % (unit_random(random) >> 63 ? 40 : 3000);
	struct damage d = {.from = (unit_random(random) >> 32) % whole->length};
	uint64_t kind = (unit_random(random) >> 32) % 6;
	d.to = kind == 0 || kind == 3 ? d.from : d.from + span; // insertions
	d.to = d.to < whole->length ? d.to : whole->length;
	d.length = kind == 1 ? 0 : kind == 0 || kind == 3 ? span : d.to - d.from; // 1: cut
	d.copy = kind == 5;
	text_clear(ret);
	text_bytes(ret, whole->bytes, d.from);
	if (d.copy)
		text_bytes(ret, whole->bytes + (unit_random(random) >> 32) % (whole->length - d.length + 1), d.length);
	else if (kind < 3)
		put_random(ret, d.length, random);
	while (ret->length < d.from + d.length)
		text_char(ret, 0);
	text_bytes(ret, whole->bytes + d.to, whole->length - d.to);
	return d;
}

static size_t touched(const size_t *borders, const struct damage *d)
{
	size_t n = 0;
	for (size_t i = 0; i < RECORDS; i++)
		n += borders[i] < d->to && borders[i + 1] > d->from;
	return n + (d->from == d->to); // inside a record, or at the border, where the record before is doubtful
}

// Borders inside records: a length that is wrong and yet leads to a border is noticed only where the body tells.
static size_t chance(const struct seen *s, const size_t *borders, const struct damage *d)
{
	size_t inside = d->copy ? 3 : 0; // a copy ends and begins inside records
	for (size_t i = 0; i < s->count; i++) {
		const struct record *r = &s->of[i].record;
		for (uint64_t at = r->offset + 1; r->kind == RECORD_MRT && at < r->offset + r->length; at++)
			inside += is_border(borders, d, (size_t)at);
	}
	return inside;
}

// Whatever is handed on is a record of before, or reaches over the damage from one true border to another.
static void expect_undamaged(const struct seen *s, const struct seen *clean, const size_t *borders,
			     const struct damage *d)
{
	size_t same = common(s, clean);
	for (size_t i = 0; i < s->count; i++) {
		const struct record *r = &s->of[i].record;
		size_t end = (size_t)(r->offset + r->length);
		if (r->kind != RECORD_MRT || end <= d->from || r->offset >= d->from + d->length)
			continue;
		if (!is_border(borders, d, end) && !d->copy)
			print_message("[%zu, %zu) became %zu bytes: record at %zu + %zu\n", d->from, d->to, d->length,
				      (size_t)r->offset, (size_t)r->length);
		assert_true(is_border(borders, d, (size_t)r->offset) || d->copy);
		assert_true(is_border(borders, d, end) || d->copy);
	}
	size_t lost = RECORDS - same, allowed = touched(borders, d) + 1 + chance(s, borders, d);
	if (lost > allowed)
		print_message("[%zu, %zu) became %zu bytes: lost %zu, allowed %zu\n", d->from, d->to, d->length, lost,
			      allowed);
	assert_true(lost <= allowed);
}

static void test_random_damage(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text whole = {0}, damaged = {0};
	size_t borders[RECORDS + 1], gaps = 0;
	for (int i = 0; i < ROUNDS; i++) {
		text_clear(&whole);
		put_records(&whole, RECORDS, &random, borders);
		struct seen clean = seen_file(file_write("clean", whole.bytes, whole.length));
		assert_int_equal(clean.records, RECORDS);
		assert_int_equal(clean.gaps, 0);
		struct damage d = damage_random(&whole, &random, &damaged);
		struct seen s = seen_file(file_write("damaged", damaged.bytes, damaged.length));
		expect_tiling(&s, damaged.length);
		expect_undamaged(&s, &clean, borders, &d);
		gaps += s.gaps;
		seen_free(&s);
		seen_free(&clean);
	}
	print_message("%d damages, %zu gaps\n", ROUNDS, gaps);
	assert_true(gaps > ROUNDS / 4);
	text_free(&damaged);
	text_free(&whole);
}

static void test_bit_flips(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	size_t borders[RECORDS + 1];
	const struct damage none = {0};
	put_records(&t, RECORDS, &random, borders);
	struct seen clean = seen_file(file_write("clean", t.bytes, t.length));
	for (size_t i = 0; i < RECORDS; i++) {
		for (int bit = 0; bit < 96; bit++) { // every bit of some record's header
			if ((unit_random(&random) >> 32) % 16)
				continue;
			char *byte = t.bytes + borders[i] + bit / 8;
			*byte = (char)(*byte ^ (1 << bit % 8));
			struct seen s = seen_file(file_write("flipped", t.bytes, t.length));
			expect_tiling(&s, t.length);
			size_t lost = RECORDS - common(&s, &clean);
			if (lost > 1)
				print_message("record %zu, bit %d of the header: lost %zu\n", i, bit, lost);
			assert_true(lost <= 1 + chance(&s, borders, &none));
			assert_true(s.records <= RECORDS);
			*byte = (char)(*byte ^ (1 << bit % 8));
			seen_free(&s);
		}
	}
	seen_free(&clean);
	text_free(&t);
}

// Files that `cat` joined, years apart: nothing is lost.
static void test_far_times(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	for (int n = 0; n < 5; n++)
		for (int i = 0; i < 20; i++)
			put_update(&t, instant_of(1700000000 - n * 90000000 + i, 0), 100, &random);
	struct seen s = seen_file(file_write("joined", t.bytes, t.length));
	assert_int_equal(s.records, 100);
	assert_int_equal(s.gaps, 0);
	seen_free(&s);
	text_free(&t);
}

// Damage at the joint: what follows is found although it is years off.
static void test_far_times_damaged(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	for (int i = 0; i < 20; i++)
		put_update(&t, instant_of(1700000000 + i, 0), 100, &random);
	put_random(&t, 1000, &random);
	for (int i = 0; i < 20; i++)
		put_update(&t, instant_of(1500000000 + i, 0), 100, &random);
	struct seen s = seen_file(file_write("joint", t.bytes, t.length));
	assert_in_range(s.records, 39, 40);
	assert_int_equal(s.gaps, 1);
	seen_free(&s);
	text_free(&t);
}

static void test_no_records(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	struct seen s = seen_file(file_write("empty", "", 0));
	assert_int_equal(s.count, 1);
	seen_free(&s);
	put_random(&t, 3u << 20, &random);
	s = seen_file(file_write("noise", t.bytes, t.length));
	assert_int_equal(s.count, 2);
	assert_int_equal(s.of[0].record.length, t.length);
	assert_int_equal(s.of[0].record.reason, GAP_FRAMING);
	seen_free(&s);
	memset(t.bytes, 0, t.length);
	s = seen_file(file_write("zeros", t.bytes, t.length));
	assert_int_equal(s.count, 2);
	assert_int_equal(s.of[0].record.length, t.length);
	seen_free(&s);
	text_free(&t);
}

// Every place where a file of three records can be cut.
static void test_every_truncation(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	size_t ends[3];
	for (int i = 0; i < 3; i++) {
		put_update(&t, instant_of(1700000000 + i, 0), 20, &random);
		ends[i] = t.length;
	}
	for (size_t n = 0; n <= t.length; n++) {
		struct seen s = seen_file(file_write("cut", t.bytes, n));
		size_t whole = 0;
		while (whole < 3 && ends[whole] <= n)
			whole++;
		assert_int_equal(s.records, whole);
		assert_int_equal(s.gaps, n && (!whole || ends[whole - 1] != n));
		assert_true(!s.gaps || s.of[whole].record.reason == GAP_TRUNCATED);
		seen_free(&s);
	}
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),	  cmocka_unit_test(test_random_damage),
		cmocka_unit_test(test_bit_flips),	  cmocka_unit_test(test_far_times),
		cmocka_unit_test(test_far_times_damaged), cmocka_unit_test(test_no_records),
		cmocka_unit_test(test_every_truncation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
