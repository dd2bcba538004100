// SPDX-License-Identifier: ISC
// Streams of every compression: whole, in several units, cut, broken, padded, empty; with and without a thread.
// Tests: src/feed/codec.c src/feed/stream.c src/feed/unpack.c
#include "files.h"

#include "base/err.h"
#include "feed/stream.h"

#include <errno.h>
#include <string.h>

// Reads a stream in random steps; appends to out. Answers its error.
static int read_stream(const char *path, bool threaded, uint64_t *random, struct text *out)
{
	struct stream *s = NULL;
	int error = stream_open(path, threaded, &s);
	if (error)
		return error;
	for (;;) {
		size_t want = 1 + (unit_random(random) >> 32) % (unit_random(random) >> 60 ? 5000 : 3000000);
		struct cursor w = stream_peek(s, want);
		if (!cursor_left(&w))
			break;
		assert_true(cursor_left(&w) >= want || stream_peek(s, want + 1).end == w.end);
		size_t n = cursor_left(&w) < want ? cursor_left(&w) : want;
		assert_int_equal(stream_offset(s), out->length);
		text_bytes(out, w.at, n);
		stream_skip(s, n);
	}
	assert_true(stream_compressed(s) <= stream_size(s));
	error = stream_error(s);
	stream_close(s);
	return error;
}

// Expects the first `least` bytes of `whole` at least, nothing else, and this error.
static void expect_stream(const char *path, const struct text *whole, size_t least, int error, uint64_t *random)
{
	for (int threaded = 0; threaded < 2; threaded++) {
		struct text got = {0};
		assert_int_equal(read_stream(path, threaded, random, &got), error);
		assert_in_range(got.length, least, whole->length);
		assert_memory_equal(got.bytes ? got.bytes : "", whole->bytes, got.length);
		text_free(&got);
	}
}

// Random bytes between runs of text, so that the packed form is large but smaller.
static struct text content(size_t length, uint64_t *random)
{
	struct text t = {0};
	while (t.length < length) {
		put_random(&t, (unit_random(random) >> 32) % 3000, random);
		for (uint64_t n = (unit_random(random) >> 32) % 300; n--;)
			text_put(&t, "to be found again ");
	}
	t.length = length;
	return t;
}

static void test_whole(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	static const size_t lengths[] = {0, 1, 11, 70000, 128u << 10, 2345678};
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct text t = content(lengths[i], &random);
		text_reserve(&t, 1);
		expect_stream(file_write("plain", t.bytes, t.length), &t, t.length, 0, &random);
		for (size_t z = 0; z < ZIP_COUNT; z++) {
			struct text packed = {0};
			zips[z].pack(t.bytes, t.length, &packed);
			expect_stream(file_write("packed", packed.bytes, packed.length), &t, t.length, 0, &random);
			text_free(&packed);
		}
		text_free(&t);
	}
}

static void test_units(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = content(4u << 20, &random);
	for (size_t z = 0; z < ZIP_COUNT; z++) {
		struct text packed = {0};
		for (size_t at = 0, n; at < t.length; at += n) {
			n = 1 + (unit_random(&random) >> 32) % 300000;
			n = n < t.length - at ? n : t.length - at;
			zips[z].pack(t.bytes + at, n, &packed);
			if ((unit_random(&random) >> 60) == 0) // an empty unit
				zips[z].pack("", 0, &packed);
		}
		expect_stream(file_write("units", packed.bytes, packed.length), &t, t.length, 0, &random);
		for (int i = 0; i < 1024; i++)
			text_char(&packed, 0);
		expect_stream(file_write("padded", packed.bytes, packed.length), &t, t.length, 0, &random);
		text_put(&packed, "something else");
		expect_stream(file_write("tail", packed.bytes, packed.length), &t, t.length, ERR_MALFORMED, &random);
		text_free(&packed);
	}
	text_free(&t);
}

static void test_cut(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = content(1u << 20, &random);
	for (size_t z = 0; z < ZIP_COUNT; z++) {
		struct text packed = {0};
		zips[z].pack(t.bytes, t.length, &packed);
		expect_stream(file_write("cut", packed.bytes, packed.length - 1), &t, t.length / 2, ERR_TRUNCATED,
			      &random);
		for (int i = 0; i < 12; i++) {
			size_t n = 6 + (unit_random(&random) >> 32) % (packed.length - 6);
			// bzip2 gives nothing of a block that is cut, 900 kB each
			size_t least = z != ZIP_BZIP2 && n > packed.length / 2;
			expect_stream(file_write("cut", packed.bytes, n), &t, least, ERR_TRUNCATED, &random);
		}
		text_free(&packed);
	}
	text_free(&t);
}

static void test_broken(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = content(1u << 19, &random);
	for (size_t z = 0; z < ZIP_COUNT; z++) {
		struct text packed = {0};
		zips[z].pack(t.bytes, t.length, &packed);
		unsigned failed = 0;
		for (int i = 0; i < 20; i++) {
			size_t at = 10 + (unit_random(&random) >> 32) % (packed.length - 10);
			packed.bytes[at] = (char)(packed.bytes[at] ^ 0x55);
			struct text got = {0};
			int error =
				read_stream(file_write("broken", packed.bytes, packed.length), i & 1, &random, &got);
			assert_true(error == 0 || error == ERR_MALFORMED || error == ERR_TRUNCATED ||
				    error == ERR_UNSUPPORTED || error == ERR_BOMB || error == ERR_TOO_LARGE);
			failed += error != 0;
			packed.bytes[at] = (char)(packed.bytes[at] ^ 0x55);
			text_free(&got);
		}
		// zstd's one-shot packer writes no checksum: damage to what it left unpacked only changes bytes.
		assert_true(failed >= (z == ZIP_ZSTD ? 0 : 20));
		text_free(&packed);
	}
	text_free(&t);
}

static void test_bombs(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	size_t length = 10u << 20;
	struct text zeros = {0};
	text_reserve(&zeros, length);
	memset(zeros.bytes, 0, length);
	for (size_t z = 0; z < ZIP_COUNT; z++) {
		struct text unit = {0}, packed = {0}, nested = {0}, got = {0};
		zips[z].pack(zeros.bytes, length, &unit);
		for (int i = 0; i < 100; i++) // 1 GB
			text_bytes(&packed, unit.bytes, unit.length);
		assert_int_equal(read_stream(file_write("bomb", packed.bytes, packed.length), z & 1, &random, &got),
				 ERR_BOMB);
		assert_in_range(got.length, 1, 2u << 20);
		text_clear(&got);
		// Packed once more it is just bytes: they come out as they are.
		zips[z].pack(packed.bytes, packed.length, &nested);
		int error = read_stream(file_write("nested", nested.bytes, nested.length), false, &random, &got);
		assert_true(error == 0 || error == ERR_BOMB);
		assert_in_range(got.length, 1, packed.length);
		assert_memory_equal(got.bytes, packed.bytes, got.length);
		text_free(&got);
		text_free(&unit);
		text_free(&nested);
		text_free(&packed);
	}
	text_free(&zeros);
}

static void test_unreadable(void **state)
{
	(void)state;
	struct stream *s = NULL;
	assert_int_equal(stream_open(file_path("there-is-none"), true, &s), -ENOENT);
	assert_int_equal(stream_open(file_folder("folder"), true, &s), -EISDIR);
	assert_null(s);
}

// The reader goes while the thread works ahead.
static void test_left_early(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = content(6u << 20, &random), packed = {0};
	zips[0].pack(t.bytes, t.length, &packed);
	const char *path = file_write("early", packed.bytes, packed.length);
	for (int i = 0; i < 20; i++) {
		struct stream *s = NULL;
		assert_int_equal(stream_open(path, true, &s), 0);
		assert_true(stream_threaded(s));
		stream_peek(s, (unit_random(&random) >> 32) % (1u << 20));
		stream_close(s);
	}
	text_free(&packed);
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),	   cmocka_unit_test(test_units), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_broken),	   cmocka_unit_test(test_bombs), cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_left_early),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
