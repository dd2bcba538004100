// SPDX-License-Identifier: ISC
// `lacuna bgp`: connects feed, decode and the writers; names every gap on standard error; turns what happened into
// the exit status.
#include "cli/bgp.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/bgp_options.h"
#include "cli/bgp_state.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "decode/decode.h"
#include "intake/inputs.h"
#include "model/registry.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OUTPUT_BYTES  (128u << 10) // written at a time
#define GAP_LINES_MAX 1000	   // gaps named one by one

enum { DONE = 0, NOT_RIGHT = 1, NOTHING_READ = 3, OWN_FAILURE = 4 };

struct shown { // elements that passed the filters
	uint64_t announced, withdrawn, rib, states;
};

struct bgp_run {
	struct bgp_options options;
	struct inputs in;
	struct progress progress;
	struct registry *registry;
	struct decoder *decoder;
	struct bgp_writer *writer; // null with --count
	struct shown shown;
	uint32_t gap_peer; // of the gap just decoded
	uint64_t records, gaps, missing, bad_lines;
	int write_error; // errno of standard output
	bool everything; // no filter
};

static void bgp_say(const char *subject, const char *what)
{
	struct text t = {0};
	text_untrusted(&t, subject, strlen(subject));
	fprintf(stderr, "lacuna bgp: %s: %s\n", text_string(&t), what);
	text_free(&t);
}

// What is wrong with a line of a file; 0: with no line alone.
static void bgp_line_say(const struct bgp_run *r, uint32_t number, uint64_t line, const char *why)
{
	const struct feed_source *source = feed_source(r->in.feed, number);
	struct text t = {0};
	if (line)
		text_printf(&t, "line %llu: ", (unsigned long long)line);
	text_untrusted(&t, why, strlen(why));
	bgp_say(source ? source->path : "input", text_string(&t));
	text_free(&t);
}

static void bgp_bad_line(void *context, const struct decode_bad_line *bad)
{
	struct bgp_run *r = context;
	char more[64];
	r->bad_lines++;
	snprintf(more, sizeof(more), "%llu more lines cannot be read", (unsigned long long)bad->more);
	bgp_line_say(r, bad->source, bad->line, bad->more ? more : bad->why);
}

static int bgp_output_write(struct bgp_run *r)
{
	struct text *t = bgp_writer_text(r->writer);
	size_t done = 0;
	while (done < t->length) {
		ssize_t n = write(STDOUT_FILENO, t->bytes + done, t->length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r->write_error = errno;
			return -errno;
		}
		done += (size_t)n;
	}
	text_clear(t);
	return 0;
}

static void bgp_count_shown(struct shown *s, uint8_t kind)
{
	switch ((enum obs_kind)kind) {
	case OBS_ANNOUNCE:
		s->announced++;
		break;
	case OBS_WITHDRAW:
		s->withdrawn++;
		break;
	case OBS_RIB:
		s->rib++;
		break;
	case OBS_SESSION:
		s->states++;
		break;
	case OBS_RIB_BEGIN:
	case OBS_RIB_PEER:
	case OBS_RIB_END:
	case OBS_END_OF_RIB:
	case OBS_ALIVE:
	case OBS_MALFORMED:
	case OBS_GAP:
	case OBS_FEED_END:
	case OBS_PROBE:
	case OBS_SERIES:
	case OBS_HEALTH:
	case OBS_TIME:
	case OBS_KEPT:
	case OBS_KIND_COUNT:
		break;
	}
}

static int bgp_take(void *context, const struct batch *b)
{
	struct bgp_run *r = context;
	if (r->writer)
		bgp_writer_batch(r->writer);
	for (size_t i = 0; i < b->count; i++) {
		const struct obs *o = &b->obs[i];
		if (o->kind == OBS_GAP)
			r->gap_peer = o->peer;
		if (!r->everything && !bgp_filter_passes(&r->options.filter, r->in.peers, b, i))
			continue;
		bgp_count_shown(&r->shown, o->kind);
		if (r->writer)
			bgp_writer_put(r->writer, b, i);
	}
	if (r->writer && bgp_writer_text(r->writer)->length >= OUTPUT_BYTES)
		return bgp_output_write(r);
	return 0;
}

static void bgp_name_gap(const struct bgp_run *r, const struct record *gap)
{
	const struct feed_source *source = feed_source(r->in.feed, gap->source);
	const struct peer *peer = peer_at(r->in.peers, r->gap_peer);
	struct text t = {0};
	if (gap->why) {
		bgp_line_say(r, gap->source, gap->reason == GAP_BAD_LINE ? gap->line : 0, gap->why);
		return;
	}
	if (gap->more) {
		text_u64(&t, gap->more);
		text_put(&t, " more lines cannot be read");
		bgp_say(source ? source->path : "input", text_string(&t));
		text_free(&t);
		return;
	}
	text_put(&t, "bytes ");
	text_u64(&t, gap->offset);
	text_put(&t, " to ");
	text_u64(&t, gap->offset + (gap->length ? gap->length - 1 : 0));
	text_put(&t, gap->length ? " lost (" : " end early (");
	text_put(&t, gap_reason_name(gap->reason));
	if (gap->error) {
		text_put(&t, ": ");
		text_put(&t, err_text(gap->error));
	}
	text_put(&t, ")");
	if (peer) {
		text_put(&t, "; peer ");
		text_addr(&t, &peer->address);
		text_put(&t, " AS");
		text_u64(&t, peer->asn);
		text_put(&t, " touched");
	} else {
		text_put(&t, "; peers touched unknown");
	}
	bgp_say(source ? source->path : "input", text_string(&t));
	text_free(&t);
}

static void bgp_sources_add(struct bgp_run *r)
{
	for (size_t i = 0; i < r->options.collector_count; i++)
		(void)inputs_collector_rule(&r->in, r->options.collectors[i]); // judged before
	for (int i = 0; i < r->options.path_count; i++)
		r->missing += inputs_add(&r->in, r->options.paths[i]) < 0;
	r->missing += r->in.left_out;
}

static void bgp_progress_show(struct bgp_run *r)
{
	uint64_t done, total;
	feed_progress(r->in.feed, &done, &total);
	progress_at(&r->progress, done, total);
}

static int bgp_records_read(struct bgp_run *r)
{
	struct record record;
	int got, error = 0;
	while (!error && (got = feed_next(r->in.feed, &record)) == 1) {
		r->gap_peer = PEER_NONE;
		error = decoder_take(r->decoder, &record);
		if (record.kind == RECORD_GAP) {
			(void)decoder_flush(r->decoder);
			if (r->gaps++ < GAP_LINES_MAX) {
				bgp_name_gap(r, &record);
			}
		} else if (record.kind != RECORD_SOURCE_END) {
			r->records++;
		}
		if (r->records % 1024 == 0)
			bgp_progress_show(r);
	}
	int flushed = decoder_flush(r->decoder);
	error = error ? error : flushed;
	if (!error && r->writer)
		error = bgp_output_write(r);
	progress_end(&r->progress);
	return error;
}

// Names what is not right; returns whether anything was.
static bool bgp_name_worries(const struct bgp_run *r)
{
	const struct decode_counts *c = decoder_counts(r->decoder);
	bool any = r->gaps > 0 || r->missing > 0 || r->bad_lines > 0;
	if (r->gaps > GAP_LINES_MAX)
		fprintf(stderr, "lacuna bgp: %llu more gaps\n", (unsigned long long)(r->gaps - GAP_LINES_MAX));
	return cli_bgp_worries(c) || any;
}

static void bgp_json_pair(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_int(j, (int64_t)value);
}

static void bgp_counts_json(const struct bgp_run *r)
{
	const struct decode_counts *c = decoder_counts(r->decoder);
	struct text t = {0};
	struct json j = {.out = &t};
	json_open(&j, '{');
	json_key(&j, "elements");
	json_open(&j, '{');
	bgp_json_pair(&j, "A", r->shown.announced);
	bgp_json_pair(&j, "W", r->shown.withdrawn);
	bgp_json_pair(&j, "B", r->shown.rib);
	bgp_json_pair(&j, "STATE", r->shown.states);
	json_close(&j, '}');
	bgp_json_pair(&j, "peers", peer_count(r->in.peers));
	bgp_json_pair(&j, "gaps", r->gaps);
	for (int i = 0; i < DECODE_COUNT; i++)
		if (decode_count_told(c, i))
			bgp_json_pair(&j, decode_count_name((enum decode_count)i), c->of[i]);
	json_key(&j, "faults");
	json_open(&j, '{');
	for (unsigned i = 1; i < BGP_FAULT_COUNT; i++)
		if (c->faults[i])
			bgp_json_pair(&j, bgp_fault_name((enum bgp_fault)i), c->faults[i]);
	json_close(&j, '}');
	json_close(&j, '}');
	puts(text_string(&t));
	text_free(&t);
}

static void bgp_count_line(const char *name, uint64_t value)
{
	printf("%-20s %12llu\n", name, (unsigned long long)value);
}

static void bgp_counts_print(const struct bgp_run *r)
{
	const struct decode_counts *c = decoder_counts(r->decoder);
	if (r->options.json) {
		bgp_counts_json(r);
		return;
	}
	bgp_count_line("A", r->shown.announced);
	bgp_count_line("W", r->shown.withdrawn);
	bgp_count_line("B", r->shown.rib);
	bgp_count_line("STATE", r->shown.states);
	bgp_count_line("peers", peer_count(r->in.peers));
	bgp_count_line("gaps", r->gaps);
	for (unsigned i = 0; i < DECODE_COUNT; i++)
		if (c->of[i])
			bgp_count_line(decode_count_name((enum decode_count)i), c->of[i]);
}

static int bgp_run_end(const struct bgp_run *r, int error)
{
	if (r->write_error == EPIPE)
		return DONE;
	if (r->write_error) {
		bgp_say("standard output", err_text(-r->write_error));
		return OWN_FAILURE;
	}
	if (error < 0) {
		bgp_say("internal", err_text(error));
		return OWN_FAILURE;
	}
	bool worries = bgp_name_worries(r);
	if (!feed_source_count(r->in.feed) && !r->missing) {
		fprintf(stderr,
			"lacuna bgp: no file of routes (MRT, BMP) is there; 'lacuna replay' reads probes and series, too\n");
		return NOTHING_READ;
	}
	if (worries && !r->records)
		return NOTHING_READ;
	return worries ? NOT_RIGHT : DONE;
}

static int cli_bgp_run(struct bgp_run *r)
{
	const struct bgp_options *o = &r->options;
	struct decode_options decode = {.routes = !o->count || bgp_filter_needs_routes(&o->filter),
					.bmp_all_views = o->all_views,
					.as_bgpdump = !o->count && o->format == BGP_FORMAT_DUMP,
					.trust_subtypes = o->no_guess,
					.bad_line = bgp_bad_line,
					.bad_context = r};
	inputs_init(&r->in, &say_notices);
	decode.collectors = r->in.peers;
	r->writer = o->count ? NULL : bgp_writer_create(o->format, r->in.peers);
	r->everything = bgp_filter_empty(&o->filter);
	progress_begin(&r->progress, o->quiet || isatty(STDOUT_FILENO));
	r->registry = registry_create(&(struct registry_options){.peers = r->in.peers, .out = {bgp_take, r}});
	r->decoder = decoder_create(&decode, registry_sender(r->registry));
	bgp_sources_add(r);
	int error = feed_source_count(r->in.feed) ? bgp_records_read(r) : 0;
	if (o->count && feed_source_count(r->in.feed))
		bgp_counts_print(r);
	int status = bgp_run_end(r, error);
	decoder_free(r->decoder);
	registry_free(r->registry);
	bgp_writer_free(r->writer);
	inputs_free(&r->in);
	return status;
}

int cli_bgp(int argc, char **argv)
{
	struct bgp_run *r = alloc_zero(1, sizeof(*r));
	int status = bgp_options_read(argc, argv, &r->options);
	signal(SIGPIPE, SIG_IGN);
	if (status < 0 && r->options.state)
		status = cli_bgp_state(&r->options);
	else if (status < 0)
		status = cli_bgp_run(r);
	bgp_options_free(&r->options);
	free(r);
	return status;
}
