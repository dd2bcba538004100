// SPDX-License-Identifier: ISC
// Files, records and packers for the tests of feed.
#include "files.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <bzlib.h>
#include <ftw.h>
#include <isa-l/igzip_lib.h>
#include <limits.h>
#include <lzma.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

static char folder[PATH_MAX / 4];

static int remove_one(const char *path, const struct stat *status, int flag, struct FTW *place)
{
	(void)status, (void)flag, (void)place;
	return remove(path);
}

static void remove_folder(void)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *file_path(const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned turn;
	if (!folder[0]) {
		const char *parent = getenv("TMPDIR");
		snprintf(folder, sizeof(folder), "%s/lacuna-feed-XXXXXX", parent ? parent : "/tmp");
		assert_non_null(mkdtemp(folder));
		atexit(remove_folder);
	}
	char *path = paths[turn++ % 8];
	snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return path;
}

const char *file_write(const char *name, const void *bytes, size_t length)
{
	const char *path = file_path(name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(length ? fwrite(bytes, 1, length, f) : 0, length);
	assert_int_equal(fclose(f), 0);
	return path;
}

const char *file_folder(const char *name)
{
	const char *path = file_path(name);
	assert_int_equal(mkdir(path, 0700), 0);
	return path;
}

const char *shared_path(const char *name)
{
	static char path[PATH_MAX];
	const char *shared = getenv("LACUNA_SHARED");
	struct stat status;
	snprintf(path, sizeof(path), "%s/fixtures/%s", shared ? shared : "", name);
	if (!shared || stat(path, &status)) {
		print_message("skipped: LACUNA_SHARED has no fixtures/%s\n", name);
		skip();
	}
	return path;
}

// Packers.

static void room(struct text *t, size_t more)
{
	if (t->capacity - t->length < more)
		text_reserve(t, more);
}

static void pack_gzip(const void *bytes, size_t length, struct text *out)
{
	struct isal_zstream z;
	uint8_t *work = alloc_zero(1, ISAL_DEF_LVL1_DEFAULT);
	isal_deflate_init(&z);
	z.level = 1;
	z.level_buf = work;
	z.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
	z.gzip_flag = IGZIP_GZIP;
	z.end_of_stream = 1;
	z.next_in = (uint8_t *)(uintptr_t)bytes;
	z.avail_in = (uint32_t)length;
	do {
		room(out, 65536);
		z.next_out = (uint8_t *)out->bytes + out->length;
		z.avail_out = 65536;
		assert_int_equal(isal_deflate(&z), COMP_OK);
		out->length += 65536 - z.avail_out;
	} while (z.internal_state.state != ZSTATE_END);
	free(work);
}

static void pack_bzip2(const void *bytes, size_t length, struct text *out)
{
	unsigned size = (unsigned)(length + length / 50 + 1000);
	room(out, size);
	int code = BZ2_bzBuffToBuffCompress(out->bytes + out->length, &size, (char *)(uintptr_t)bytes, (unsigned)length,
					    9, 0, 0);
	assert_int_equal(code, BZ_OK);
	out->length += size;
}

static void pack_xz(const void *bytes, size_t length, struct text *out)
{
	size_t size = lzma_stream_buffer_bound(length), used = 0;
	room(out, size);
	lzma_ret code = lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, bytes, length,
						(uint8_t *)out->bytes + out->length, &used, size);
	assert_int_equal(code, LZMA_OK);
	out->length += used;
}

static void pack_zstd(const void *bytes, size_t length, struct text *out)
{
	size_t size = ZSTD_compressBound(length);
	room(out, size);
	size_t used = ZSTD_compress(out->bytes + out->length, size, bytes, length, 3);
	assert_false(ZSTD_isError(used));
	out->length += used;
}

const struct zip zips[ZIP_COUNT] = {
	{"gzip", ".gz", pack_gzip},
	{"bzip2", ".bz2", pack_bzip2},
	{"xz", ".xz", pack_xz},
	{"zstd", ".zst", pack_zstd},
};

// Records.

void put_u16(struct text *t, unsigned value)
{
	text_char(t, (char)(value >> 8));
	text_char(t, (char)value);
}

void put_u32(struct text *t, uint32_t value)
{
	put_u16(t, value >> 16);
	put_u16(t, value & 0xffff);
}

void put_random(struct text *t, size_t n, uint64_t *random)
{
	while (n--)
		text_char(t, (char)(unit_random(random) >> 32));
}

static void put_header(struct text *t, uint32_t seconds, unsigned type, unsigned subtype, size_t length)
{
	put_u32(t, seconds);
	put_u16(t, type);
	put_u16(t, subtype);
	put_u32(t, (uint32_t)length);
}

static void put_session(struct text *t)
{
	put_u32(t, 64500);
	put_u32(t, 64501);
	put_u16(t, 0);
	put_u16(t, 1);
	put_u32(t, 0xc0000201);
	put_u32(t, 0xc0000202);
}

void put_update(struct text *t, struct instant when, size_t extra, uint64_t *random)
{
	put_header(t, (uint32_t)instant_seconds(when), 17, 4, 4 + 20 + 23 + extra);
	put_u32(t, (uint32_t)(when.ns % NS_PER_S / 1000));
	put_session(t);
	for (int i = 0; i < 16; i++)
		text_char(t, '\xff');
	put_u16(t, (unsigned)(23 + extra));
	text_char(t, 2);
	put_u16(t, 0);
	put_u16(t, (unsigned)extra);
	put_random(t, extra, random);
}

void put_rib(struct text *t, uint32_t seconds, size_t extra, uint64_t *random)
{
	put_header(t, seconds, 13, 2, 11 + extra);
	put_u32(t, 7);
	put_u32(t, 0x18c63364);
	put_u16(t, 0);
	text_char(t, 0);
	put_random(t, extra, random);
}

void put_state(struct text *t, uint32_t seconds)
{
	put_header(t, seconds, 16, 5, 24);
	put_session(t);
	put_u16(t, 6);
	put_u16(t, 1);
}

void put_records(struct text *t, size_t count, uint64_t *random, size_t *ret_borders)
{
	struct instant when = instant_of(1700000000, 0);
	for (size_t i = 0; i < count; i++) {
		if (ret_borders)
			ret_borders[i] = t->length;
		uint64_t kind = unit_random(random) >> 60;
		size_t extra = 1 + (unit_random(random) >> 32) % 400;
		when = instant_after(when, 1000000 + (int64_t)((unit_random(random) >> 40) * 1000));
		if (kind == 0)
			put_state(t, (uint32_t)instant_seconds(when));
		else if (kind == 1)
			put_rib(t, (uint32_t)instant_seconds(when), extra * 8, random);
		else
			put_update(t, when, extra, random);
	}
	if (ret_borders)
		ret_borders[count] = t->length;
}

// What a feed gave.

struct seen seen_feed(struct feed *f)
{
	struct seen s = {0};
	struct record r;
	while (feed_next(f, &r)) {
		void *items = s.of;
		alloc_grow(&items, s.count, &s.capacity, sizeof(*s.of));
		s.of = items;
		s.of[s.count++] = (struct seen_record){r, hash_bytes(r.bytes.at, cursor_left(&r.bytes))};
		s.gaps += r.kind == RECORD_GAP;
		s.ends += r.kind == RECORD_SOURCE_END;
		s.records += r.kind == RECORD_MRT || r.kind == RECORD_BMP;
	}
	return s;
}

struct seen seen_file(const char *path)
{
	struct feed *f = feed_create();
	assert_int_equal(feed_add(f, path, 3), 0);
	struct seen s = seen_feed(f);
	assert_int_equal(s.ends, 1);
	assert_int_equal(s.of[s.count - 1].record.kind, RECORD_SOURCE_END);
	feed_free(f);
	return s;
}

void seen_free(struct seen *s)
{
	free(s->of);
	*s = (struct seen){0};
}
