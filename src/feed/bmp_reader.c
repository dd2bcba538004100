// SPDX-License-Identifier: ISC
// BMP framing. As with MRT, a message is believed only where its end is shown to be a border: the stream's end,
// a plausible header, or a message of a type not yet known that fits between two.
#include "feed/bmp_reader.h"

#include "base/alloc.h"
#include "base/must.h"
#include "feed/feed.h"
#include "feed/gap.h"
#include "wire/bmp.h"

#include <stdlib.h>

#define CHAIN_LENGTH 4 // headers in a row that make a start
#define SCAN_STEP    (256u << 10)
#define FIRST_TIME   (64u << 10) // bytes searched for the first time that a message tells

struct bmp_reader {
	struct stream *stream;
	struct bmp_index *index;
	size_t consume; // bytes handed out by the last call
	struct instant last;
	bool scanning; // the file ended for now inside a gap
	struct gap gap;
};

enum bmp_reader_place { PLACE_HEADER, PLACE_OTHER, PLACE_END, PLACE_CUT };

// What stands `at` bytes ahead; ret_length is the message's length for a HEADER and, unchecked, for OTHER.
static enum bmp_reader_place bmp_reader_look(const struct bmp_reader *r, size_t at, uint32_t *ret_length)
{
	struct cursor w = stream_peek(r->stream, at + BMP_HEADER_BYTES);
	uint8_t version;
	if (!cursor_skip(&w, at))
		return PLACE_CUT;
	if (cursor_left(&w) < BMP_HEADER_BYTES)
		return cursor_left(&w) ? PLACE_CUT : PLACE_END;
	bool plausible = bmp_header_plausible(w);
	return cursor_u8(&w, &version) && cursor_u32(&w, ret_length) && plausible ? PLACE_HEADER : PLACE_OTHER;
}

static bool bmp_reader_chain(const struct bmp_reader *r, size_t at)
{
	for (int n = 0; n < CHAIN_LENGTH; n++) {
		uint32_t length;
		enum bmp_reader_place place = bmp_reader_look(r, at, &length);
		if (place == PLACE_END)
			return n > 1;
		if (place != PLACE_HEADER)
			return false;
		at += length;
	}
	return true;
}

// A message of a later version's type, where the next one says that its length is right.
static bool bmp_reader_stranger(const struct bmp_reader *r, size_t at, uint32_t length)
{
	struct cursor w = stream_peek(r->stream, at + 1);
	uint8_t version;
	if (!cursor_skip(&w, at) || !cursor_u8(&w, &version) || version != 3)
		return false;
	if (length < BMP_HEADER_BYTES || length > BMP_MESSAGE_MAX)
		return false;
	uint32_t next;
	enum bmp_reader_place place = bmp_reader_look(r, at + length, &next);
	return place == PLACE_END || place == PLACE_HEADER;
}

// Whether the message that ends `end` bytes ahead is believed. 1: yes. 0: the stream ends inside it. -1: no.
static int bmp_reader_judge(const struct bmp_reader *r, size_t end)
{
	uint32_t length;
	enum bmp_reader_place place = bmp_reader_look(r, end, &length);
	if (LIKELY(place == PLACE_HEADER || place == PLACE_END))
		return 1;
	if (place == PLACE_OTHER)
		return bmp_reader_stranger(r, end, length) ? 1 : -1;
	struct cursor w = stream_peek(r->stream, end);
	return cursor_left(&w) >= end;
}

// Time in a message's peer header; unknown if it has none.
static struct instant bmp_reader_peer_time(struct cursor message)
{
	struct bmp_message m;
	if (bmp_message(&message, &m) != 1 || !m.has_peer || !m.peer.seconds || m.peer.microseconds > 999999)
		return INSTANT_NONE;
	return instant_of(m.peer.seconds, m.peer.microseconds * 1000);
}

// The first time that a message near the start tells, for those before it.
static struct instant bmp_reader_first_time(const struct bmp_reader *r)
{
	struct instant time = INSTANT_NONE;
	uint32_t length;
	for (size_t at = 0; at < FIRST_TIME && !instant_known(time); at += length) {
		if (bmp_reader_look(r, at, &length) != PLACE_HEADER)
			break;
		struct cursor w = stream_peek(r->stream, at + length), message;
		if (!cursor_skip(&w, at) || !cursor_sub(&w, length, &message))
			break;
		time = bmp_reader_peer_time(message);
	}
	return time;
}

struct bmp_reader *bmp_reader_create(struct stream *s, struct bmp_index *index)
{
	must(s);
	struct bmp_reader *r = alloc_zero(1, sizeof(*r));
	r->stream = s;
	r->index = index;
	r->last = index ? INSTANT_NONE : bmp_reader_first_time(r);
	return r;
}

void bmp_reader_free(struct bmp_reader *r)
{
	free(r);
}

static struct instant bmp_reader_time(const struct bmp_reader *r, uint64_t offset, struct cursor message)
{
	struct instant time =
		r->index ? bmp_index_time(r->index, offset + cursor_left(&message) - 1) : bmp_reader_peer_time(message);
	return instant_known(time) ? time : r->last;
}

// Takes bytes into the gap until a message begins; false: the stream ended.
static bool bmp_reader_scan(struct bmp_reader *r)
{
	size_t at = r->gap.length ? 0 : 1;
	for (;;) {
		if (at >= SCAN_STEP) {
			gap_skip(&r->gap, r->stream, at);
			at = 0;
		}
		struct cursor w = stream_peek(r->stream, SCAN_STEP + BMP_HEADER_BYTES);
		if (!cursor_skip(&w, at) || cursor_left(&w) < BMP_HEADER_BYTES)
			break;
		const uint8_t *three = memchr(w.at, 3, cursor_left(&w) - BMP_HEADER_BYTES + 1);
		at += three ? (size_t)(three - w.at) : cursor_left(&w) - BMP_HEADER_BYTES + 1;
		if (three && bmp_reader_chain(r, at)) {
			gap_skip(&r->gap, r->stream, at);
			return true;
		}
		at += three ? 1 : 0;
	}
	if (!stream_waits(r->stream))
		gap_skip_all(&r->gap, r->stream);
	return false;
}

static int bmp_reader_resynchronise(struct bmp_reader *r, uint8_t reason_at_end, struct record *ret)
{
	uint32_t length;
	if (!r->scanning)
		gap_begin(&r->gap, r->stream);
	bool found = bmp_reader_scan(r);
	r->scanning = !found && stream_waits(r->stream);
	if (r->scanning)
		return FEED_AGAIN;
	gap_record(&r->gap, found ? GAP_FRAMING : reason_at_end, r->stream, ret);
	ret->time = r->last;
	ret->resumed = INSTANT_NONE;
	if (!found || bmp_reader_look(r, 0, &length) != PLACE_HEADER)
		return 1;
	struct cursor w = stream_peek(r->stream, length), message;
	if (cursor_sub(&w, length, &message))
		ret->resumed = bmp_reader_time(r, stream_offset(r->stream), message);
	return 1;
}

// What the file ends in for now may still become a message. Else a gap.
static int bmp_reader_doubt(struct bmp_reader *r, uint8_t reason, struct record *ret)
{
	return stream_waits(r->stream) ? FEED_AGAIN : bmp_reader_resynchronise(r, reason, ret);
}

// Whether the time of the message of `length` bytes is not written yet, in a file that grows.
static bool bmp_reader_time_waits(struct bmp_reader *r, uint32_t length)
{
	if (!stream_grows(r->stream))
		return false;
	if (r->index)
		return !bmp_index_reaches(r->index, stream_offset(r->stream) + length - 1);
	if (!instant_known(r->last))
		r->last = bmp_reader_first_time(r);
	return !instant_known(r->last) && stream_waits(r->stream);
}

int bmp_reader_next(struct bmp_reader *r, struct record *ret)
{
	stream_skip(r->stream, r->consume);
	r->consume = 0;
	uint32_t length = 0;
	if (UNLIKELY(r->scanning))
		return bmp_reader_resynchronise(r, GAP_FRAMING, ret);
	enum bmp_reader_place place = bmp_reader_look(r, 0, &length);
	if (place == PLACE_END)
		return stream_waits(r->stream) ? FEED_AGAIN : 0;
	if (place == PLACE_CUT)
		return bmp_reader_doubt(r, GAP_TRUNCATED, ret);
	if (place == PLACE_OTHER && !bmp_reader_stranger(r, 0, length))
		return bmp_reader_doubt(r, GAP_FRAMING, ret);
	int judged = bmp_reader_judge(r, length);
	if (judged < 1)
		return bmp_reader_doubt(r, judged ? GAP_FRAMING : GAP_TRUNCATED, ret);
	struct cursor w = stream_peek(r->stream, length);
	if (!cursor_sub(&w, length, &ret->bytes))
		return bmp_reader_doubt(r, GAP_TRUNCATED, ret);
	if (UNLIKELY(bmp_reader_time_waits(r, length)))
		return FEED_AGAIN;
	r->consume = length;
	ret->kind = RECORD_BMP;
	ret->reason = GAP_NONE;
	ret->error = 0;
	ret->offset = stream_offset(r->stream);
	ret->length = length;
	r->last = bmp_reader_time(r, ret->offset, ret->bytes);
	ret->time = r->last;
	ret->resumed = INSTANT_NONE;
	return 1;
}
