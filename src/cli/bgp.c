// SPDX-License-Identifier: ISC
// `lacuna bgp`: connects feed, decode and the writers; names every gap on standard error; turns what happened into
// the exit status.
#include "cli/bgp.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/bgp_options.h"
#include "cli/bgp_state.h"
#include "decode/decode.h"
#include "feed/feed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_BYTES  (128u << 10) // written at a time
#define GAP_LINES_MAX 1000	   // gaps named one by one
#define PROGRESS_NS   (200 * 1000000LL)

enum { DONE = 0, NOT_RIGHT = 1, NOTHING_READ = 3, OWN_FAILURE = 4 };

struct shown { // elements that passed the filters
	uint64_t announced, withdrawn, rib, states;
};

struct run {
	struct bgp_options options;
	struct peer_table *peers;
	struct feed *feed;
	struct decoder *decoder;
	struct bgp_writer *writer; // null with --count
	struct shown shown;
	uint32_t gap_peer; // of the gap just decoded
	uint64_t records, gaps, missing;
	int write_error; // errno of standard output
	bool everything; // no filter
	bool bar;
	int64_t bar_next;
};

static void say(const char *subject, const char *what)
{
	struct text t = {0};
	text_untrusted(&t, subject, strlen(subject));
	fprintf(stderr, "lacuna bgp: %s: %s\n", text_string(&t), what);
	text_free(&t);
}

static int output_write(struct run *r)
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

static void count_shown(struct shown *s, uint8_t kind)
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
	case OBS_KIND_COUNT:
		break;
	}
}

static int take(void *context, const struct obs *batch, size_t n)
{
	struct run *r = context;
	if (r->writer)
		bgp_writer_batch(r->writer);
	for (size_t i = 0; i < n; i++) {
		const struct obs *o = &batch[i];
		if (o->kind == OBS_GAP)
			r->gap_peer = o->peer;
		if (!r->everything && !bgp_filter_passes(&r->options.filter, r->peers, o))
			continue;
		count_shown(&r->shown, o->kind);
		if (r->writer)
			bgp_writer_put(r->writer, o);
	}
	if (r->writer && bgp_writer_text(r->writer)->length >= OUTPUT_BYTES)
		return output_write(r);
	return 0;
}

static void name_gap(const struct run *r, const struct record *gap)
{
	const struct feed_source *source = feed_source(r->feed, gap->source);
	const struct peer *peer = peer_at(r->peers, r->gap_peer);
	struct text t = {0};
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
	say(source ? source->path : "input", text_string(&t));
	text_free(&t);
}

// The collector a file belongs to: a part of its path that names one of RIS or RouteViews, else the folder below
// bgp/ or bmp/, else the name up to the first `-` or `.`.
static void collector_of(const char *path, char name[64])
{
	const char *base = strrchr(path, '/');
	base = base ? base + 1 : path;
	const char *found = strstr(path, "route-views"), *rrc = strstr(path, "rrc");
	size_t n = strcspn(base, "-.");
	if (rrc && strspn(rrc + 3, "0123456789") == 2) {
		base = rrc;
		n = 5;
	} else if (found) {
		base = found;
		n = 11 + strspn(found + 11, "0123456789");
		if (base[n] == '.')
			n += 1 + strcspn(base + n + 1, "./_-");
	}
	n = n < 63 ? n : 63;
	memcpy(name, base, n);
	name[n] = '\0';
}

static int file_found(void *context, const char *file)
{
	struct run *r = context;
	char name[64];
	collector_of(file, name);
	int error = feed_add(r->feed, file, collector_id(r->peers, name));
	if (error < 0)
		say(file, err_text(error));
	return error;
}

static void sources_add(struct run *r)
{
	for (int i = 0; i < r->options.path_count; i++) {
		int error = feed_expand(r->options.paths[i], file_found, r);
		if (error >= 0)
			continue;
		r->missing++;
		say(r->options.paths[i],
		    error == ERR_NOT_FOUND ? "no such file, or nothing in it to read" : err_text(error));
	}
}

static void bar_show(struct run *r)
{
	struct timespec now;
	uint64_t done, total;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t ns = now.tv_sec * NS_PER_S + now.tv_nsec;
	if (ns < r->bar_next)
		return;
	r->bar_next = ns + PROGRESS_NS;
	feed_progress(r->feed, &done, &total);
	unsigned percent = total ? (unsigned)(done * 100 / total) : 100;
	percent = percent > 100 ? 100 : percent;
	fprintf(stderr, "\r[%-40.*s] %3u %%  %llu records", (int)(percent * 40 / 100),
		"########################################", percent, (unsigned long long)r->records);
}

static void bar_end(const struct run *r)
{
	if (r->bar)
		fputs("\r\033[K", stderr);
}

static int records_read(struct run *r)
{
	struct record record;
	int got, error = 0;
	while (!error && (got = feed_next(r->feed, &record)) == 1) {
		r->gap_peer = PEER_NONE;
		error = decoder_take(r->decoder, &record);
		if (record.kind == RECORD_GAP) {
			(void)decoder_flush(r->decoder);
			if (r->gaps++ < GAP_LINES_MAX) {
				bar_end(r);
				name_gap(r, &record);
			}
		} else if (record.kind != RECORD_SOURCE_END) {
			r->records++;
		}
		if (r->bar && r->records % 1024 == 0)
			bar_show(r);
	}
	int flushed = decoder_flush(r->decoder);
	error = error ? error : flushed;
	if (!error && r->writer)
		error = output_write(r);
	bar_end(r);
	return error;
}

static bool count_worries(enum decode_count which)
{
	return which == DECODE_UNSUPPORTED || which == DECODE_MALFORMED || which == DECODE_MALFORMED_UPDATE ||
	       which == DECODE_BAD_PEER_INDEX || which == DECODE_BMP_UNUSABLE;
}

static const char *worry_text(enum decode_count which)
{
	switch ((unsigned)which) {
	case DECODE_UNSUPPORTED:
		return "records of kinds that are not read";
	case DECODE_MALFORMED:
		return "malformed records or messages";
	case DECODE_MALFORMED_UPDATE:
		return "updates or entries with malformed attributes";
	case DECODE_BAD_PEER_INDEX:
		return "table entries of peers that the index does not name";
	default:
		return "BMP views withdraw what they never announced and were left out (is soft-reconfiguration "
		       "inbound "
		       "missing on the router?)";
	}
}

// Names what is not right; returns whether anything was.
static bool name_worries(const struct run *r)
{
	const struct decode_counts *c = decoder_counts(r->decoder);
	bool any = r->gaps > 0 || r->missing > 0;
	if (r->gaps > GAP_LINES_MAX)
		fprintf(stderr, "lacuna bgp: %llu more gaps\n", (unsigned long long)(r->gaps - GAP_LINES_MAX));
	for (unsigned i = 0; i < DECODE_COUNT; i++) {
		if (!c->of[i] || !count_worries((enum decode_count)i))
			continue;
		any = true;
		fprintf(stderr, "lacuna bgp: %llu %s\n", (unsigned long long)c->of[i],
			worry_text((enum decode_count)i));
	}
	if (!c->of[DECODE_MALFORMED] && !c->of[DECODE_MALFORMED_UPDATE])
		return any;
	for (unsigned i = 1; i < BGP_FAULT_COUNT; i++)
		if (c->faults[i])
			fprintf(stderr, "lacuna bgp:   %llu × %s\n", (unsigned long long)c->faults[i],
				bgp_fault_name((enum bgp_fault)i));
	return any;
}

static void json_pair(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_int(j, (int64_t)value);
}

static void counts_json(const struct run *r)
{
	const struct decode_counts *c = decoder_counts(r->decoder);
	struct text t = {0};
	struct json j = {.out = &t};
	json_open(&j, '{');
	json_key(&j, "elements");
	json_open(&j, '{');
	json_pair(&j, "A", r->shown.announced);
	json_pair(&j, "W", r->shown.withdrawn);
	json_pair(&j, "B", r->shown.rib);
	json_pair(&j, "STATE", r->shown.states);
	json_close(&j, '}');
	json_pair(&j, "peers", peer_count(r->peers));
	json_pair(&j, "gaps", r->gaps);
	for (unsigned i = 0; i < DECODE_COUNT; i++)
		json_pair(&j, decode_count_name((enum decode_count)i), c->of[i]);
	json_key(&j, "faults");
	json_open(&j, '{');
	for (unsigned i = 1; i < BGP_FAULT_COUNT; i++)
		if (c->faults[i])
			json_pair(&j, bgp_fault_name((enum bgp_fault)i), c->faults[i]);
	json_close(&j, '}');
	json_close(&j, '}');
	puts(text_string(&t));
	text_free(&t);
}

static void count_line(const char *name, uint64_t value)
{
	printf("%-20s %12llu\n", name, (unsigned long long)value);
}

static void counts_print(const struct run *r)
{
	const struct decode_counts *c = decoder_counts(r->decoder);
	if (r->options.json) {
		counts_json(r);
		return;
	}
	count_line("A", r->shown.announced);
	count_line("W", r->shown.withdrawn);
	count_line("B", r->shown.rib);
	count_line("STATE", r->shown.states);
	count_line("peers", peer_count(r->peers));
	count_line("gaps", r->gaps);
	for (unsigned i = 0; i < DECODE_COUNT; i++)
		if (c->of[i])
			count_line(decode_count_name((enum decode_count)i), c->of[i]);
}

static int run_end(const struct run *r, int error)
{
	if (r->write_error == EPIPE)
		return DONE;
	if (r->write_error) {
		say("standard output", err_text(-r->write_error));
		return OWN_FAILURE;
	}
	if (error < 0) {
		say("internal", err_text(error));
		return OWN_FAILURE;
	}
	bool worries = name_worries(r);
	if (worries && !r->records)
		return NOTHING_READ;
	return worries ? NOT_RIGHT : DONE;
}

static int run(struct run *r)
{
	const struct bgp_options *o = &r->options;
	struct decode_options decode = {.routes = !o->count || bgp_filter_needs_routes(&o->filter),
					.bmp_all_views = o->all_views,
					.as_bgpdump = !o->count && o->format == BGP_FORMAT_DUMP,
					.trust_subtypes = o->no_guess};
	r->peers = peer_table_create();
	r->feed = feed_create();
	r->writer = o->count ? NULL : bgp_writer_create(o->format, r->peers);
	r->everything = bgp_filter_empty(&o->filter);
	r->bar = !o->quiet && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	r->decoder = decoder_create(r->peers, &decode, (struct obs_sink){take, r});
	sources_add(r);
	int error = feed_source_count(r->feed) ? records_read(r) : 0;
	if (o->count && feed_source_count(r->feed))
		counts_print(r);
	int status = run_end(r, error);
	decoder_free(r->decoder);
	bgp_writer_free(r->writer);
	feed_free(r->feed);
	peer_table_free(r->peers);
	return status;
}

int cli_bgp(int argc, char **argv)
{
	struct run *r = alloc_zero(1, sizeof(*r));
	int status = bgp_options_read(argc, argv, &r->options);
	signal(SIGPIPE, SIG_IGN);
	if (status < 0 && r->options.state)
		status = cli_bgp_state(r->options.paths, r->options.path_count, r->options.json);
	else if (status < 0)
		status = run(r);
	bgp_options_free(&r->options);
	free(r);
	return status;
}
