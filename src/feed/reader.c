// SPDX-License-Identifier: ISC
// Tells MRT from BMP by content, by name where the content says neither, and ends every failed stream with a gap.
#include "feed/reader.h"

#include "base/alloc.h"
#include "base/err.h"
#include "feed/bmp_reader.h"
#include "feed/gap.h"
#include "feed/mrt_reader.h"
#include "wire/bmp.h"
#include "wire/mrt.h"

#include <stdlib.h>

struct reader {
	struct stream *stream;
	struct bmp_index *index;
	struct bmp_reader *bmp; // one of the two
	struct mrt_reader *mrt;
	struct instant last;
	int reported; // the error that a gap has told of
	struct gap gap;
};

// MRT of 1971 would begin as BMP does; there is none.
static bool reader_is_bmp(struct stream *s, const char *path)
{
	struct cursor w = stream_peek(s, MRT_HEADER_BYTES);
	struct mrt_header h;
	if (bmp_header_plausible(w))
		return true;
	if (mrt_header(&w, &h) == 1 && mrt_header_plausible(&h))
		return false;
	const char *slash = strrchr(path, '/');
	return strstr(slash ? slash : path, ".bmp");
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
	if (reader_is_bmp(s, path)) {
		r->index = bmp_index_open(path);
		r->bmp = bmp_reader_create(s, r->index);
	} else {
		r->mrt = mrt_reader_create(s);
	}
	*ret = r;
	return 0;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	mrt_reader_free(r->mrt);
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
	return 1;
}

int reader_next(struct reader *r, struct record *ret)
{
	int got = r->mrt ? mrt_reader_next(r->mrt, ret) : bmp_reader_next(r->bmp, ret);
	if (UNLIKELY(got != 1))
		return reader_end(r, ret);
	if (UNLIKELY(ret->kind == RECORD_GAP))
		r->reported = ret->error;
	r->last = ret->time;
	return 1;
}

bool reader_thread(struct reader *r)
{
	return stream_thread(r->stream);
}

uint64_t reader_compressed(const struct reader *r)
{
	return stream_compressed(r->stream);
}
