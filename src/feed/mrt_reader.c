// SPDX-License-Identifier: ISC
// MRT framing (RFC 6396 section 2) with resynchronisation. Refuses to hand on a record whose end is doubtful:
// a record spliced from two would be decoded into routes that nobody announced.
//
// DOC: a record is believed when its own header is plausible and its end is shown to be a record's border:
// the file ends there, or another plausible header within a day of it stands there, or a run of records far off in
// time (files joined by `cat`), or a header with one damaged field (two of time, type and length still fit),
// or a hole of zeros that begins exactly there. Otherwise the bytes up to the next start are a gap.
// A start is believed by a chain of CHAIN_NEAR headers within a day of the last good record and of each other,
// or by one such header over a BGP message whose marker and length fit, or, however far off in time, by a chain of
// CHAIN_FAR. The exact end of the file stands for the rest of a chain. Every look ahead is at most CHAIN_FAR
// headers from each of the file's bytes, so the cost is linear.
#include "feed/mrt_reader.h"

#include "base/alloc.h"
#include "feed/gap.h"
#include "wire/mrt.h"

#include <stdlib.h>

#define DAY_SECONDS 86400u
#define CHAIN_NEAR  3
#define CHAIN_FAR   6
#define SCAN_STEP   (256u << 10)
#define SCAN_LENGTH (2u << 20) // a longer record is not believed while scanning
#define SCAN_YEAR   631152000u // 1990: there was no MRT before; zeros are no time
#define ZERO_HOLE   64

struct mrt_reader {
	struct stream *stream; // borrowed
	size_t consume;	       // bytes handed out by the last call
	struct mrt_header next;
	bool known; // `next` is the believed header at the stream's position
	bool any;   // a record has been read; `last` is its header
	struct mrt_header last;
	struct instant last_time;
	struct gap gap;
};

enum place { PLACE_HEADER, PLACE_END, PLACE_CUT, PLACE_FAR };

enum verdict {
	VERDICT_GOOD,	   // believed; `known` says whether the next header is too
	VERDICT_BAD,	   // its end is no border
	VERDICT_TRUNCATED, // the file ends inside it
};

struct mrt_reader *mrt_reader_create(struct stream *s)
{
	struct mrt_reader *r = alloc_zero(1, sizeof(*r));
	r->stream = s;
	r->last_time = INSTANT_NONE;
	return r;
}

void mrt_reader_free(struct mrt_reader *r)
{
	free(r);
}

static bool near(const struct mrt_header *a, const struct mrt_header *b)
{
	uint32_t gap = a->seconds > b->seconds ? a->seconds - b->seconds : b->seconds - a->seconds;
	return gap <= DAY_SECONDS;
}

// The header `at` bytes ahead of the stream's position.
static enum place mrt_look(const struct mrt_reader *r, size_t at, struct mrt_header *ret)
{
	if (UNLIKELY(at > STREAM_WINDOW_MAX - MRT_HEADER_BYTES))
		return PLACE_FAR;
	struct cursor w = stream_peek(r->stream, at + MRT_HEADER_BYTES);
	if (LIKELY(cursor_skip(&w, at)))
		return LIKELY(mrt_header(&w, ret) == 1) ? PLACE_HEADER : cursor_left(&w) ? PLACE_CUT : PLACE_END;
	return PLACE_CUT;
}

// How many records stand in a row from the one `at` bytes ahead, up to `most`; `most` too if they end with the file.
static int mrt_chain(const struct mrt_reader *r, size_t at, struct mrt_header h, int most)
{
	struct mrt_header next;
	for (int n = 1; n < most; n++) {
		at += MRT_HEADER_BYTES + h.length;
		enum place place = mrt_look(r, at, &next);
		if (place == PLACE_END)
			return most;
		if (place != PLACE_HEADER || !mrt_header_plausible(&next) || !near(&next, &h))
			return n;
		h = next;
	}
	return most;
}

// Whether something that can only follow a border stands `at` bytes ahead: the header h with one damaged field.
static bool mrt_header_damaged(const struct mrt_reader *r, size_t at, const struct mrt_header *h,
			       const struct mrt_header *before)
{
	struct mrt_header shorter = *h, after;
	if (shorter.length > SCAN_LENGTH)
		shorter.length = SCAN_LENGTH; // plausible but for its length?
	bool typed = mrt_header_plausible(&shorter) && h->type == before->type;
	if (near(h, before) && typed)
		return true;
	if (!near(h, before) && !typed)
		return false;
	if (h->length > MRT_RECORD_MAX)
		return false;
	enum place place = mrt_look(r, at + MRT_HEADER_BYTES + h->length, &after);
	return place == PLACE_END || (place == PLACE_HEADER && mrt_header_plausible(&after) && near(&after, before));
}

// Whether zeros begin `at` bytes ahead, and not before.
static bool mrt_zeros(const struct mrt_reader *r, size_t at)
{
	static const uint8_t zeros[ZERO_HOLE];
	struct cursor w = stream_peek(r->stream, at + ZERO_HOLE);
	uint8_t before;
	return cursor_skip(&w, at - 1) && cursor_u8(&w, &before) && before && cursor_left(&w) >= ZERO_HOLE &&
	       !memcmp(w.at, zeros, ZERO_HOLE);
}

// Judges the record `at` bytes ahead, whose header h is believed.
static enum verdict mrt_judge(struct mrt_reader *r, size_t at, const struct mrt_header *h)
{
	size_t end = at + MRT_HEADER_BYTES + h->length;
	struct mrt_header next;
	r->known = false;
	enum place place = mrt_look(r, end, &next);
	if (place == PLACE_END)
		return VERDICT_GOOD;
	if (UNLIKELY(place != PLACE_HEADER)) {
		struct cursor w = stream_peek(r->stream, end);
		return cursor_left(&w) >= end ? VERDICT_GOOD : VERDICT_TRUNCATED;
	}
	r->next = next;
	r->known = mrt_header_plausible(&next) && near(&next, h);
	if (LIKELY(r->known))
		return VERDICT_GOOD;
	if (mrt_header_plausible(&next) && mrt_chain(r, end, next, CHAIN_FAR) == CHAIN_FAR) {
		r->known = true;
		return VERDICT_GOOD;
	}
	if (mrt_header_damaged(r, end, &next, h)) {
		// A type that is not known, in a frame that fits: a record like others; the decoder counts it.
		r->known = near(&next, h) && next.length <= MRT_RECORD_MAX;
		return VERDICT_GOOD;
	}
	return mrt_zeros(r, end) ? VERDICT_GOOD : VERDICT_BAD;
}

// Whether the record holds a BGP message whose marker and length stand where they should.
static bool mrt_holds_message(const struct mrt_reader *r, size_t at, const struct mrt_header *h)
{
	static const uint8_t marker[16] = {255, 255, 255, 255, 255, 255, 255, 255,
					   255, 255, 255, 255, 255, 255, 255, 255};
	static const uint8_t as_bytes[] = {[1] = 2, [4] = 4, [6] = 2, [7] = 4, [8] = 2, [9] = 4, [10] = 2, [11] = 4};
	bool extended = h->type == MRT_TYPE_BGP4MP_ET;
	if ((h->type != MRT_TYPE_BGP4MP && !extended) || h->subtype >= ARRAY_LEN(as_bytes) || !as_bytes[h->subtype])
		return false;
	struct cursor w = stream_peek(r->stream, at + MRT_HEADER_BYTES + h->length), body;
	uint16_t afi, length;
	if (!cursor_skip(&w, at + MRT_HEADER_BYTES) || !cursor_sub(&w, h->length, &body))
		return false;
	if (!cursor_skip(&body, (extended ? 4u : 0) + 2u * as_bytes[h->subtype] + 2) || !cursor_u16(&body, &afi))
		return false;
	if ((afi != 1 && afi != 2) || !cursor_skip(&body, afi == 1 ? 8 : 32))
		return false;
	size_t rest = cursor_left(&body);
	if (rest < sizeof(marker) || memcmp(body.at, marker, sizeof(marker)) != 0)
		return false;
	return cursor_skip(&body, sizeof(marker)) && cursor_u16(&body, &length) && length == rest;
}

// Whether a record begins `at` bytes ahead, where a header passed the coarse sieve.
static bool mrt_start(struct mrt_reader *r, size_t at, struct mrt_header *ret)
{
	struct mrt_header h;
	if (mrt_look(r, at, &h) != PLACE_HEADER || !mrt_header_plausible(&h))
		return false;
	if (h.length > SCAN_LENGTH || h.seconds < SCAN_YEAR)
		return false;
	*ret = h;
	if (r->any && near(&h, &r->last)) {
		if (mrt_chain(r, at, h, CHAIN_NEAR) == CHAIN_NEAR)
			return true;
		return mrt_holds_message(r, at, &h) && mrt_judge(r, at, &h) == VERDICT_GOOD;
	}
	return mrt_chain(r, at, h, CHAIN_FAR) == CHAIN_FAR;
}

// How far from c the next place is that may be a header: type and subtype below 256, length below 16 MiB.
// All of c but 11 bytes if none.
static size_t mrt_sieve(struct cursor c)
{
	const uint8_t *from = c.at;
	for (; cursor_left(&c) >= MRT_HEADER_BYTES; c.at++)
		if (!(c.at[4] | c.at[6] | c.at[8]) && c.at[5] && (c.at[0] | c.at[1]))
			break;
	return (size_t)(c.at - from);
}

// Takes bytes into the gap until a record begins; false: the file ended.
static bool mrt_scan(struct mrt_reader *r, struct mrt_header *ret)
{
	size_t at = 1;
	for (;;) {
		if (at >= SCAN_STEP) {
			gap_skip(&r->gap, r->stream, at);
			at = 0;
		}
		struct cursor w = stream_peek(r->stream, SCAN_STEP + MRT_HEADER_BYTES);
		if (!cursor_skip(&w, at) || cursor_left(&w) < MRT_HEADER_BYTES)
			break;
		at += mrt_sieve(w);
		if (mrt_start(r, at, ret)) {
			gap_skip(&r->gap, r->stream, at);
			return true;
		}
		at++;
	}
	gap_skip_all(&r->gap, r->stream);
	return false;
}

static struct instant mrt_time(const struct mrt_header *h, struct cursor record)
{
	uint32_t microseconds = 0;
	bool extended = h->type == MRT_TYPE_BGP4MP_ET;
	if (!extended || !cursor_skip(&record, MRT_HEADER_BYTES) || !cursor_u32(&record, &microseconds) ||
	    microseconds > 999999)
		microseconds = 0;
	return instant_of(h->seconds, microseconds * 1000);
}

// Nothing can be read here: a gap up to the next start, or to the end.
static int mrt_resynchronise(struct mrt_reader *r, uint8_t reason_at_end, struct record *ret)
{
	struct mrt_header h;
	r->known = false;
	gap_begin(&r->gap, r->stream);
	bool found = mrt_scan(r, &h);
	gap_record(&r->gap, found ? GAP_FRAMING : reason_at_end, r->stream, ret);
	ret->time = r->last_time;
	ret->resumed = INSTANT_NONE;
	r->known = found;
	if (!found)
		return 1;
	r->next = h;
	ret->resumed = mrt_time(&h, stream_peek(r->stream, MRT_HEADER_BYTES + 4));
	return 1;
}

// Hands the record with the believed header h on.
static int mrt_hand_on(struct mrt_reader *r, const struct mrt_header *h, struct record *ret)
{
	r->consume = cursor_left(&ret->bytes);
	r->any = true;
	r->last = *h;
	r->last_time = mrt_time(h, ret->bytes);
	ret->kind = RECORD_MRT;
	ret->reason = GAP_NONE;
	ret->error = 0;
	ret->time = r->last_time;
	ret->resumed = INSTANT_NONE;
	ret->offset = stream_offset(r->stream);
	ret->length = r->consume;
	return 1;
}

// The way of nearly all records: header and successor are plausible and close in time. False: nothing has happened
// but that the last record is consumed.
static bool mrt_next_plain(struct mrt_reader *r, struct record *ret)
{
	struct mrt_header h = r->next;
	size_t length = r->known ? MRT_HEADER_BYTES + h.length : 0;
	struct cursor w = stream_step(r->stream, r->consume, length + MRT_HEADER_BYTES);
	r->consume = 0;
	if (!r->known || !cursor_sub(&w, length, &ret->bytes) || mrt_header(&w, &r->next) != 1 ||
	    !mrt_header_plausible(&r->next) || !near(&r->next, &h)) {
		r->next = h;
		return false;
	}
	mrt_hand_on(r, &h, ret);
	return true;
}

int mrt_reader_next(struct mrt_reader *r, struct record *ret)
{
	if (LIKELY(mrt_next_plain(r, ret)))
		return 1;
	struct mrt_header h = r->next;
	if (!r->known) {
		enum place place = mrt_look(r, 0, &h);
		if (place == PLACE_END)
			return 0;
		if (place != PLACE_HEADER)
			return mrt_resynchronise(r, GAP_TRUNCATED, ret);
		if (!mrt_header_plausible(&h) || (r->any && !near(&h, &r->last)))
			return mrt_resynchronise(r, GAP_FRAMING, ret);
	}
	enum verdict verdict = mrt_judge(r, 0, &h);
	if (verdict != VERDICT_GOOD)
		return mrt_resynchronise(r, verdict == VERDICT_TRUNCATED ? GAP_TRUNCATED : GAP_FRAMING, ret);
	size_t length = MRT_HEADER_BYTES + h.length;
	struct cursor w = stream_peek(r->stream, length);
	if (!cursor_sub(&w, length, &ret->bytes))
		return mrt_resynchronise(r, GAP_TRUNCATED, ret);
	return mrt_hand_on(r, &h, ret);
}
