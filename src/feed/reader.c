// SPDX-License-Identifier: ISC
// Tells MRT, BMP and lines of text by content, by name where the content says none of them, and ends every failed
// stream with a gap.
#include "feed/reader.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "feed/bmp_reader.h"
#include "feed/feed.h"
#include "feed/gap.h"
#include "feed/line_reader.h"
#include "feed/line_ris.h"
#include "feed/mrt_reader.h"
#include "wire/bmp.h"
#include "wire/mrt.h"

#include <errno.h>
#include <stdlib.h>

struct reader {
	struct stream *stream;
	struct bmp_index *index;
	struct bmp_reader *bmp; // one of the three
	struct mrt_reader *mrt;
	struct line_reader *lines;
	struct instant last;
	int reported; // the error that a gap has told of
	bool growing;
	struct gap gap;
};

// MRT of 1971 would begin as BMP does, and MRT of 2035 as JSON; there is none.
static void reader_choose(struct reader *r, const char *path)
{
	struct cursor w = stream_peek(r->stream, MRT_HEADER_BYTES), at = w;
	struct mrt_header h;
	const char *slash = strrchr(path, '/');
	bool bmp = bmp_header_plausible(w);
	bool mrt = !bmp && mrt_header(&at, &h) == 1 && mrt_header_plausible(&h);
	enum line_kind kind = bmp || mrt ? LINE_KIND_NONE : line_kind_of(stream_peek(r->stream, LINE_HEAD_BYTES), path);
	if (kind != LINE_KIND_NONE) {
		r->lines = line_reader_create(r->stream, kind);
	} else if (bmp || (!mrt && strstr(slash ? slash : path, ".bmp"))) {
		r->index = bmp_index_open(path);
		r->bmp = bmp_reader_create(r->stream, r->index);
	} else {
		r->mrt = mrt_reader_create(r->stream);
	}
}

enum reader_content reader_look(const char *path)
{
	struct stream *s = NULL;
	struct mrt_header h;
	if (stream_open(path, false, &s))
		return READER_NOTHING;
	struct cursor w = stream_peek(s, LINE_HEAD_BYTES), at = w;
	bool routes = bmp_header_plausible(w) || (mrt_header(&at, &h) == 1 && mrt_header_plausible(&h));
	enum reader_content content = routes		  ? READER_ROUTES
				      : line_ris_is(w)	  ? READER_RIS
				      : line_kind_sure(w) ? READER_LINES
							  : READER_NOTHING;
	stream_close(s);
	return content;
}

int reader_open(const char *path, struct reader **ret)
{
	struct stream *s = NULL;
	int error = stream_open(path, false, &s);
	if (error)
		return error;
	struct reader *r = alloc_zero(1, sizeof(*r));
	r->stream = s;
	r->last = INSTANT_NONE;
	reader_choose(r, path);
	*ret = r;
	return 0;
}

// Whether there is enough of a file that grows to tell its kind: a header, a line, or more than anybody looks at.
static bool reader_tells(struct stream *s)
{
	struct cursor w = stream_peek(s, MRT_HEADER_BYTES), at = w;
	struct mrt_header h;
	if (cursor_left(&w) < MRT_HEADER_BYTES)
		return false;
	if (bmp_header_plausible(w) || (mrt_header(&at, &h) == 1 && mrt_header_plausible(&h)))
		return true;
	w = stream_peek(s, LINE_HEAD_BYTES);
	return cursor_left(&w) >= LINE_HEAD_BYTES || memchr(w.at, '\n', cursor_left(&w));
}

int reader_open_growing(const char *path, int64_t ceiling, struct reader **ret)
{
	struct stream *s = NULL;
	int error = stream_open(path, false, &s);
	if (error)
		return error;
	stream_growing(s);
	if (!reader_tells(s)) {
		error = stream_error(s);
		stream_close(s);
		return error ? error : -EAGAIN;
	}
	struct reader *r = alloc_zero(1, sizeof(*r));
	r->stream = s;
	r->last = INSTANT_NONE;
	r->growing = true;
	reader_choose(r, path);
	if (r->lines)
		line_reader_growing(r->lines, ceiling);
	if (r->index)
		bmp_index_growing(r->index);
	*ret = r;
	return 0;
}

void reader_release(struct reader *r)
{
	if (r->lines)
		line_reader_release(r->lines);
}

void reader_sleep(struct reader *r)
{
	stream_sleep(r->stream);
}

int reader_wake(struct reader *r, const char *path)
{
	return stream_wake(r->stream, path);
}

bool reader_index(const struct reader *r)
{
	return r->index;
}

bool reader_unlinked(const struct reader *r)
{
	return stream_unlinked(r->stream);
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	mrt_reader_free(r->mrt);
	line_reader_free(r->lines);
	bmp_reader_free(r->bmp);
	bmp_index_close(r->index);
	stream_close(r->stream);
	free(r);
}

static int reader_end(struct reader *r, struct record *ret)
{
	int error = stream_error(r->stream);
	if (!error || error == r->reported)
		return 0;
	gap_begin(&r->gap, r->stream);
	gap_record(&r->gap, GAP_TRUNCATED, r->stream, ret);
	r->reported = error;
	ret->time = r->last;
	ret->resumed = INSTANT_NONE;
	ret->form = r->lines ? LINE_ANY : LINE_NONE;
	return 1;
}

static int reader_next_line(struct reader *r, struct record *ret)
{
	int got = line_reader_next(r->lines, ret);
	if (got == FEED_AGAIN)
		return got;
	if (got != 1)
		return reader_end(r, ret);
	r->last = ret->time;
	return 1;
}

int reader_next(struct reader *r, struct record *ret)
{
	must(r);
	if (UNLIKELY(r->growing))
		stream_more(r->stream);
	if (UNLIKELY(r->lines))
		return reader_next_line(r, ret);
	ret->form = LINE_NONE;
	ret->rank = 0;
	ret->why = NULL;
	int got = r->mrt ? mrt_reader_next(r->mrt, ret) : bmp_reader_next(r->bmp, ret);
	if (UNLIKELY(got == FEED_AGAIN))
		return got;
	if (UNLIKELY(got != 1))
		return reader_end(r, ret);
	if (UNLIKELY(ret->kind == RECORD_GAP))
		r->reported = ret->error;
	r->last = ret->time;
	return 1;
}

void reader_watermark(struct reader *r, int64_t ns)
{
	if (r->lines)
		line_reader_watermark(r->lines, ns);
}

bool reader_lines(const struct reader *r)
{
	return r->lines;
}

bool reader_thread(struct reader *r)
{
	must(r);
	return stream_thread(r->stream);
}

uint64_t reader_compressed(const struct reader *r)
{
	return stream_compressed(r->stream);
}
