// SPDX-License-Identifier: ISC
// MRT framing (RFC 6396 section 2) with resynchronisation. Refuses to hand on a record whose end is doubtful:
// a record spliced from two would be decoded into routes that nobody announced.
//
// DOC: a record is believed when its own header is plausible and its end is shown to be a record's border:
// the file ends there, or another plausible header within a day of it stands there, or a header with one damaged
// field (two of time, type and length still fit), or a row of CHAIN_FAR records however far off in time (files
// joined by `cat`, a collector with long pauses), or a hole of zeros that begins exactly there. Otherwise, or if
// its BGP message is of another length than it and a record begins inside, the bytes up to the next start are a gap.
// A start is believed by a row of CHAIN_NEAR records within a day of the last good one and of each other,
// or by one such header over a BGP message whose marker and length fit, or by a row of CHAIN_FAR close
// to each other, or rising from the last good one.
// The exact end of the file stands for the rest of a row. Every look ahead is at most CHAIN_FAR headers from each
// of the file's bytes, so the cost is linear.
#include "feed/mrt_reader.h"

#include "base/alloc.h"
#include "base/must.h"
#include "feed/feed.h"
#include "feed/gap.h"
#include "wire/mrt.h"

#include <stdlib.h>

#define DAY_SECONDS   86400u
#define CHAIN_NEAR    3
#define CHAIN_FAR     6
#define SCAN_STEP     (256u << 10)
#define SCAN_LENGTH   (2u << 20) // a longer record is not believed while scanning
#define SCAN_YEAR     631152000u // 1990: there was no MRT before; zeros are no time
#define ZERO_HOLE     64
#define PAUSE_SECONDS (400 * DAY_SECONDS) // longest that a collector is believed to be silent
#define MARKER_BYTES  16
#define BATCHED_SHORT 4	   // see mrt_reader_batched
#define LENGTH_ALIKE  4096 // no type finds it too long
#define LENGTH_ANY    1000 // a length that no type finds too short or too long

struct mrt_reader {
	struct stream *stream; // borrowed
	size_t consume;	       // bytes handed out by the last call
	struct mrt_header next;
	bool known;    // `next` is the believed header at the stream's position
	bool any;      // a record has been read; `last` is its header
	bool scanning; // the file ended for now inside a gap
	struct mrt_header last;
	struct instant last_time;
	struct gap gap;
};

enum mrt_reader_row { ROW_CLOSE, ROW_RISING, ROW_ANY };

enum mrt_reader_place { PLACE_HEADER, PLACE_END, PLACE_CUT, PLACE_FAR };

enum mrt_reader_verdict {
	VERDICT_GOOD,	   // believed; `known` says whether the next header is too
	VERDICT_BAD,	   // its end is no border
	VERDICT_TRUNCATED, // the file ends inside it
};

struct mrt_reader *mrt_reader_create(struct stream *s)
{
	must(s);
	struct mrt_reader *r = alloc_zero(1, sizeof(*r));
	r->stream = s;
	r->last_time = INSTANT_NONE;
	return r;
}

void mrt_reader_free(struct mrt_reader *r)
{
	free(r);
}

static bool mrt_reader_near(const struct mrt_header *a, const struct mrt_header *b)
{
	uint32_t gap = a->seconds > b->seconds ? a->seconds - b->seconds : b->seconds - a->seconds;
	return gap <= DAY_SECONDS;
}

// The header `at` bytes ahead of the stream's position.
static enum mrt_reader_place mrt_reader_look(const struct mrt_reader *r, size_t at, struct mrt_header *ret)
{
	if (UNLIKELY(at > STREAM_WINDOW_MAX - MRT_HEADER_BYTES))
		return PLACE_FAR;
	struct cursor w = stream_peek(r->stream, at + MRT_HEADER_BYTES);
	if (LIKELY(cursor_skip(&w, at)))
		return LIKELY(mrt_header(&w, ret) == 1) ? PLACE_HEADER : cursor_left(&w) ? PLACE_CUT : PLACE_END;
	return PLACE_CUT;
}

// Whether the times of two records in a row are as they should be.
static bool mrt_reader_row_goes_on(enum mrt_reader_row row, const struct mrt_header *a, const struct mrt_header *b)
{
	if (row == ROW_CLOSE)
		return mrt_reader_near(a, b);
	if (row == ROW_RISING)
		return a->seconds <= b->seconds && b->seconds - a->seconds <= PAUSE_SECONDS;
	return b->seconds >= SCAN_YEAR;
}

// Whether `length` records stand in a row from the one `at` bytes ahead, or fewer that end with the file.
static bool mrt_reader_chain(const struct mrt_reader *r, size_t at, struct mrt_header h, int length,
			     enum mrt_reader_row row)
{
	struct mrt_header next;
	for (int n = 1; n < length; n++) {
		at += MRT_HEADER_BYTES + h.length;
		enum mrt_reader_place place = mrt_reader_look(r, at, &next);
		if (place == PLACE_END)
			return true;
		if (place != PLACE_HEADER || !mrt_header_plausible(&next) || !mrt_reader_row_goes_on(row, &h, &next))
			return false;
		h = next;
	}
	return true;
}

// Whether a header with one damaged field stands `at` bytes ahead, which only a border has: two of time, type and
// length fit. `before` is the believed header of the record that ends there.
static bool mrt_reader_header_damaged(const struct mrt_reader *r, size_t at, const struct mrt_header *h,
				      const struct mrt_header *before)
{
	struct mrt_header other = *h, after;
	other.length = LENGTH_ANY;
	bool timed = mrt_reader_near(h, before), typed = mrt_header_plausible(&other);
	if (timed && typed)
		return true;
	if ((!timed && !typed) || h->length > MRT_RECORD_MAX)
		return false;
	at += MRT_HEADER_BYTES + h->length;
	enum mrt_reader_place place = mrt_reader_look(r, at, &after);
	if (place == PLACE_END)
		return timed || h->seconds < before->seconds || h->seconds - before->seconds > PAUSE_SECONDS;
	for (int n = 0; timed && n < CHAIN_FAR && place == PLACE_HEADER && !mrt_header_plausible(&after); n++) {
		if (!mrt_reader_near(&after, before) || after.length > MRT_RECORD_MAX)
			return false;
		at += MRT_HEADER_BYTES + after.length; // several of types that are not known, one behind the other
		place = mrt_reader_look(r, at, &after);
		if (place == PLACE_END)
			return true;
	}
	return place == PLACE_HEADER && mrt_header_plausible(&after) && mrt_reader_near(&after, before);
}

// Whether zeros begin `at` bytes ahead, and not before.
static bool mrt_reader_zeros(const struct mrt_reader *r, size_t at)
{
	static const uint8_t zeros[ZERO_HOLE];
	struct cursor w = stream_peek(r->stream, at + ZERO_HOLE);
	uint8_t before;
	return cursor_skip(&w, at - 1) && cursor_u8(&w, &before) && before && cursor_left(&w) >= ZERO_HOLE &&
	       !memcmp(w.at, zeros, ZERO_HOLE);
}

// Judges the record that ends `end` bytes ahead, where less than a header follows: the first bytes of one?
static enum mrt_reader_verdict mrt_reader_judge_last(const struct mrt_reader *r, size_t end, const struct mrt_header *h)
{
	struct cursor w = stream_peek(r->stream, end);
	if (!cursor_skip(&w, end))
		return VERDICT_TRUNCATED;
	uint32_t seconds = 0, missing = 0;
	for (uint32_t i = 0; i < 4; i++) {
		uint8_t byte = 0;
		if (!cursor_u8(&w, &byte))
			missing = missing << 8 | 0xff;
		seconds = seconds << 8 | byte;
	}
	struct mrt_header earliest = {.seconds = seconds}, latest = {.seconds = seconds | missing};
	bool within = earliest.seconds <= h->seconds && h->seconds <= latest.seconds;
	return within || mrt_reader_near(&earliest, h) || mrt_reader_near(&latest, h) ? VERDICT_GOOD : VERDICT_BAD;
}

// Judges the record `at` bytes ahead, whose header h is believed.
static enum mrt_reader_verdict mrt_reader_judge(struct mrt_reader *r, size_t at, const struct mrt_header *h)
{
	size_t end = at + MRT_HEADER_BYTES + h->length;
	struct mrt_header next;
	r->known = false;
	enum mrt_reader_place place = mrt_reader_look(r, end, &next);
	if (place == PLACE_END)
		return VERDICT_GOOD;
	if (UNLIKELY(place != PLACE_HEADER))
		return mrt_reader_judge_last(r, end, h);
	r->next = next;
	r->known = mrt_header_plausible(&next) && mrt_reader_near(&next, h);
	if (LIKELY(r->known))
		return VERDICT_GOOD;
	if (mrt_reader_header_damaged(r, end, &next, h)) {
		// A type that is not known, in a frame that fits: a record like others; the decoder counts it.
		r->known = mrt_reader_near(&next, h) && next.length <= MRT_RECORD_MAX;
		return VERDICT_GOOD;
	}
	r->known = mrt_header_plausible(&next) && next.seconds >= SCAN_YEAR &&
		   mrt_reader_chain(r, end, next, CHAIN_FAR, ROW_ANY);
	if (r->known)
		return VERDICT_GOOD;
	return mrt_reader_zeros(r, end) ? VERDICT_GOOD : VERDICT_BAD;
}

// Cuts the BGP message out of a BGP4MP record, whatever its marker and length. False: other records.
static inline bool mrt_reader_message_bytes(const struct mrt_header *h, struct cursor record, struct cursor *ret)
{
	static const uint8_t as_bytes[] = {[1] = 2, [4] = 4, [6] = 2, [7] = 4, [8] = 2, [9] = 4, [10] = 2, [11] = 4};
	bool extended = h->type == MRT_TYPE_BGP4MP_ET;
	if ((h->type != MRT_TYPE_BGP4MP && !extended) || h->subtype >= ARRAY_LEN(as_bytes) || !as_bytes[h->subtype])
		return false;
	uint16_t afi;
	size_t skip = MRT_HEADER_BYTES + (extended ? 4u : 0) + 2u * as_bytes[h->subtype] + 2;
	if (!cursor_skip(&record, skip) || !cursor_u16(&record, &afi) || !cursor_skip(&record, afi == 1 ? 8 : 32))
		return false;
	*ret = record;
	return afi == 1 || afi == 2;
}

// Whether the length that a BGP message tells is that of the bytes that hold it.
static inline bool mrt_reader_message_fits(struct cursor message)
{
	size_t held = cursor_left(&message);
	uint16_t length;
	return cursor_skip(&message, MARKER_BYTES) && cursor_u16(&message, &length) && length == held;
}

// Whether the record holds a BGP message whose marker and length stand where they should.
static bool mrt_reader_holds_message(const struct mrt_reader *r, size_t at, const struct mrt_header *h)
{
	static const uint8_t marker[MARKER_BYTES] = {255, 255, 255, 255, 255, 255, 255, 255,
						     255, 255, 255, 255, 255, 255, 255, 255};
	size_t length = MRT_HEADER_BYTES + h->length;
	struct cursor w = stream_peek(r->stream, at + length), record, message;
	return cursor_skip(&w, at) && cursor_sub(&w, length, &record) &&
	       mrt_reader_message_bytes(h, record, &message) && mrt_reader_message_fits(message) &&
	       !memcmp(message.at, marker, sizeof(marker));
}

// Whether a record begins `at` bytes ahead, where a header passed the coarse sieve.
static bool mrt_reader_start(struct mrt_reader *r, size_t at, struct mrt_header *ret)
{
	struct mrt_header h;
	if (mrt_reader_look(r, at, &h) != PLACE_HEADER || !mrt_header_plausible(&h))
		return false;
	if (h.length > SCAN_LENGTH || h.seconds < SCAN_YEAR)
		return false;
	*ret = h;
	bool close = r->any && mrt_reader_near(&h, &r->last);
	if (close && mrt_reader_chain(r, at, h, CHAIN_NEAR, ROW_CLOSE))
		return true;
	if (close && mrt_reader_holds_message(r, at, &h) && mrt_reader_judge(r, at, &h) == VERDICT_GOOD)
		return true;
	if (r->any && mrt_reader_row_goes_on(ROW_RISING, &r->last, &h) &&
	    mrt_reader_chain(r, at, h, CHAIN_FAR, ROW_RISING))
		return true;
	// The last record of a file, far off: its time may be damaged.
	if (r->any && mrt_reader_look(r, at + MRT_HEADER_BYTES + h.length, &h) != PLACE_HEADER)
		return false;
	return mrt_reader_chain(r, at, *ret, CHAIN_FAR, ROW_CLOSE);
}

// How far from c the next place is that may be a header: type and subtype below 256, length below 16 MiB.
// All of c but 11 bytes if none.
static size_t mrt_reader_sieve(struct cursor c)
{
	const uint8_t *from = c.at;
	for (; cursor_left(&c) >= MRT_HEADER_BYTES; c.at++)
		if (!(c.at[4] | c.at[6] | c.at[8]) && c.at[5] && (c.at[0] | c.at[1]))
			break;
	return (size_t)(c.at - from);
}

// Takes bytes into the gap until a record begins; false: the file ended.
static bool mrt_reader_scan(struct mrt_reader *r, struct mrt_header *ret)
{
	size_t at = r->gap.length ? 0 : 1;
	for (;;) {
		if (at >= SCAN_STEP) {
			gap_skip(&r->gap, r->stream, at);
			at = 0;
		}
		struct cursor w = stream_peek(r->stream, SCAN_STEP + MRT_HEADER_BYTES);
		if (!cursor_skip(&w, at) || cursor_left(&w) < MRT_HEADER_BYTES)
			break;
		at += mrt_reader_sieve(w);
		if (mrt_reader_start(r, at, ret)) {
			gap_skip(&r->gap, r->stream, at);
			return true;
		}
		at++;
	}
	if (!stream_waits(r->stream))
		gap_skip_all(&r->gap, r->stream);
	return false;
}

// Whether the record has nothing that speaks against its length.
static inline bool mrt_reader_plain(const struct mrt_header *h, struct cursor record)
{
	struct cursor message;
	return !mrt_reader_message_bytes(h, record, &message) || mrt_reader_message_fits(message);
}

// Whether the record at the stream's position, whose end is a border, has swallowed others: its BGP message is of
// another length, and a record begins inside. A wrong length, or missing bytes, then led to a border by chance.
static bool mrt_reader_swallows(struct mrt_reader *r, const struct mrt_header *h)
{
	size_t length = MRT_HEADER_BYTES + h->length;
	struct cursor w = stream_peek(r->stream, length), record;
	struct mrt_header inner, next = r->next;
	bool known = r->known, found = false;
	if (!cursor_sub(&w, length, &record) || mrt_reader_plain(h, record))
		return false;
	for (size_t at = 1; !found && at < length; at++) {
		w = stream_peek(r->stream, length);
		if (!cursor_skip(&w, at))
			break;
		at += mrt_reader_sieve(w);
		found = at < length && mrt_reader_start(r, at, &inner);
	}
	r->next = next;
	r->known = known;
	return found;
}

static struct instant mrt_reader_time(const struct mrt_header *h, struct cursor record)
{
	uint32_t microseconds = 0;
	bool extended = h->type == MRT_TYPE_BGP4MP_ET;
	if (!extended || !cursor_skip(&record, MRT_HEADER_BYTES) || !cursor_u32(&record, &microseconds))
		microseconds = 0;
	if (microseconds > 999999)
		microseconds = 999999; // as mrt_record has it
	return instant_of(h->seconds, microseconds * 1000);
}

// Nothing can be read here: a gap up to the next start, or to the end. FEED_AGAIN: the file has neither yet.
static int mrt_reader_resynchronise(struct mrt_reader *r, uint8_t reason_at_end, struct record *ret)
{
	struct mrt_header h;
	r->known = false;
	if (!r->scanning)
		gap_begin(&r->gap, r->stream);
	bool found = mrt_reader_scan(r, &h);
	r->scanning = !found && stream_waits(r->stream);
	if (r->scanning)
		return FEED_AGAIN;
	gap_record(&r->gap, found ? GAP_FRAMING : reason_at_end, r->stream, ret);
	ret->time = r->last_time;
	ret->resumed = INSTANT_NONE;
	r->known = found;
	if (!found)
		return 1;
	r->next = h;
	ret->resumed = mrt_reader_time(&h, stream_peek(r->stream, MRT_HEADER_BYTES + 4));
	return 1;
}

// Hands the record with the believed header h on.
static int mrt_reader_hand_on(struct mrt_reader *r, const struct mrt_header *h, struct record *ret)
{
	r->consume = cursor_left(&ret->bytes);
	r->any = true;
	r->last = *h;
	r->last_time = mrt_reader_time(h, ret->bytes);
	ret->kind = RECORD_MRT;
	ret->reason = GAP_NONE;
	ret->error = 0;
	ret->time = r->last_time;
	ret->resumed = INSTANT_NONE;
	ret->offset = stream_offset(r->stream);
	ret->length = r->consume;
	return 1;
}

// Whether the header after h is plausible; told without asking for another one of h's kind that is no shorter.
static inline bool mrt_reader_goes_on(const struct mrt_header *next, const struct mrt_header *h)
{
	bool alike = next->type == h->type && next->subtype == h->subtype;
	return (alike && next->length >= h->length && next->length < LENGTH_ALIKE) || mrt_header_plausible(next);
}

// The way of nearly all records: header and successor are plausible and close in time. False: nothing has happened
// but that the last record is consumed.
static bool mrt_reader_next_plain(struct mrt_reader *r, struct record *ret)
{
	struct mrt_header h = r->next;
	size_t length = r->known ? MRT_HEADER_BYTES + h.length : 0;
	struct cursor w = stream_step(r->stream, r->consume, length + MRT_HEADER_BYTES);
	r->consume = 0;
	if (!r->known || !cursor_sub(&w, length, &ret->bytes) || mrt_header(&w, &r->next) != 1 ||
	    !mrt_reader_goes_on(&r->next, &h) || !mrt_reader_near(&r->next, &h)) {
		r->next = h;
		return false;
	}
	if (UNLIKELY(!mrt_reader_plain(&h, ret->bytes))) {
		r->next = h;
		return false;
	}
	mrt_reader_hand_on(r, &h, ret);
	return true;
}

// What the file ends in for now may still become a record: it is judged anew when more has come. Else a gap.
static int mrt_reader_doubt(struct mrt_reader *r, const struct mrt_header *known, uint8_t reason, struct record *ret)
{
	if (!stream_waits(r->stream))
		return mrt_reader_resynchronise(r, reason, ret);
	r->known = known;
	if (known)
		r->next = *known;
	return FEED_AGAIN;
}

// Whether the header that nothing before it vouches for is one. In a file that grows the record before it was given when the
// file ended behind it, so that only now a pause is seen.
static bool mrt_reader_follows(const struct mrt_reader *r, const struct mrt_header *h)
{
	if (!mrt_header_plausible(h))
		return false;
	return !r->any || mrt_reader_near(h, &r->last) ||
	       (stream_grows(r->stream) && h->seconds >= SCAN_YEAR && mrt_reader_chain(r, 0, *h, CHAIN_FAR, ROW_ANY));
}

// The tables of RIS of 2000 hold many entries a record, and their length leaves out the four bytes of view and sequence: such
// a record ends four bytes behind what its header says. Its length in `h` is then the true one.
static bool mrt_reader_batched(struct mrt_reader *r, struct mrt_header *h)
{
	struct mrt_header longer = *h;
	longer.length += BATCHED_SHORT;
	if (h->type != MRT_TYPE_TABLE_DUMP || mrt_reader_judge(r, 0, &longer) != VERDICT_GOOD)
		return false;
	*h = longer;
	return true;
}

int mrt_reader_next(struct mrt_reader *r, struct record *ret)
{
	if (UNLIKELY(r->scanning))
		return mrt_reader_resynchronise(r, GAP_FRAMING, ret);
	if (LIKELY(mrt_reader_next_plain(r, ret)))
		return 1;
	struct mrt_header h = r->next;
	bool known = r->known;
	if (!known) {
		enum mrt_reader_place place = mrt_reader_look(r, 0, &h);
		if (place == PLACE_END)
			return stream_waits(r->stream) ? FEED_AGAIN : 0;
		if (place != PLACE_HEADER)
			return mrt_reader_doubt(r, NULL, GAP_TRUNCATED, ret);
		if (!mrt_reader_follows(r, &h))
			return mrt_reader_doubt(r, NULL, GAP_FRAMING, ret);
	}
	enum mrt_reader_verdict verdict = mrt_reader_judge(r, 0, &h);
	if (verdict == VERDICT_BAD && mrt_reader_batched(r, &h))
		verdict = VERDICT_GOOD;
	if (verdict != VERDICT_GOOD)
		return mrt_reader_doubt(r, known ? &h : NULL,
					verdict == VERDICT_TRUNCATED ? GAP_TRUNCATED : GAP_FRAMING, ret);
	if (mrt_reader_swallows(r, &h))
		return mrt_reader_doubt(r, known ? &h : NULL, GAP_FRAMING, ret);
	size_t length = MRT_HEADER_BYTES + h.length;
	struct cursor w = stream_peek(r->stream, length);
	if (!cursor_sub(&w, length, &ret->bytes))
		return mrt_reader_doubt(r, known ? &h : NULL, GAP_TRUNCATED, ret);
	return mrt_reader_hand_on(r, &h, ret);
}
