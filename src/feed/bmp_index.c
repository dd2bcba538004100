// SPDX-License-Identifier: ISC
// The arrival index beside a BMP file.
#include "feed/bmp_index.h"

#include "base/alloc.h"
#include "feed/stream.h"

#include <stdlib.h>

#define LINE_MAX_BYTES 4096u
#define SECONDS_MAX    8000000000ull // year 2223
#define OFFSET_MAX     (1ull << 62)

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

// Stands c behind "key": if the line has it.
static bool find_key(struct cursor c, const char *key, struct cursor *ret)
{
	const uint8_t *at = memmem(c.at, cursor_left(&c), key, strlen(key));
	if (!at || !cursor_skip(&c, (size_t)(at - c.at) + strlen(key)))
		return false;
	while (c.at < c.end && (*c.at == ' ' || *c.at == ':'))
		c.at++;
	*ret = c;
	return true;
}

static bool read_number(struct cursor *c, uint64_t most, uint64_t *ret)
{
	const uint8_t *from = c->at;
	uint64_t value = 0;
	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		value = value * 10 + (uint64_t)(*c->at - '0');
		if (value > most)
			return false;
	}
	*ret = value;
	return c->at > from;
}

// Decimals beyond the ninth are left away.
static uint32_t read_fraction(struct cursor c)
{
	uint32_t nanoseconds = 0, unit = NS_PER_S / 10;
	if (c.at == c.end || *c.at++ != '.')
		return 0;
	for (; unit && c.at < c.end && *c.at >= '0' && *c.at <= '9'; c.at++, unit /= 10)
		nanoseconds += (uint32_t)(*c.at - '0') * unit;
	return nanoseconds;
}

static void read_line(struct bmp_index *x, struct cursor line)
{
	struct cursor time, offset, length;
	uint64_t seconds, from, count;
	if (!find_key(line, "\"t\"", &time) || !find_key(line, "\"off\"", &offset) ||
	    !find_key(line, "\"len\"", &length))
		return;
	if (!read_number(&time, SECONDS_MAX, &seconds) || !read_number(&offset, OFFSET_MAX, &from) ||
	    !read_number(&length, OFFSET_MAX, &count))
		return;
	x->time = instant_of((int64_t)seconds, read_fraction(time));
	x->end = from + count;
}

// Reads one line; a longer one than LINE_MAX_BYTES counts as several. False at the end.
static bool next_line(struct bmp_index *x)
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
	read_line(x, cursor_of(w.at, n));
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
	while (offset >= x->end && next_line(x))
		;
	return offset < x->end;
}

struct instant bmp_index_time(struct bmp_index *x, uint64_t offset)
{
	while (offset >= x->end && next_line(x))
		;
	return x->time;
}
