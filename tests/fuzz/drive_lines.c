// SPDX-License-Identifier: ISC
// See drive_lines.h.
#include "drive_lines.h"

#include "feed/feed.h"
#include "feed/line_csv.h"
#include "feed/line_foreign.h"
#include "feed/line_fping.h"
#include "feed/line_ioda.h"
#include "feed/line_kind.h"
#include "feed/line_ping.h"
#include "feed/line_point.h"
#include "feed/line_reader.h"
#include "feed/line_ris.h"
#include "feed/line_scamper.h"
#include "feed/line_zmap.h"
#include "model/observer.h"
#include "model/registry.h"
#include "wire/aspath.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define REQUIRE(kept) require(kept, __func__, __LINE__)

struct drive {
	int64_t lines; // taken, each at a time of its own
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities;
	struct registry *registry;
	struct decoder *decoder;
	uint64_t observations;
};

static void require(bool kept, const char *where, int line)
{
	if (kept)
		return;
	fprintf(stderr, "%s:%d: not kept\n", where, line);
	abort();
}

static bool measured(const struct obs *o)
{
	return o->kind == OBS_PROBE || o->kind == OBS_SERIES || o->kind == OBS_HEALTH;
}

// What messages of RIS Live tell: routes and sessions of a peer, by AS paths that the batch holds.
static void check_route(const struct batch *b, const struct obs *o)
{
	REQUIRE(o->kind < OBS_KIND_COUNT && o->path_count <= ASPATH_MAX);
	REQUIRE(!o->path_count || batch_path(b, o));
	if (o->kind == OBS_ANNOUNCE || o->kind == OBS_WITHDRAW) {
		struct prefix masked = o->prefix;
		prefix_mask(&masked);
		REQUIRE(o->peer != PEER_NONE && instant_known(o->time));
		REQUIRE(prefix_equal(&masked, &o->prefix) && masked.length <= family_bits(masked.family));
	}
	REQUIRE(o->kind != OBS_SESSION || o->session.new_state == SESSION_IDLE ||
		o->session.new_state == SESSION_ESTABLISHED);
}

static void check(const struct drive *d, const struct obs *o)
{
	REQUIRE(instant_known(o->time) && o->peer == PEER_NONE);
	if (o->kind == OBS_SERIES) {
		const struct series *s = series_at(d->targets, o->path_id);
		REQUIRE(s && s->entity < d->entities.count && s->signal && !isinf(o->number));
		return;
	}
	if (o->kind == OBS_HEALTH) {
		REQUIRE(observer_at(d->targets, o->collector) && o->health.state < OBSERVER_STATE_COUNT);
		REQUIRE(o->health.why < OBSERVER_WHY_COUNT && o->from.ns <= o->time.ns && o->from.ns >= 0);
		REQUIRE(o->loss_ppm <= OBS_LOSS_WHOLE);
		return;
	}
	const struct target *t = target_at(d->targets, o->path_id);
	REQUIRE(o->kind == OBS_PROBE && t && observer_at(d->targets, o->collector));
	REQUIRE(t->op == o->probe.op && o->probe.op < PROBE_OP_COUNT && o->probe.outcome < PROBE_OUTCOME_COUNT);
	REQUIRE(o->probe.outcome == PROBE_OK || !o->rtt_us);
	REQUIRE(!o->prefix.family || o->prefix.length == family_bits(o->prefix.family));
}

static int take(void *context, const struct batch *b)
{
	struct drive *d = context;
	for (size_t i = 0; i < b->count; i++) {
		if (measured(&b->obs[i]))
			check(d, &b->obs[i]);
		else
			check_route(b, &b->obs[i]);
		d->observations += measured(&b->obs[i]);
	}
	return 0;
}

static void bad_line(void *context, const struct decode_bad_line *bad)
{
	(void)context;
	REQUIRE(bad->why && (!bad->more || !bad->line));
}

static void begin(struct drive *d)
{
	*d = (struct drive){.peers = peer_table_create()};
	entity_add(&d->entities, "country/IR");
	entity_add(&d->entities, "region/7");
	d->targets = target_table_create(&d->entities);
	struct decode_options options = {.lines = true, .entities = &d->entities, .bad_line = bad_line};
	struct registry_options into = {
		.peers = d->peers, .targets = d->targets, .entities = &d->entities, .out = {take, d}};
	d->registry = registry_create(&into);
	d->decoder = decoder_create(&options, registry_sender(d->registry));
}

// No line is lost: each is observed, counted, or both.
static void end(struct drive *d, uint64_t lines)
{
	REQUIRE(decoder_flush(d->decoder) == 0);
	const uint64_t *of = decoder_counts(d->decoder)->of;
	REQUIRE(d->observations == of[DECODE_PROBES] + of[DECODE_SERIES_VALUES] + of[DECODE_HEALTH]);
	REQUIRE(d->observations + of[DECODE_SERIES_UNKNOWN] + of[DECODE_BAD_LINES] + of[DECODE_ATLAS_UNSYNCED] +
			of[DECODE_ATLAS_EMPTY] + of[DECODE_ATLAS_OTHER] + of[DECODE_TOOL_OTHER] +
			of[DECODE_UNSUPPORTED] + of[DECODE_SERIES_TWICE] + of[DECODE_SERIES_AGAIN] >=
		lines);
	decoder_free(d->decoder);
	registry_free(d->registry);
	target_table_free(d->targets);
	peer_table_free(d->peers);
	entity_list_free(&d->entities);
}

static void decode(struct drive *d, uint8_t form, struct cursor bytes)
{
	struct record r = {
		.kind = RECORD_LINE, .form = form, .time = instant_of(7 + d->lines++, 0), .bytes = bytes, .line = 1};
	REQUIRE(decoder_take(d->decoder, &r) == 0);
}

void drive_line(uint8_t form, struct cursor line)
{
	struct drive d;
	begin(&d);
	decode(&d, form, line);
	end(&d, form != LINE_ATLAS); // a set of no results says nothing
}

void drive_ioda(struct cursor bytes)
{
	struct drive d;
	struct stored_line line;
	struct line_ioda_faults faults;
	uint64_t lines = 0;
	int64_t last = INT64_MIN;
	begin(&d);
	struct line_ioda *x = line_ioda_create(bytes, &faults);
	for (; line_ioda_next(x, &line) == 1; lines++) {
		REQUIRE(line.time.ns >= last && line.form == LINE_SERIES);
		last = line.time.ns;
		decode(&d, line.form, line.bytes);
	}
	line_ioda_free(x);
	end(&d, lines);
}

static uint64_t tool_line(struct drive *d, int got, const struct text *out, struct instant time)
{
	if (got != 1)
		return 0;
	REQUIRE(time.ns >= 0 && out->length && !memchr(out->bytes, '\n', out->length));
	decode(d, LINE_TOOL, cursor_of(out->bytes, out->length));
	return 1;
}

static uint64_t scamper_lines(struct drive *d, struct cursor line, struct text *out)
{
	struct line_scamper s;
	struct instant time;
	uint64_t lines = 0, calls = 0;
	int got = line_scamper_begin(line, &s) == 1;
	while (got && (got = line_scamper_next(&s, out, &time))) {
		REQUIRE(++calls <= cursor_left(&line) + LINE_SCAMPER_PINGS);
		lines += tool_line(d, got, out, time);
	}
	return lines;
}

static uint64_t ping_lines(struct drive *d, struct line_ping *p, struct cursor line, struct text *out)
{
	struct line_ping_attempt a;
	const char *why;
	uint64_t lines = 0;
	if (line_ping_take(p, line, &a, &why) != 1) {
		REQUIRE(why);
		return 0;
	}
	REQUIRE(a.missing.count <= LINE_SEQUENCE_MOST);
	if (a.missing.count) {
		REQUIRE(a.missing.step_ns > 0 && a.missing.first.ns >= 0);
		line_ping_put(p, NULL, out);
		lines += tool_line(d, 1, out, a.missing.first);
	}
	if (a.word) {
		line_ping_put(p, &a, out);
		lines += tool_line(d, 1, out, a.sent);
	}
	return lines;
}

void drive_tools(struct cursor bytes)
{
	struct drive d;
	struct line_zmap zmap;
	struct text out = {0};
	struct instant time;
	uint64_t lines = 0;
	bool first = true, header = false;
	struct line_fping_attempt fping;
	struct line_ping ping = {.sequence = line_sequence_create()};
	begin(&d);
	(void)line_fping_is(bytes);
	(void)line_ping_is(bytes);
	(void)line_kind_sure(bytes);
	(void)line_foreign(bytes);
	while (cursor_left(&bytes)) {
		const uint8_t *newline = memchr(bytes.at, '\n', cursor_left(&bytes));
		struct cursor line = {bytes.at, newline ? newline : bytes.end};
		bytes.at = newline ? newline + 1 : bytes.end;
		lines += tool_line(&d, line_fping_text(line, &out, &fping), &out, fping.time);
		lines += tool_line(&d, line_fping_object(line, &out, &fping), &out, fping.time);
		lines += tool_line(&d, line_zmap_object(line, &out, &time), &out, time);
		lines += ping_lines(&d, &ping, line, &out);
		lines += scamper_lines(&d, line, &out);
		if (header)
			lines += tool_line(&d, line_zmap_take(&zmap, line, &out, &time), &out, time);
		header = header || (first && line_zmap_header(line, &zmap));
		first = false;
	}
	text_free(&out);
	line_sequence_free(ping.sequence);
	end(&d, lines);
}

void drive_csv(struct cursor bytes)
{
	struct drive d;
	struct line_csv csv = line_csv_default;
	struct text out = {0};
	struct instant time;
	uint64_t lines = 0;
	begin(&d);
	while (cursor_left(&bytes)) {
		const uint8_t *newline = memchr(bytes.at, '\n', cursor_left(&bytes));
		struct cursor line = {bytes.at, newline ? newline : bytes.end};
		bytes.at = newline ? newline + 1 : bytes.end;
		if (line_point_take(line, &out, &time)) {
			decode(&d, LINE_SERIES, cursor_of(out.bytes, out.length));
			lines++;
		}
		struct line_csv guessed;
		if (!line_csv_guess(line, &guessed, &out))
			REQUIRE(out.length);
		if (line_csv_header(line, &csv) || !line_csv_take(&csv, line, &out, &time))
			continue;
		REQUIRE(time.ns >= 0);
		decode(&d, LINE_SERIES, cursor_of(out.bytes, out.length));
		lines++;
	}
	text_free(&out);
	end(&d, lines);
}

void drive_ris(struct cursor bytes)
{
	struct drive d;
	struct text why = {0};
	struct instant time;
	begin(&d);
	(void)line_ris_is(bytes);
	for (struct cursor rest = bytes; cursor_left(&rest);) {
		const uint8_t *newline = memchr(rest.at, '\n', cursor_left(&rest));
		struct cursor line = {rest.at, newline ? newline : rest.end};
		rest.at = newline ? newline + 1 : rest.end;
		decode(&d, LINE_RIS, line);
		int got = line_ris_take(&line, &why, &time);
		REQUIRE(got != 1 || (time.ns >= 0 && cursor_left(&line)));
		REQUIRE(got >= 0 || why.length);
		if (got == 1)
			decode(&d, LINE_RIS, line);
	}
	text_free(&why);
	end(&d, 0);
	drive_file(bytes);
}

static void read_all(struct drive *d, struct feed *f)
{
	struct record r;
	struct instant last = INSTANT_NONE;
	uint64_t lines = 0, bad = 0;
	bool ended = false;
	while (feed_next(f, &r) == 1) {
		REQUIRE(!ended);
		ended = r.kind == RECORD_SOURCE_END;
		if (r.form == LINE_NONE)
			continue; // not lines: tests/feed/fuzz_framing.c
		REQUIRE(r.kind == RECORD_LINE || r.kind == RECORD_GAP || ended);
		REQUIRE(r.kind != RECORD_LINE || r.late == (r.time.ns < last.ns));
		last = r.kind == RECORD_LINE && !r.late ? r.time : last;
		lines += r.kind == RECORD_LINE && r.form != LINE_ATLAS && r.form != LINE_RIS;
		bad += r.kind == RECORD_GAP && r.reason == GAP_BAD_LINE ? (r.line ? 1 : r.more) : 0;
		REQUIRE(decoder_take(d->decoder, &r) == 0);
	}
	REQUIRE(ended);
	end(d, lines + bad);
}

void drive_file(struct cursor bytes)
{
	static int file = -1;
	size_t n = cursor_left(&bytes);
	if (file < 0)
		file = memfd_create("input", MFD_CLOEXEC);
	REQUIRE(file >= 0 && !ftruncate(file, 0) && pwrite(file, bytes.at, n, 0) == (ssize_t)n);
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	struct feed *f = feed_create();
	struct drive d;
	begin(&d);
	REQUIRE(feed_add(f, path, 0) == 0);
	read_all(&d, f);
	feed_free(f);
}
