// SPDX-License-Identifier: ISC
// Lines, elements of one array, or values of one document, as records.
#include "feed/line_reader.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/scan.h"
#include "feed/feed.h"
#include "feed/gap.h"
#include "feed/line_csv.h"
#include "feed/line_fping.h"
#include "feed/line_ioda.h"
#include "feed/line_scamper.h"
#include "feed/line_store.h"
#include "feed/line_time.h"
#include "feed/line_zmap.h"

#include <stdlib.h>

#define PIECE_BYTES	  (256u << 10)
#define LATENESS_FLOOR_NS (2 * NS_PER_S)

struct line_reader {
	struct stream *stream; // borrowed
	enum line_kind kind;
	bool begun, over;
	bool waits;	    // at the end for now
	bool release;	    // of what waits in the store
	int64_t ceiling;    // of the lateness there
	uint64_t line;	    // number of the one at work
	uint64_t next_line; // number of the one at the stream's position
	struct line_csv csv;
	struct line_zmap zmap;
	bool attempts;	  // of fping were met
	struct text text; // a line of another form, or the document
	struct line_store *store;
	struct line_ioda *ioda;
	struct scan_end document; // of IODA, and how far it was looked at
	size_t looked;
	struct instant last; // given
	uint64_t named, more;
	struct gap gap;
	uint8_t reason; // of the gap
	int error;
};

enum got { GOT_END, GOT_WAITS, GOT_LINE, GOT_NOTHING, GOT_BAD };

struct line_reader *line_reader_create(struct stream *s, enum line_kind kind)
{
	struct line_reader *r = alloc_zero(1, sizeof(*r));
	r->stream = s;
	r->kind = kind;
	r->csv = line_csv_default;
	r->next_line = 1;
	r->last = INSTANT_NONE;
	r->store = line_store_create(LINE_WATERMARK_NS);
	return r;
}

void line_reader_free(struct line_reader *r)
{
	if (!r)
		return;
	line_store_free(r->store);
	line_ioda_free(r->ioda);
	text_free(&r->text);
	free(r);
}

void line_reader_watermark(struct line_reader *r, int64_t ns)
{
	line_store_watermark(r->store, ns);
}

void line_reader_growing(struct line_reader *r, int64_t ceiling)
{
	r->ceiling = ceiling;
}

void line_reader_release(struct line_reader *r)
{
	r->release = true;
}

static uint64_t line_reader_count_lines(const uint8_t *at, size_t n)
{
	uint64_t lines = 0;
	const uint8_t *end = at + n;
	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		lines++;
		at++;
	}
	return lines;
}

// Takes n bytes of the last peek out of the stream, into the gap if `bad`.
static void line_reader_consume(struct line_reader *r, const struct cursor *w, size_t n, bool bad)
{
	if (r->kind == LINE_KIND_ARRAY && n)
		r->next_line += line_reader_count_lines(w->at, n);
	if (bad)
		gap_skip(&r->gap, r->stream, n);
	else
		stream_skip(r->stream, n);
}

static enum got line_reader_bad_line(struct line_reader *r, int error)
{
	r->reason = GAP_BAD_LINE;
	r->error = error;
	return GOT_BAD;
}

static struct cursor line_reader_trimmed(struct cursor c)
{
	while (c.at < c.end && (c.end[-1] == '\r' || c.end[-1] == ' ' || c.end[-1] == '\t'))
		c.end--;
	while (c.at < c.end && (*c.at == ' ' || *c.at == '\t'))
		c.at++;
	return c;
}

static enum got line_reader_take_csv(struct line_reader *r, struct stored_line *line)
{
	if (*line->bytes.at == '#')
		return GOT_NOTHING;
	if (!r->begun && line_csv_header(line->bytes, &r->csv)) {
		r->begun = true;
		return GOT_NOTHING;
	}
	r->begun = true;
	if (!line_csv_take(&r->csv, line->bytes, &r->text, &line->time))
		return GOT_BAD;
	line->bytes = cursor_of(r->text.bytes, r->text.length);
	line->form = LINE_SERIES;
	return GOT_LINE;
}

static enum got line_reader_take_zmap(struct line_reader *r, struct stored_line *line)
{
	if (*line->bytes.at == '#')
		return GOT_NOTHING;
	if (!r->begun) {
		r->begun = true;
		return line_zmap_header(line->bytes, &r->zmap) ? GOT_NOTHING : GOT_BAD;
	}
	if (!line_zmap_take(&r->zmap, line->bytes, &r->text, &line->time))
		return GOT_BAD;
	line->bytes = cursor_of(r->text.bytes, r->text.length);
	line->form = LINE_TOOL;
	return GOT_LINE;
}

// A sum of attempts without these is all that the file has of them, and does not say when they were.
static enum got line_reader_take_fping(struct line_reader *r, struct stored_line *line)
{
	bool sums, object = r->kind != LINE_KIND_FPING;
	int got = object ? line_fping_object(line->bytes, &r->text, &line->time, &sums)
			 : line_fping_text(line->bytes, &r->text, &line->time, &sums);
	r->attempts |= got == 1;
	if (got != 1)
		return got < 0 || (sums && !r->attempts) ? GOT_BAD : GOT_NOTHING;
	line->bytes = cursor_of(r->text.bytes, r->text.length);
	line->form = LINE_TOOL;
	return GOT_LINE;
}

// One object, several attempts, which go into the store here.
static enum got line_reader_take_scamper(struct line_reader *r, struct stored_line *line)
{
	struct line_scamper s;
	int got = line_scamper_begin(line->bytes, &s);
	bool bad = got < 0;
	while (got == 1) {
		struct stored_line one = {.form = LINE_TOOL, .number = line->number, .offset = line->offset};
		int next = line_scamper_next(&s, &r->text, &one.time);
		bad |= next < 0;
		if (next == 0)
			break;
		one.bytes = cursor_of(r->text.bytes, r->text.length);
		if (next == 1)
			line_store_put(r->store, &one);
	}
	return bad ? GOT_BAD : GOT_NOTHING;
}

static enum got line_reader_take_object(struct line_reader *r, struct stored_line *line)
{
	line->form = line_time_object(line->bytes, &line->time);
	if (LIKELY(line->form != LINE_NONE))
		return GOT_LINE;
	bool scamper = cursor_left(&line->bytes) > 8 && memmem(line->bytes.at, 8, "\"type\"", 6);
	return scamper ? line_reader_take_scamper(r, line) : line_reader_take_fping(r, line);
}

// What the line that the stream stands at says. Puts it into the store.
static enum got line_reader_take_line(struct line_reader *r, struct cursor bytes)
{
	struct stored_line line = {
		.bytes = line_reader_trimmed(bytes), .number = r->line, .offset = stream_offset(r->stream)};
	enum got got = GOT_LINE;
	if (!cursor_left(&line.bytes))
		return GOT_NOTHING;
	if (r->kind == LINE_KIND_CSV)
		got = line_reader_take_csv(r, &line);
	else if (r->kind == LINE_KIND_ZMAP)
		got = line_reader_take_zmap(r, &line);
	else
		got = r->kind == LINE_KIND_FPING ? line_reader_take_fping(r, &line) : line_reader_take_object(r, &line);
	if (got == GOT_LINE)
		line_store_put(r->store, &line);
	return got;
}

// Skips a line that is too long, in pieces.
static enum got line_reader_skip_line(struct line_reader *r)
{
	gap_begin(&r->gap, r->stream);
	for (;;) {
		struct cursor w = stream_peek(r->stream, PIECE_BYTES);
		size_t n = cursor_left(&w);
		const uint8_t *end = n ? memchr(w.at, '\n', n) : NULL;
		line_reader_consume(r, &w, end ? (size_t)(end - w.at) + 1 : n, true);
		if (end || !n)
			return line_reader_bad_line(r, ERR_TOO_LARGE);
	}
}

static enum got line_reader_read_line(struct line_reader *r)
{
	struct cursor w = stream_peek(r->stream, 1);
	const uint8_t *end = cursor_left(&w) ? memchr(w.at, '\n', cursor_left(&w)) : NULL;
	if (!end) {
		w = stream_peek(r->stream, LINE_BYTES_MAX + 1);
		end = cursor_left(&w) ? memchr(w.at, '\n', cursor_left(&w)) : NULL;
	}
	size_t n = end ? (size_t)(end - w.at) : cursor_left(&w);
	if (!end && stream_waits(r->stream))
		return GOT_WAITS;
	if (!end && (!n || stream_error(r->stream)))
		return GOT_END; // what a broken stream leaves of its last line says nothing
	r->line = r->next_line++;
	if (n > LINE_BYTES_MAX)
		return line_reader_skip_line(r);
	enum got got = line_reader_take_line(r, cursor_of(w.at, n));
	if (got == GOT_BAD) {
		gap_begin(&r->gap, r->stream);
		line_reader_bad_line(r, ERR_MALFORMED);
	}
	line_reader_consume(r, &w, n + (end ? 1 : 0), got == GOT_BAD);
	return got;
}

// Skips an element that is too long, of which `n` bytes were looked at.
static enum got line_reader_skip_element(struct line_reader *r, struct scan_end *e, size_t n)
{
	struct cursor w = stream_peek(r->stream, n);
	gap_begin(&r->gap, r->stream);
	line_reader_consume(r, &w, n, true);
	for (;;) {
		w = stream_peek(r->stream, PIECE_BYTES);
		struct cursor c = w;
		bool ended = scan_end(e, &c) == 1 || !cursor_left(&w);
		line_reader_consume(r, &w, (size_t)(c.at - w.at), true);
		if (ended)
			return line_reader_bad_line(r, ERR_TOO_LARGE);
	}
}

// Moves to the next element. False: there is none.
static bool line_reader_find_element(struct line_reader *r)
{
	for (;;) {
		struct cursor w = stream_peek(r->stream, 1), c = w;
		scan_blank(&c);
		bool more = c.at < c.end, between = more && (*c.at == ',' || (*c.at == '[' && !r->begun));
		if (between)
			r->begun = *c.at++ == '[' || r->begun;
		line_reader_consume(r, &w, (size_t)(c.at - w.at), false);
		if (more && !between)
			return *c.at != ']';
		if (!more && !cursor_left(&w))
			return false;
	}
}

static enum got line_reader_read_element(struct line_reader *r)
{
	struct scan_end e = {0};
	if (!line_reader_find_element(r))
		return stream_waits(r->stream) ? GOT_WAITS : GOT_END;
	struct cursor w = stream_peek(r->stream, LINE_BYTES_MAX + 1), c = w;
	bool whole = scan_end(&e, &c) == 1;
	size_t n = (size_t)(c.at - w.at);
	r->line = r->next_line;
	if (!whole && stream_waits(r->stream))
		return GOT_WAITS;
	if (!whole && stream_error(r->stream) && cursor_left(&w) <= LINE_BYTES_MAX)
		return GOT_END;
	if (n > LINE_BYTES_MAX)
		return line_reader_skip_element(r, &e, n);
	enum got got = whole && n ? line_reader_take_line(r, cursor_of(w.at, n)) : GOT_BAD;
	if (got == GOT_BAD) {
		gap_begin(&r->gap, r->stream);
		line_reader_bad_line(r, ERR_MALFORMED);
	}
	line_reader_consume(r, &w, n ? n : 1, got == GOT_BAD);
	return got;
}

// Whether the document that has been read so far is closed.
static bool line_reader_document_closed(struct line_reader *r)
{
	struct cursor c = cursor_of(r->text.bytes + r->looked, r->text.length - r->looked);
	if (!r->looked)
		scan_blank(&c);
	r->looked = r->text.length;
	return scan_end(&r->document, &c) == 1;
}

// Reads the whole document. Its values then come without a detour through the store.
static enum got line_reader_read_document(struct line_reader *r)
{
	if (r->ioda)
		return GOT_END;
	if (!r->begun)
		gap_begin(&r->gap, r->stream);
	r->begun = true;
	for (;;) {
		struct cursor w = stream_peek(r->stream, PIECE_BYTES);
		size_t n = cursor_left(&w);
		if (!n)
			break;
		if (r->text.length + n > LINE_IODA_BYTES) {
			gap_skip_all(&r->gap, r->stream);
			r->gap.length += r->text.length;
			r->reason = GAP_BOMB;
			r->error = ERR_TOO_LARGE;
			r->over = true;
			return GOT_BAD;
		}
		text_bytes(&r->text, w.at, n);
		stream_skip(r->stream, n);
	}
	if (stream_waits(r->stream) && !line_reader_document_closed(r))
		return GOT_WAITS;
	uint64_t bad;
	r->ioda = line_ioda_create(cursor_of(r->text.bytes, r->text.length), &bad);
	r->more += bad;
	return GOT_END;
}

static enum got line_reader_read_one(struct line_reader *r)
{
	if (r->kind == LINE_KIND_IODA)
		return line_reader_read_document(r);
	return r->kind == LINE_KIND_ARRAY ? line_reader_read_element(r) : line_reader_read_line(r);
}

static int line_reader_give_line(struct line_reader *r, const struct stored_line *line, struct record *ret)
{
	*ret = (struct record){
		.kind = RECORD_LINE,
		.time = line->time,
		.resumed = INSTANT_NONE,
		.offset = line->offset,
		.length = cursor_left(&line->bytes),
		.bytes = line->bytes,
		.form = line->form,
		.late = line->time.ns < r->last.ns,
		.line = line->number,
	};
	if (!ret->late)
		r->last = line->time;
	return 1;
}

// One bad line, or, with line 0, all that were not named.
static int line_reader_give_bad(struct line_reader *r, uint64_t line, struct record *ret)
{
	*ret = (struct record){.kind = RECORD_GAP, .reason = GAP_BAD_LINE, .error = ERR_MALFORMED, .form = LINE_ANY};
	ret->time = r->last;
	ret->resumed = INSTANT_NONE;
	ret->line = line;
	ret->more = line ? 0 : r->more;
	if (line) {
		r->named++;
		gap_record(&r->gap, r->reason, r->stream, ret);
		ret->reason = r->reason;
		ret->error = r->error;
	} else {
		r->more = 0;
	}
	return 1;
}

// Skips the byte order mark that some programs put before text.
static void line_reader_begin(struct line_reader *r)
{
	struct cursor w = stream_peek(r->stream, 3);
	if (cursor_left(&w) >= 3 && !memcmp(w.at, "\xef\xbb\xbf", 3))
		stream_skip(r->stream, 3);
}

// Whether the first line in the store is due at the end for now.
static bool line_reader_settled(const struct line_reader *r)
{
	if (!r->waits)
		return false;
	return r->release ? line_store_due(r->store, true)
			  : line_store_settled(r->store, LATENESS_FLOOR_NS, r->ceiling);
}

static int line_reader_wait(struct line_reader *r)
{
	r->waits = r->release = false;
	return FEED_AGAIN;
}

int line_reader_next(struct line_reader *r, struct record *ret)
{
	struct stored_line line;
	if (r->next_line == 1 && !stream_offset(r->stream))
		line_reader_begin(r);
	for (;;) {
		if (line_store_due(r->store, r->over) || line_reader_settled(r)) {
			line_store_take(r->store, &line);
			return line_reader_give_line(r, &line, ret);
		}
		if (r->ioda && line_ioda_next(r->ioda, &line) == 1)
			return line_reader_give_line(r, &line, ret);
		if (r->over)
			return r->more ? line_reader_give_bad(r, 0, ret) : 0;
		if (r->waits)
			return line_reader_wait(r);
		enum got got = line_reader_read_one(r);
		r->waits = got == GOT_WAITS;
		r->over |= got == GOT_END;
		if (got == GOT_BAD && r->named < LINE_BAD_NAMED)
			return line_reader_give_bad(r, r->line ? r->line : 1, ret);
		r->more += got == GOT_BAD;
	}
}
