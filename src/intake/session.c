// SPDX-License-Identifier: ISC
// Inputs → feed → decode → pipeline.
#include "intake/session.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/version.h"
#include "intake/damage.h"
#include "intake/shipped.h"
#include "intake/watch_list.h"
#include "model/registry.h"

#include <stdlib.h>

#define EVIDENCE_FILES_MAX 1000 // named in an incident

void session_init(struct session *s, const char *command, const struct notice_sink *notices)
{
	*s = (struct session){
		.command = command, .notices = notices, .until = INSTANT_NONE, .definition = definition_default()};
	parameters_default(&s->parameters);
	inputs_init(&s->in, notices);
	s->in.lines = true;
}

void session_free(struct session *s)
{
	pipeline_free(s->pipeline);
	resume_free(&s->resume);
	inputs_free(&s->in);
	world_free(s->world);
	free(s->evidence);
	precedents_free(&s->precedents);
}

// The shipped list of known incidents. Without it nothing is compared, which is said.
static void read_precedents(struct session *s)
{
	struct text path = {0};
	struct file_error e = {.message = "not found"};
	int code = shipped_find("data/precedents.json", "LACUNA_PRECEDENTS", &path) ? 0 : ERR_NOT_FOUND;
	if (code == 0)
		code = precedents_read(text_string(&path), &s->precedents, &e);
	if (code < 0 && !s->quiet)
		notice_line(s->notices, "%s: the list of known incidents is left out: %s", s->command, e.message);
	text_free(&path);
}

static int add_paths(struct session *s, int n, char **paths)
{
	int failed = 0;
	for (int i = 0; i < n; i++)
		failed += inputs_add(&s->in, paths[i]) < 0;
	if (feed_source_count(s->in.feed) == 0) {
		if (!failed)
			notice_line(s->notices, "%s: no file that can be read was found", s->command);
		return failed || !s->in.recordings ? 3 : 1;
	}
	s->gaps += (uint64_t)failed;
	return 0;
}

static int add_watched(struct session *s)
{
	int code = s->watch_count || s->world_path ? world_open(s->world_path, &s->world) : 0;
	if (code < 0 && s->world_path) {
		notice_line(s->notices, "%s: %s: %s", s->command, s->world_path, err_text(code));
		return 3;
	}
	for (size_t i = 0; i < s->watch_count; i++) {
		code = watch_list_add(&s->in.entities, s->world, s->watch[i], s->notices);
		if (code < 0)
			return code == ERR_USAGE ? 2 : 3;
	}
	inputs_watch_series(&s->in);
	for (size_t i = 0; i < s->in.entities.count; i++)
		if (s->in.entities.at[i].watched)
			return 0;
	notice_line(s->notices, "%s: nothing to watch: name a country or network with --watch", s->command);
	return 2;
}

static void bad_line(void *context, const struct decode_bad_line *bad)
{
	struct session *s = context;
	struct text line = {0};
	if (s->growing)
		return;
	const char *path = feed_source(s->in.feed, bad->source)->path;
	text_put(&line, "lacuna: ");
	text_untrusted(&line, path, strlen(path));
	if (bad->more)
		text_printf(&line, ": %llu more lines cannot be read", (unsigned long long)bad->more);
	else
		text_printf(&line, ":%llu: %s", (unsigned long long)bad->line, bad->why);
	notice_line(s->notices, "%s", text_string(&line));
	text_free(&line);
}

struct session_gate { // what the state has already does not go to the engine again
	struct pipeline *pipeline;
	bool closed;
};

static int session_gate_take(void *context, const struct batch *b)
{
	struct session_gate *g = context;
	return g->closed ? 0 : pipeline_take(g->pipeline, b);
}

static bool session_stops(const struct session *s, const struct record *r, uint64_t taken)
{
	if (instant_known(s->until) && instant_known(r->time) && r->time.ns > s->until.ns)
		return true;
	return (s->stop && *s->stop) || (s->stop_after && taken >= s->stop_after);
}

static int session_record_take(struct session *s, struct decoder *d, struct session_gate *gate, const struct record *r)
{
	bool had = resume_has(&s->resume, r);
	if (s->resume.moved)
		return ERR_MALFORMED;
	if (had != gate->closed) {
		int code = decoder_flush(d);
		if (code < 0)
			return code;
		gate->closed = had;
	}
	if (r->kind == RECORD_GAP && !s->growing) {
		s->gaps++;
		if (!had)
			damage_say(s->notices, s->in.feed, r);
	}
	s->records += r->kind != RECORD_GAP && r->kind != RECORD_SOURCE_END;
	return decoder_take(d, r);
}

static void tell_progress(const struct session *s)
{
	uint64_t done, total;
	feed_progress(s->in.feed, &done, &total);
	notice_progress(s->notices, done, total);
}

static int session_records_read(struct session *s, struct decoder *d, struct session_gate *gate)
{
	struct record record;
	uint64_t taken = 0;
	int code;
	while ((code = feed_next(s->in.feed, &record)) > 0 && !session_stops(s, &record, taken)) {
		code = session_record_take(s, d, gate, &record);
		if (code < 0)
			break;
		if (++taken % 4096 == 0 && !s->quiet)
			tell_progress(s);
	}
	int flushed = decoder_flush(d);
	notice_progress_end(s->notices);
	return code < 0 ? code : flushed;
}

// The state is written before time passes beyond what was read: a run that goes on from it passes that time itself. So one
// that tells revisions ends with this.
static int session_run_end(struct session *s)
{
	struct snapshot_parts parts = {.pipeline = s->pipeline, .peers = s->in.peers, .targets = s->in.targets};
	int code = s->snapshot_path ? resume_save(&s->resume, s->in.feed, parts, s->snapshot_path) : 0;
	if (s->snapshot_path && s->revisions.take)
		return code;
	if (instant_known(s->until))
		pipeline_watermark(s->pipeline, s->until);
	else
		pipeline_finish(s->pipeline);
	return code;
}

static int run(struct session *s)
{
	struct session_gate gate = {.pipeline = s->pipeline};
	struct decode_options options = {
		.lines = true,
		.entities = &s->in.entities,
		.collectors = s->in.peers,
		.bad_line = bad_line,
		.bad_context = s,
	};
	struct registry_options into = {
		.peers = s->in.peers,
		.targets = s->in.targets,
		.entities = &s->in.entities,
		.out = {session_gate_take, &gate},
	};
	struct registry *registry = registry_create(&into);
	struct decoder *d = decoder_create(&options, registry_sender(registry));
	int code = session_records_read(s, d, &gate);
	if (s->resume.moved)
		notice_line(s->notices, "%s: a file is not the one that %s was written from", s->command,
			    s->resume_path);
	else if (code >= 0)
		code = session_run_end(s);
	s->counts = *decoder_counts(d);
	decoder_free(d);
	registry_free(registry);
	return code < 0 ? code : 0;
}

// From the state that is to be gone on from; from the beginning where it cannot be used.
static void session_pipeline_make(struct session *s, const struct pipeline_options *options)
{
	s->pipeline = pipeline_create(options);
	if (!resume_load(&s->resume, s->pipeline, s->in.targets)) {
		pipeline_free(s->pipeline);
		s->pipeline = pipeline_create(options);
	}
	resume_sources(&s->resume, s->in.feed);
}

int session_run(struct session *s, int n, char **paths)
{
	s->resume = (struct resume){.command = s->command, .notices = s->notices, .path = s->resume_path};
	resume_open(&s->resume, s->in.peers, s->in.targets);
	int status = add_paths(s, n, paths);
	if (status)
		return status;
	status = add_watched(s);
	if (status)
		return status;
	struct text numbers = {0};
	parameters_text(&numbers, &s->parameters);
	digest_bytes(numbers.bytes, numbers.length, s->parameters_digest);
	text_free(&numbers);
	read_precedents(s);
	struct pipeline_options options = {
		.parameters = &s->parameters,
		.cut_ns = s->cut_ns,
		.revisions = s->revisions,
		.version = LACUNA_VERSION,
		.parameters_digest = s->parameters_digest,
		.known = s->precedents.at,
		.known_count = s->precedents.count,
		.peers = s->in.peers,
		.targets = s->in.targets,
		.entities = &s->in.entities,
		.definition = s->definition,
		.full_floor = s->full_feed_floor ? s->full_feed_floor : s->in.full_feed_floor,
	};
	session_pipeline_make(s, &options);
	int code = run(s);
	if (code < 0) {
		notice_line(s->notices, "%s: %s", s->command, err_text(code));
		return 4;
	}
	if (!s->records) {
		if (!s->growing)
			notice_line(s->notices, "%s: no record could be read", s->command);
		return 3;
	}
	if (s->growing)
		return 0;
	bool damaged = s->gaps || s->in.unread_kinds || s->counts.of[DECODE_MALFORMED] ||
		       s->counts.of[DECODE_MALFORMED_UPDATE] || s->counts.of[DECODE_BAD_LINES];
	return damaged ? 1 : 0;
}

void session_view(const struct session *s, struct incident_view *ret)
{
	*ret = (struct incident_view){
		.entities = &s->in.entities,
		.incidents = pipeline_incidents(s->pipeline),
		.blind = pipeline_blind(s->pipeline),
		.peers = s->in.peers,
		.targets = s->in.targets,
		.definition = s->definition->name,
		.definition_says = s->definition->says,
		.version = LACUNA_VERSION,
		.parameters = s->parameters_digest,
		.evidence = s->evidence,
		.evidence_count = s->evidence_count,
		.first = pipeline_first(s->pipeline),
		.last = pipeline_last(s->pipeline),
	};
}

void session_evidence(struct session *s)
{
	size_t n = feed_source_count(s->in.feed);
	n = n < EVIDENCE_FILES_MAX ? n : EVIDENCE_FILES_MAX;
	s->evidence = alloc_zero(n, sizeof(*s->evidence));
	s->evidence_count = n;
	for (size_t i = 0; i < n; i++) {
		const struct feed_source *source = feed_source(s->in.feed, i);
		struct evidence_file *e = &s->evidence[i];
		e->file = inputs_relative(&s->in, source->path);
		e->bytes = source->file_bytes;
		if (digest_file(source->path, e->sha256) < 0)
			e->sha256[0] = '\0';
	}
}
