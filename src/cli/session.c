// SPDX-License-Identifier: ISC
// Inputs → feed → decode → pipeline.
#include "cli/session.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/damage.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/shipped.h"
#include "cli/version.h"
#include "cli/watch_list.h"

#include <stdio.h>
#include <stdlib.h>

#define EVIDENCE_FILES_MAX 1000 // named in an incident

void session_init(struct session *s, const char *command)
{
	*s = (struct session){.command = command, .until = INSTANT_NONE, .definition = definition_default()};
	pipeline_decisions(&s->decisions);
	inputs_init(&s->in);
	s->in.lines = true;
}

void session_free(struct session *s)
{
	pipeline_free(s->pipeline);
	inputs_free(&s->in);
	world_free(s->world);
	free(s->known);
	free(s->evidence);
	precedents_free(&s->precedents);
}

// The shipped list of known incidents. Without it nothing is compared, which is said.
static void read_precedents(struct session *s)
{
	struct text path = {0};
	char message[512] = "not found";
	int code = shipped_find("data/precedents.json", "LACUNA_PRECEDENTS", &path) ? 0 : ERR_NOT_FOUND;
	if (code == 0)
		code = precedents_read(text_string(&path), &s->precedents, message, sizeof(message));
	if (code < 0 && !s->quiet)
		say_line("%s: the list of known incidents is left out: %s", s->command, message);
	text_free(&path);
	s->known = alloc_zero(s->precedents.count, sizeof(*s->known));
	for (size_t i = 0; i < s->precedents.count; i++) {
		const struct precedent *p = &s->precedents.at[i];
		struct precedent_facts *f = &s->known[i].facts;
		s->known[i].id = p->id;
		*f = (struct precedent_facts){
			.moved = p->moved,
			.still = p->still,
			.start = p->start,
			.start_uncertainty_s = p->start_uncertainty_s,
			.duration_s = p->duration_s,
			.fraction_down = p->fraction_down,
		};
		memcpy(f->order, p->order, sizeof(f->order));
		memcpy(f->recovery, p->recovery, sizeof(f->recovery));
	}
}

static int add_paths(struct session *s, int n, char **paths)
{
	int failed = 0;
	for (int i = 0; i < n; i++)
		failed += inputs_add(&s->in, paths[i]) < 0;
	if (feed_source_count(s->in.feed) == 0) {
		if (!failed)
			fprintf(stderr, "%s: no file that can be read was found\n", s->command);
		return failed || !s->in.recordings ? 3 : 1;
	}
	s->gaps += (uint64_t)failed;
	return 0;
}

static int add_watched(struct session *s)
{
	int code = s->watch_count || s->world_path ? world_open(s->world_path, &s->world) : 0;
	if (code < 0 && s->world_path) {
		say_line("%s: %s: %s", s->command, s->world_path, err_text(code));
		return 3;
	}
	for (size_t i = 0; i < s->watch_count; i++) {
		code = watch_list_add(&s->in.entities, s->world, s->watch[i]);
		if (code < 0)
			return code == ERR_USAGE ? 2 : 3;
	}
	inputs_watch_series(&s->in);
	for (size_t i = 0; i < s->in.entities.count; i++)
		if (s->in.entities.at[i].watched)
			return 0;
	fprintf(stderr, "%s: nothing to watch: name a country or network with --watch\n", s->command);
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
		text_printf(&line, ": %llu more lines cannot be read\n", (unsigned long long)bad->more);
	else
		text_printf(&line, ":%llu: %s\n", (unsigned long long)bad->line, bad->why);
	fwrite(line.bytes, 1, line.length, stderr);
	text_free(&line);
}

static int run(struct session *s)
{
	struct decode_options options = {
		.targets = s->in.targets,
		.entities = &s->in.entities,
		.bad_line = bad_line,
		.bad_context = s,
	};
	struct obs_sink sink = {pipeline_take, s->pipeline};
	struct decoder *d = decoder_create(s->in.peers, &options, sink);
	struct progress progress;
	struct record record;
	int code;
	progress_begin(&progress, s->quiet);
	while ((code = feed_next(s->in.feed, &record)) > 0) {
		if (instant_known(s->until) && instant_known(record.time) && record.time.ns > s->until.ns)
			break;
		if (record.kind == RECORD_GAP && !s->growing) {
			s->gaps++;
			damage_say(s->in.feed, &record);
		}
		s->records += record.kind != RECORD_GAP && record.kind != RECORD_SOURCE_END;
		code = decoder_take(d, &record);
		if (code < 0)
			break;
		if (s->records % 4096 == 0) {
			uint64_t done, total;
			feed_progress(s->in.feed, &done, &total);
			progress_at(&progress, done, total);
		}
	}
	int flushed = decoder_flush(d);
	code = code < 0 ? code : flushed;
	progress_end(&progress);
	if (instant_known(s->until))
		pipeline_watermark(s->pipeline, s->until);
	else
		pipeline_finish(s->pipeline);
	s->counts = *decoder_counts(d);
	decoder_free(d);
	return code < 0 ? code : 0;
}

// What the run decides by: its numbers, and the world data that named what is watched.
static int digest_run(struct session *s)
{
	struct text numbers = {0};
	decisions_text(&numbers, &s->decisions);
	if (s->world) {
		struct instant stated = world_data_time(s->world);
		s->world_digest.date = instant_known(stated) ? stated : world_built(s->world);
		int code = digest_file(world_path(s->world), s->world_digest.sha256);
		if (code < 0) {
			say_line("%s: %s: %s", s->command, world_path(s->world), err_text(code));
			text_free(&numbers);
			return 3;
		}
		text_printf(&numbers, "world=%s\n", s->world_digest.sha256);
	}
	digest_bytes(numbers.bytes, numbers.length, s->parameters_digest);
	text_free(&numbers);
	return 0;
}

int session_run(struct session *s, int n, char **paths)
{
	int status = add_paths(s, n, paths);
	if (status)
		return status;
	status = add_watched(s);
	if (status)
		return status;
	status = digest_run(s);
	if (status)
		return status;
	read_precedents(s);
	struct pipeline_options options = {
		.decisions = &s->decisions,
		.cut_ns = s->cut_ns,
		.revisions = s->revisions,
		.version = LACUNA_VERSION,
		.parameters_digest = s->parameters_digest,
		.world = s->world_digest,
		.known = s->known,
		.known_count = s->precedents.count,
		.peers = s->in.peers,
		.targets = s->in.targets,
		.entities = &s->in.entities,
		.definition = s->definition,
		.full_floor = s->full_feed_floor ? s->full_feed_floor : s->in.full_feed_floor,
	};
	s->pipeline = pipeline_create(&options);
	int code = run(s);
	if (code < 0) {
		fprintf(stderr, "%s: %s\n", s->command, err_text(code));
		return 4;
	}
	if (!s->records) {
		if (!s->growing)
			fprintf(stderr, "%s: no record could be read\n", s->command);
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
		.world = s->world_digest,
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
