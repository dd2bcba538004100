// SPDX-License-Identifier: ISC
// Lines, elements of one array, or values of one document, as records.
#include "feed/line_reader.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/scan.h"
#include "feed/feed.h"
#include "feed/gap.h"
#include "feed/line_csv.h"
#include "feed/line_foreign.h"
#include "feed/line_fping.h"
#include "feed/line_ioda.h"
#include "feed/line_ping.h"
#include "feed/line_point.h"
#include "feed/line_ris.h"
#include "feed/line_scamper.h"
#include "feed/line_store.h"
#include "feed/line_time.h"
#include "feed/line_zmap.h"

#include <stdlib.h>

#define PIECE_BYTES	  (256u << 10)
#define LINE_BYTES_USUAL  65536u // looked for at first
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
	struct line_ping ping;
	struct line_sequence *sequence; // of fping and ping; null: none was met
	bool attempts;			// of fping were met
	bool points;			// each object is a value of a series
	bool ris;			// each is a message of RIS Live
	int64_t open;			// arrays that are not closed
	struct text text;		// a line of another form, or the document
	struct text why;		// the line at work is bad, or empty
	struct line_store *store;
	int64_t watermark, span; // of the store; longest that a result of several attempts took
	struct line_ioda *ioda;
	struct scan_end document; // of IODA, and how far it was looked at
	size_t looked;
	struct instant last; // given
	uint64_t named, more;
	struct gap gap;
	uint8_t reason; // of the gap
	int error;
};

enum got { GOT_END, GOT_WAITS, GOT_LINE, GOT_NOTHING, GOT_BAD, GOT_FOREIGN };

struct line_reader *line_reader_create(struct stream *s, enum line_kind kind)
{
	struct line_reader *r = alloc_zero(1, sizeof(*r));
	r->stream = s;
	r->kind = kind;
	r->csv = line_csv_default;
	r->next_line = 1;
	r->last = INSTANT_NONE;
	r->watermark = LINE_WATERMARK_NS;
	r->store = line_store_create(LINE_WATERMARK_NS);
	return r;
}

void line_reader_free(struct line_reader *r)
{
	if (!r)
		return;
	line_store_free(r->store);
	line_ioda_free(r->ioda);
	line_sequence_free(r->sequence);
	text_free(&r->text);
	text_free(&r->why);
	free(r);
}

void line_reader_watermark(struct line_reader *r, int64_t ns)
{
	r->watermark = ns;
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

static enum got line_reader_wrong(struct line_reader *r, const char *why)
{
	text_clear(&r->why);
	text_put(&r->why, why);
	return GOT_BAD;
}

// The whole file is of a kind that is not read; `why` says which.
static enum got line_reader_foreign(struct line_reader *r)
{
	gap_begin(&r->gap, r->stream);
	gap_skip_all(&r->gap, r->stream);
	r->reason = GAP_FOREIGN;
	r->error = ERR_UNSUPPORTED;
	r->over = true;
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
	bool first = !r->begun;
	r->begun = true;
	if (first && line_csv_header(line->bytes, &r->csv))
		return GOT_NOTHING;
	if (first && !line_csv_guess(line->bytes, &r->csv, &r->why))
		return GOT_FOREIGN;
	if (!line_csv_take(&r->csv, line->bytes, &r->text, &line->time))
		return line_reader_wrong(r, text_string(&r->text));
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
		return line_reader_wrong(
			r,
			"fewer columns than the first line names, or no readable time in timestamp-ts, timestamp-str or sent-timestamp-ts");
	line->bytes = cursor_of(r->text.bytes, r->text.length);
	line->form = LINE_TOOL;
	return GOT_LINE;
}

static struct line_sequence *line_reader_sequence(struct line_reader *r)
{
	if (!r->sequence)
		r->sequence = line_sequence_create();
	return r->sequence;
}

// Puts what r->text says of a lost attempt into the store, once for each that is missing.
static void line_reader_put_missing(struct line_reader *r, const struct stored_line *line,
				    const struct line_missing *missing)
{
	struct stored_line lost = {.form = LINE_TOOL, .number = line->number, .offset = line->offset};
	lost.bytes = cursor_of(r->text.bytes, r->text.length);
	for (uint32_t i = 0; i < missing->count; i++) {
		lost.time = instant_after(missing->first, i * missing->step_ns);
		line_store_put(r->store, &lost);
	}
}

// fping numbers the attempts of each host. r->text holds the attempt.
static void line_reader_take_numbered(struct line_reader *r, const struct stored_line *line,
				      const struct line_fping_attempt *a)
{
	struct line_missing missing;
	struct text attempt = {0};
	if (a->number < 0)
		return;
	line_sequence_take(line_reader_sequence(r), a->host, (uint32_t)a->number, a->time, &missing);
	if (!missing.count)
		return;
	text_bytes(&attempt, r->text.bytes, r->text.length);
	line_fping_put_lost(&r->text, a->host);
	line_reader_put_missing(r, line, &missing);
	text_clear(&r->text);
	text_bytes(&r->text, attempt.bytes, attempt.length);
	text_free(&attempt);
}

static enum got line_reader_bad_object(struct line_reader *r, struct cursor object)
{
	text_clear(&r->why);
	text_put(&r->why, "no object of a kind that is read, with a time (t of probes, timestamp of RIPE Atlas): ");
	line_foreign_members(object, &r->why);
	return GOT_BAD;
}

// A sum of attempts without these is all that the file has of them, and does not say when they were.
static enum got line_reader_take_fping(struct line_reader *r, struct stored_line *line)
{
	struct line_fping_attempt a;
	int got = r->kind != LINE_KIND_FPING ? line_fping_object(line->bytes, &r->text, &a)
					     : line_fping_text(line->bytes, &r->text, &a);
	r->attempts |= got == 1;
	if (got == 0 && (!a.sums || r->attempts))
		return GOT_NOTHING;
	if (got == ERR_NOT_FOUND)
		return line_reader_bad_object(r, line->bytes);
	if (got != 1)
		return line_reader_wrong(
			r,
			a.sums ? "a sum of attempts, which does not say when they were: run fping with -D, and without -q and -Q"
			       : "no attempt of fping, or one without a time: run it with -D");
	line->time = a.time;
	line_reader_take_numbered(r, line, &a);
	line->bytes = cursor_of(r->text.bytes, r->text.length);
	line->form = LINE_TOOL;
	return GOT_LINE;
}

// An attempt or those before it that nothing but its number tells of go into the store here.
static enum got line_reader_take_ping(struct line_reader *r, struct stored_line *line)
{
	struct line_ping_attempt a;
	const char *why;
	r->ping.sequence = line_reader_sequence(r);
	int got = line_ping_take(&r->ping, line->bytes, &a, &why);
	if (got != 1)
		return got < 0 ? line_reader_wrong(r, why) : GOT_NOTHING;
	line_ping_put(&r->ping, NULL, &r->text);
	line_reader_put_missing(r, line, &a.missing);
	if (!a.word)
		return GOT_NOTHING;
	line_ping_put(&r->ping, &a, &r->text);
	line->bytes = cursor_of(r->text.bytes, r->text.length);
	line->form = LINE_TOOL;
	line->time = a.sent;
	return GOT_LINE;
}

// One object, several attempts, which go into the store here.
static enum got line_reader_take_scamper(struct line_reader *r, struct stored_line *line)
{
	struct line_scamper s;
	int got = line_scamper_begin(line->bytes, &s);
	bool bad = got < 0;
	struct instant first = INSTANT_NONE, last = INSTANT_NONE;
	while (got == 1) {
		struct stored_line one = {.form = LINE_TOOL, .number = line->number, .offset = line->offset};
		int next = line_scamper_next(&s, &r->text, &one.time);
		bad |= next < 0;
		if (next == 0)
			break;
		one.bytes = cursor_of(r->text.bytes, r->text.length);
		if (next != 1)
			continue;
		line_store_put(r->store, &one);
		first = !instant_known(first) || one.time.ns < first.ns ? one.time : first;
		last = !instant_known(last) || one.time.ns > last.ns ? one.time : last;
	}
	// Results are written when they are over: the next one may have begun as long before as this one took.
	if (instant_known(first) && last.ns - first.ns > r->span) {
		r->span = last.ns - first.ns;
		line_store_watermark(r->store, r->watermark + r->span);
	}
	if (got == ERR_NOT_FOUND)
		return line_reader_bad_object(r, line->bytes);
	return bad ? line_reader_wrong(r, "a result of scamper that lacks a member, or one that cannot be read")
		   : GOT_NOTHING;
}

static enum got line_reader_take_point(struct line_reader *r, struct stored_line *line)
{
	if (!line_point_take(line->bytes, &r->text, &line->time))
		return line_reader_wrong(r, "no value of a series, which has time, entity, signal and value");
	line->bytes = cursor_of(r->text.bytes, r->text.length);
	line->form = LINE_SERIES;
	return GOT_LINE;
}

static enum got line_reader_take_ris(struct line_reader *r, struct stored_line *line)
{
	int got = line_ris_take(&line->bytes, &r->text, &line->time);
	if (got < 0)
		return line_reader_wrong(r, text_string(&r->text));
	line->form = LINE_RIS;
	return got ? GOT_LINE : GOT_NOTHING;
}

static enum got line_reader_take_object(struct line_reader *r, struct stored_line *line)
{
	if (UNLIKELY(!r->begun))
		r->points = line_point_take(line->bytes, &r->text, &line->time);
	r->begun = true;
	if (UNLIKELY(r->points))
		return line_reader_take_point(r, line);
	if (UNLIKELY(r->ris))
		return line_reader_take_ris(r, line);
	line->form = line_time_object(line->bytes, &line->time);
	if (LIKELY(line->form != LINE_NONE))
		return GOT_LINE;
	if (line_zmap_object(line->bytes, &r->text, &line->time)) {
		line->bytes = cursor_of(r->text.bytes, r->text.length);
		line->form = LINE_TOOL;
		return GOT_LINE;
	}
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
	else if (r->kind == LINE_KIND_PING)
		got = line_reader_take_ping(r, &line);
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
	if (r->kind == LINE_KIND_JSON && cursor_left(&w) && *w.at == '[') {
		r->kind = LINE_KIND_ARRAY; // pages of arrays behind lines
		return GOT_NOTHING;
	}
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
	if (got == GOT_FOREIGN)
		return line_reader_foreign(r);
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

// Moves to the next element: over commas and brackets, also of arrays that stand one behind the other or in one another. False: there
// is none.
static bool line_reader_find_element(struct line_reader *r)
{
	for (;;) {
		struct cursor w = stream_peek(r->stream, 1), c = w;
		bool between = true;
		while (between && c.at < c.end) {
			uint8_t byte = *c.at;
			between = byte == ',' || byte == '[' || byte == ']' || byte == ' ' || byte == '\n' ||
				  byte == '\r' || byte == '\t';
			r->open += (byte == '[') - (byte == ']' && r->open > 0);
			c.at += between;
		}
		line_reader_consume(r, &w, (size_t)(c.at - w.at), false);
		if (!between || !cursor_left(&w))
			return !between;
	}
}

// What stands in front of the result in a frame of RIPE Atlas' stream.
static bool line_reader_frame_word(struct cursor element)
{
	static const char *const words[] = {"\"atlas_result\"", "\"atlas_subscribed\"", "\"atlas_metadata\""};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (cursor_left(&element) == strlen(words[i]) && !memcmp(element.at, words[i], strlen(words[i])))
			return true;
	return false;
}

// The end of the file, where an array is still open: what stood behind it is not there.
static enum got line_reader_end_elements(struct line_reader *r)
{
	if (stream_waits(r->stream))
		return GOT_WAITS;
	if (r->open <= 0 || stream_error(r->stream))
		return GOT_END;
	r->open = 0;
	r->line = r->next_line;
	gap_begin(&r->gap, r->stream);
	(void)line_reader_wrong(r, "the file breaks off inside an array: what came behind is missing");
	return line_reader_bad_line(r, ERR_TRUNCATED);
}

static enum got line_reader_take_element(struct line_reader *r, struct cursor element, bool whole)
{
	if (!whole)
		return line_reader_wrong(r, "breaks off inside of it: what came behind is missing");
	if (*element.at != '{')
		return line_reader_frame_word(element)
			       ? GOT_NOTHING
			       : line_reader_wrong(r, "not an object: only objects are read from an array");
	return line_reader_take_line(r, element);
}

static enum got line_reader_read_element(struct line_reader *r)
{
	struct scan_end e = {0};
	if (!line_reader_find_element(r))
		return line_reader_end_elements(r);
	struct cursor w = stream_peek(r->stream, LINE_BYTES_USUAL), c = w;
	bool whole = scan_end(&e, &c) == 1;
	if (!whole) {
		e = (struct scan_end){0};
		w = stream_peek(r->stream, LINE_BYTES_MAX + 1);
		c = w;
		whole = scan_end(&e, &c) == 1;
	}
	size_t n = (size_t)(c.at - w.at);
	r->line = r->next_line;
	if (!whole && stream_waits(r->stream))
		return GOT_WAITS;
	if (!whole && stream_error(r->stream) && cursor_left(&w) <= LINE_BYTES_MAX)
		return GOT_END;
	if (n > LINE_BYTES_MAX)
		return line_reader_skip_element(r, &e, n);
	enum got got = n ? line_reader_take_element(r, cursor_of(w.at, n), whole) : GOT_BAD;
	if (!whole)
		r->open = 0; // told
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

// Whether there is anything to say.
static bool line_reader_say_faults(struct line_reader *r, const struct line_ioda_faults *f)
{
	struct text *why = &r->why;
	text_clear(why);
	if (cursor_left(&f->error)) {
		text_put(why, "IODA answered with an error: ");
		text_bytes(why, f->error.at, cursor_left(&f->error) < 200 ? cursor_left(&f->error) : 200);
	} else if (f->answers) {
		text_put(why, "an answer without series: wanted is one of IODA's API v2, signals/raw");
	}
	if (f->series)
		text_printf(why, "%s%llu series lack one of entityType, entityCode, datasource, from, step and values",
			    why->length ? "; " : "", (unsigned long long)f->series);
	if (f->left)
		text_printf(why, "%s%llu series beyond the %d that one file may hold", why->length ? "; " : "",
			    (unsigned long long)f->left, LINE_IODA_SERIES);
	if (f->broken)
		text_printf(
			why,
			"%sthe answer breaks off, or bytes stand between two: what came before is read; fetch it again",
			why->length ? "; " : "");
	return why->length;
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
	struct line_ioda_faults faults;
	r->ioda = line_ioda_create(cursor_of(r->text.bytes, r->text.length), &faults);
	r->over = true;
	return line_reader_say_faults(r, &faults) ? line_reader_bad_line(r, ERR_MALFORMED) : GOT_END;
}

static enum got line_reader_read_one(struct line_reader *r)
{
	if (r->kind == LINE_KIND_IODA)
		return line_reader_read_document(r);
	if (r->kind == LINE_KIND_FOREIGN) {
		struct cursor w = stream_peek(r->stream, LINE_HEAD_BYTES);
		const char *what = line_foreign(w);
		(void)line_reader_wrong(r, what ? what : "text of a kind that is not read");
		r->line = 1;
		return line_reader_foreign(r);
	}
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
		.rank = line->rank,
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
		ret->why = r->why.length ? text_string(&r->why) : NULL;
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
	if (r->kind == LINE_KIND_JSON || r->kind == LINE_KIND_ARRAY)
		r->ris = line_ris_is(stream_peek(r->stream, LINE_HEAD_BYTES));
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
		text_clear(&r->why);
		enum got got = line_reader_read_one(r);
		r->waits = got == GOT_WAITS;
		r->over |= got == GOT_END;
		if (got == GOT_BAD && r->named < LINE_BAD_NAMED)
			return line_reader_give_bad(r, r->line ? r->line : 1, ret);
		r->more += got == GOT_BAD;
	}
}
