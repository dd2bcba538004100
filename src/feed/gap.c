// SPDX-License-Identifier: ISC
// Skipped bytes.
#include "feed/gap.h"

#include "base/err.h"
#include "base/must.h"

#define GAP_STEP (256u << 10)

void gap_begin(struct gap *g, struct stream *s)
{
	struct cursor w = stream_peek(s, GAP_SAMPLE);
	g->offset = stream_offset(s);
	g->length = 0;
	g->sampled = cursor_left(&w) < GAP_SAMPLE ? cursor_left(&w) : GAP_SAMPLE;
	if (g->sampled)
		memcpy(g->sample, w.at, g->sampled);
}

void gap_skip(struct gap *g, struct stream *s, size_t n)
{
	stream_skip(s, n);
	g->length += n;
}

void gap_skip_all(struct gap *g, struct stream *s)
{
	struct cursor w;
	while (w = stream_peek(s, GAP_STEP), cursor_left(&w))
		gap_skip(g, s, cursor_left(&w));
}

uint8_t gap_reason_of(int error)
{
	switch (error) {
	case 0:
		return GAP_NONE;
	case ERR_BOMB:
		return GAP_BOMB;
	case ERR_TRUNCATED:
	case ERR_MALFORMED:
	case ERR_UNSUPPORTED:
	case ERR_TOO_LARGE:
		return GAP_COMPRESSION;
	default:
		return GAP_UNREADABLE;
	}
}

void gap_record(const struct gap *g, uint8_t reason, const struct stream *s, struct record *ret)
{
	must(ret);
	ret->kind = RECORD_GAP;
	ret->reason = reason;
	ret->error = reason == GAP_TRUNCATED ? ERR_TRUNCATED : ERR_MALFORMED;
	ret->offset = g->offset;
	ret->length = g->length;
	// The sample never reaches beyond the gap.
	ret->bytes = cursor_of(g->sample, g->length < g->sampled ? (size_t)g->length : g->sampled);
	if (reason == GAP_FRAMING || !stream_error(s))
		return;
	ret->error = stream_error(s);
	ret->reason = gap_reason_of(ret->error);
}
