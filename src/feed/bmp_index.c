// SPDX-License-Identifier: ISC
// The arrival index beside a BMP file.
#include "feed/bmp_index.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/scan.h"
#include "base/when.h"
#include "feed/stream.h"

#include <stdlib.h>

#define LINE_MAX_BYTES 4096u
#define OFFSET_MAX     (1ll << 61)

struct bmp_index {
	struct stream *stream;
	struct instant time; // of the entry that was read last
	uint64_t end;	     // first byte that is not the entry's
};

static struct bmp_index *bmp_index_try(const char *path, size_t n)
{
	static const char suffix[] = ".index";
	char *name = alloc_zero(n + sizeof(suffix), 1);
	memcpy(name, path, n);
	memcpy(name + n, suffix, sizeof(suffix));
	struct stream *s = NULL;
	int error = stream_open(name, false, &s);
	free(name);
	if (error)
		return NULL;
	struct bmp_index *x = alloc_zero(1, sizeof(*x));
	x->stream = s;
	x->time = INSTANT_NONE;
	return x;
}

struct bmp_index *bmp_index_open(const char *bmp_path)
{
	static const char *const suffixes[] = {".gz", ".bz2", ".xz", ".zst"};
	size_t n = strlen(bmp_path);
	struct bmp_index *x = bmp_index_try(bmp_path, n);
	for (size_t i = 0; !x && i < ARRAY_LEN(suffixes); i++) {
		size_t cut = strlen(suffixes[i]);
		if (n > cut && !strcmp(bmp_path + n - cut, suffixes[i]))
			x = bmp_index_try(bmp_path, n - cut);
	}
	return x;
}

void bmp_index_close(struct bmp_index *x)
{
	if (x)
		stream_close(x->stream);
	free(x);
}

static void bmp_index_read_line(struct bmp_index *x, struct cursor line)
{
	static const char *const names[] = {"t", "off", "len"};
	static const struct scan_keys keys = {names, ARRAY_LEN(names)};
	struct scan_value of[ARRAY_LEN(names)];
	struct instant time;
	int64_t from, count;
	if (scan_object(line, &keys, of) < 0 || of[0].type != SCAN_NUMBER || !when_number(of[0].text, &time) ||
	    !scan_i64(&of[1], 0, OFFSET_MAX, &from) || !scan_i64(&of[2], 0, OFFSET_MAX, &count))
		return;
	x->time = time;
	x->end = (uint64_t)from + (uint64_t)count;
}

// Reads one line; a longer one than LINE_MAX_BYTES counts as several. False at the end.
static bool bmp_index_next_line(struct bmp_index *x)
{
	struct cursor w = stream_peek(x->stream, LINE_MAX_BYTES);
	size_t left = cursor_left(&w);
	if (!left)
		return false;
	size_t most = left < LINE_MAX_BYTES ? left : LINE_MAX_BYTES;
	const uint8_t *end = memchr(w.at, '\n', most);
	if (!end && stream_waits(x->stream))
		return false;
	size_t n = end ? (size_t)(end - w.at) + 1 : most;
	bmp_index_read_line(x, cursor_of(w.at, n));
	stream_skip(x->stream, n);
	return true;
}

void bmp_index_growing(struct bmp_index *x)
{
	stream_growing(x->stream);
}

bool bmp_index_reaches(struct bmp_index *x, uint64_t offset)
{
	stream_more(x->stream);
	while (offset >= x->end && bmp_index_next_line(x))
		;
	return offset < x->end;
}

struct instant bmp_index_time(struct bmp_index *x, uint64_t offset)
{
	must(x);
	while (offset >= x->end && bmp_index_next_line(x))
		;
	return x->time;
}
