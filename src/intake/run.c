// SPDX-License-Identifier: ISC
// Inputs → feed → decode → pipeline.
#include "intake/run.h"
#include "intake/run_priv.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/version.h"
#include "engine/watch.h"
#include "intake/account.h"
#include "intake/archive.h"
#include "intake/damage.h"
#include "intake/shipped.h"
#include "intake/sources.h"
#include "intake/watch_list.h"
#include "intake/witness.h"
#include "model/registry.h"

#include <stdlib.h>

void run_init(struct intake_run *s, const char *command, const struct notice_sink *notices)
{
	must(command && notices);
	*s = (struct intake_run){.command = command, .notices = notices, .until = INSTANT_NONE, .passed = INSTANT_NONE};
	s->definition = definition_default();
	pipeline_decisions(&s->decisions);
	inputs_init(&s->in, notices);
	s->in.lines = true;
}

void run_free(struct intake_run *s)
{
	decoder_free(s->decoder);
	registry_free(s->registry);
	pipeline_free(s->pipeline);
	resume_free(&s->resume);
	inputs_free(&s->in);
	exclude_free(&s->exclude);
	world_free(s->world);
	watching_free(&s->watching);
	free(s->evidence);
	free(s->holds);
	precedents_free(&s->precedents);
	run_logs_free(s);
}

// The shipped list of known incidents. Without it nothing is compared, which is said.
static void run_read_precedents(struct intake_run *s)
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

static int run_add_paths(struct intake_run *s, int n, char **paths)
{
	int failed = 0;
	if (s->growing)
		feed_growing(s->in.feed, s->lateness_ns);
	for (int i = 0; i < n; i++)
		failed += (s->growing ? inputs_look(&s->in, paths[i], true) : inputs_add(&s->in, paths[i])) < 0;
	if (s->growing)
		return failed ? 3 : 0; // what is not there yet may come
	if (feed_source_count(s->in.feed) == 0) {
		if (!failed)
			notice_line(s->notices, "%s: no file that can be read was found", s->command);
		return 3;
	}
	s->gaps += (uint64_t)failed;
	return 0;
}

// What is wrong with files of lines, where they are not read any further. Whether something is.
static bool run_say_lines(struct intake_run *s)
{
	struct feed *f = feed_create();
	struct record r;
	bool damaged = false;
	for (size_t i = 0; i < feed_source_count(s->in.feed); i++)
		if (feed_holds_lines(feed_source(s->in.feed, i)->path))
			(void)feed_add(f, feed_source(s->in.feed, i)->path, 0); // no more than fit before
	while (feed_next(f, &r) == 1)
		if (r.kind == RECORD_GAP) {
			damage_say(s->notices, f, &r);
			damaged = true;
		}
	feed_free(f);
	return damaged;
}

// An entity by any of its names.
static int run_watch_one(struct intake_run *s, const char *word)
{
	struct text meant = {0};
	bool typed = inputs_has_series(&s->in, word); // a series may be of what is no id of ours
	watch_list_meant(&s->in.entities, word, &meant);
	const char *id = typed ? word : text_string(&meant);
	// Series need no address space: a file of them that names the entity is enough.
	bool known = !watch_list_placed(&s->in.entities, s->world, id) && inputs_has_series(&s->in, id);
	struct entity *e = known ? entity_add(&s->in.entities, id) : NULL;
	int code = 0;
	if (e)
		e->watched = true;
	else
		code = watch_list_add(&s->in.entities, s->world, id, s->notices);
	text_free(&meant);
	return code;
}

static int run_add_watched(struct intake_run *s)
{
	int code = s->watch_count || s->world_path || s->watching.path ? world_open(s->world_path, &s->world) : 0;
	if (code < 0 && s->world_path) {
		notice_line(s->notices, "%s: %s: %s", s->command, s->world_path, err_text(code));
		return 3;
	}
	for (size_t i = 0; i < s->watch_count; i++) {
		code = run_watch_one(s, s->watch[i]);
		if (code < 0 && code != ERR_USAGE)
			(void)run_say_lines(s); // it may be that a file is not what it was thought to be
		if (code < 0)
			return code == ERR_USAGE ? 2 : 3;
	}
	code = watching_open(s);
	if (code)
		return code;
	inputs_watch_series(&s->in);
	for (size_t i = 0; i < s->in.entities.count; i++)
		if (s->in.entities.at[i].watched)
			return 0;
	bool damaged = run_say_lines(s);
	notice_line(s->notices, "%s: nothing to watch: name a country or network with --watch", s->command);
	return damaged ? 3 : 2;
}

static void run_bad_line(void *context, const struct decode_bad_line *bad)
{
	struct intake_run *s = context;
	struct text line = {0};
	const char *path = feed_source(s->in.feed, bad->source)->path;
	text_put(&line, "lacuna: ");
	text_untrusted(&line, path, strlen(path));
	if (bad->contradicts)
		text_printf(
			&line,
			": %llu values are left out: another of the same series and time was taken (of two downloads, that of the newer)",
			(unsigned long long)bad->more);
	else if (bad->more)
		text_printf(&line, ": %llu more lines cannot be read", (unsigned long long)bad->more);
	else
		text_printf(&line, ":%llu: %s", (unsigned long long)bad->line, bad->why);
	notice_line(s->notices, "%s", text_string(&line));
	text_free(&line);
}

static void run_tell_progress(const struct intake_run *s)
{
	uint64_t done, total;
	feed_progress(s->in.feed, &done, &total);
	notice_progress(s->notices, done, total);
}

// Everything that reaches the engine passes here, in order of arrival.
static int run_take_batch(void *context, const struct batch *b)
{
	struct intake_run *s = context;
	struct batch part;
	struct run_input in = {.kind = RUN_BATCH, .batch = b};
	int stop = s->from_log ? run_log_part(s, b, &part) : 0;
	struct batch kept;
	if (s->from_log)
		in.batch = &part;
	if (s->had || (s->from_log && !part.count))
		return stop;
	if (UNLIKELY(exclude_any(&s->exclude))) {
		exclude_batch(&s->exclude, s->in.peers, in.batch, &kept);
		in.batch = &kept;
	}
	if (s->tap.take)
		s->tap.take(s->tap.context, &in);
	int code = session_log_batch(&s->log, in.batch);
	code = code < 0 ? code : pipeline_take(s->pipeline, in.batch);
	return code < 0 ? code : stop;
}

// Nothing older than `time` comes any more.
int run_pass_time(struct intake_run *s, struct instant time)
{
	struct run_input in = {.kind = RUN_TIME, .time = time};
	if (!instant_known(time) || (instant_known(s->passed) && time.ns <= s->passed.ns))
		return 0;
	s->passed = time;
	if (s->tap.take)
		s->tap.take(s->tap.context, &in);
	int code = session_log_time(&s->log, time);
	pipeline_watermark(s->pipeline, time);
	return code;
}

static int run_take_record(struct intake_run *s, const struct record *r)
{
	bool had = resume_has(&s->resume, r);
	int code = s->resume.moved ? ERR_MALFORMED : had != s->had ? decoder_flush(s->decoder) : 0;
	if (code < 0)
		return code;
	if (resume_rested(&s->resume, r)) {
		struct record rest = *r; // what a rest closes is closed in the state
		rest.kind = RECORD_SOURCE_REST;
		s->had = true;
		code = decoder_take(s->decoder, &rest);
		code = code < 0 ? code : decoder_flush(s->decoder);
		if (code < 0)
			return code;
	}
	s->had = had;
	if (r->kind == RECORD_GAP) {
		s->gaps++;
		if (!had)
			damage_say(s->notices, s->in.feed, r);
	}
	sources_note(s, r);
	s->records += r->kind != RECORD_GAP && r->kind != RECORD_SOURCE_END && r->kind != RECORD_SOURCE_REST;
	return decoder_take(s->decoder, r);
}

int run_read(struct intake_run *s)
{
	struct record record;
	uint64_t taken = 0;
	int code = 0, got = 0;
	while (code >= 0 && !(s->stop && *s->stop) && !(s->stop_after && taken >= s->stop_after) &&
	       (got = feed_next(s->in.feed, &record)) == 1) {
		if (instant_known(s->until) && instant_known(record.time) && record.time.ns > s->until.ns) {
			s->over = true;
			got = 0;
			break;
		}
		code = run_take_record(s, &record);
		taken++;
		if (s->records % 4096 == 0 && !s->quiet && !s->growing)
			run_tell_progress(s);
	}
	int flushed = decoder_flush(s->decoder);
	notice_progress_end(s->notices);
	s->counts = *decoder_counts(s->decoder);
	code = code < 0 ? code : flushed;
	if (code >= 0 && s->growing)
		code = run_pass_time(s, feed_passed(s->in.feed));
	return code < 0 ? code : got == FEED_AGAIN ? RUN_AGAIN : 0;
}

int run_finish(struct intake_run *s)
{
	struct run_input end = {.kind = RUN_END, .time = INSTANT_NONE};
	if (instant_known(s->until) && (s->over || s->growing)) // where the data end before, they end
		return run_pass_time(s, s->until);
	if (s->tap.take)
		s->tap.take(s->tap.context, &end);
	pipeline_finish(s->pipeline);
	return session_log_end(&s->log);
}

int run_drain(struct intake_run *s)
{
	feed_drain(s->in.feed);
	s->stop = NULL; // it has been heard
	int code = run_read(s);
	return code < 0 ? code : run_pass_time(s, pipeline_last(s->pipeline));
}

// What the run decides by: its numbers, and the world data that named what is watched.
void run_digest(struct intake_run *s)
{
	struct text numbers = {0};
	decisions_text(&numbers, &s->decisions);
	if (s->world_digest.sha256[0])
		text_printf(&numbers, "world=%s\n", s->world_digest.sha256);
	digest_bytes(numbers.bytes, numbers.length, s->parameters_digest);
	text_free(&numbers);
}

// What does not depend on the input.
void run_prepare(struct intake_run *s)
{
	run_digest(s);
	run_read_precedents(s);
}

static struct pipeline_options run_options(const struct intake_run *s)
{
	return (struct pipeline_options){
		.decisions = &s->decisions,
		.cut_ns = s->cut_ns,
		.revisions = s->revisions,
		.points = s->points,
		.version = LACUNA_VERSION,
		.parameters_digest = s->parameters_digest,
		.world = s->world_digest,
		.known = s->precedents.at,
		.known_count = s->precedents.count,
		.peers = s->in.peers,
		.targets = s->in.targets,
		.entities = &s->in.entities,
		.definition = s->definition,
		.full_floor = s->full_feed_floor ? s->full_feed_floor : s->in.full_feed_floor,
	};
}

int run_watch_change(struct intake_run *s, const struct watch_change *change)
{
	struct pipeline_options options = run_options(s);
	int code = s->decoder ? decoder_flush(s->decoder) : 0;
	if (code >= 0)
		code = watch_change(&s->pipeline, &options, change);
	return code < 0 ? code : session_log_watched(&s->log);
}

// The engine over the entities that are known now. Whether it has what the state has, where there is one.
bool run_engine(struct intake_run *s)
{
	struct pipeline_options options = run_options(s);
	s->pipeline = pipeline_create(&options);
	bool loaded = resume_load(&s->resume, s->pipeline, s->in.targets);
	if (!loaded) {
		pipeline_free(s->pipeline);
		s->pipeline = pipeline_create(&options);
	}
	return loaded;
}

void run_registry(struct intake_run *s)
{
	struct registry_options into = {
		.peers = s->in.peers,
		.targets = s->in.targets,
		.entities = &s->in.entities,
		.out = {run_take_batch, s},
	};
	s->registry = registry_create(&into);
}

void run_resume(struct intake_run *s)
{
	s->resume = (struct resume){.command = s->command, .notices = s->notices, .path = s->resume_path};
	resume_open(&s->resume, s->in.peers, s->in.targets);
}

int run_open(struct intake_run *s, int n, char **paths)
{
	for (int i = 0; s->growing && i < n; i++)
		if (journal_is(paths[i])) {
			notice_line(s->notices,
				    "%s: %s: an event log is read as far as it is written, and not followed",
				    s->command, paths[i]);
			return 2;
		}
	run_resume(s);
	int status = run_add_paths(s, n, paths);
	if (status)
		return status;
	status = run_add_watched(s);
	if (status)
		return status;
	status = sources_world(s);
	if (status)
		return status;
	run_prepare(s);
	if (!s->quiet)
		witness_tell(s);
	run_engine(s);
	run_registry(s);
	resume_sources(&s->resume, s->in.feed);
	struct decode_options decode = {
		.lines = true,
		.entities = &s->in.entities,
		.collectors = s->in.peers,
		.bad_line = run_bad_line,
		.bad_context = s,
	};
	s->decoder = decoder_create(&decode, registry_sender(s->registry));
	if (!s->growing) // what is still being written has not all its files
		archive_tell(s->in.feed, s->in.peers, s->decoder);
	return s->log_dir && session_log_open(&s->log, s, s->registry) < 0 ? 4 : 0;
}

static struct snapshot_parts run_parts(const struct intake_run *s)
{
	return (struct snapshot_parts){.pipeline = s->pipeline, .peers = s->in.peers, .targets = s->in.targets};
}

int run_state_save(struct intake_run *s)
{
	if (!s->snapshot_path)
		return 0;
	resume_save_wait(&s->resume, s->snapshot_path, true);
	return resume_save(&s->resume, s->from_log ? NULL : s->in.feed, run_parts(s), s->snapshot_path);
}

void run_state_save_start(struct intake_run *s)
{
	if (s->snapshot_path)
		resume_save_start(&s->resume, s->in.feed, run_parts(s), s->snapshot_path);
}

// The state is written before time passes beyond what was read: a run that goes on from it passes that time itself. So one
// that tells revisions ends with this.
int run_end(struct intake_run *s)
{
	int code = run_state_save(s);
	if (code < 0 || (s->snapshot_path && s->revisions.take))
		return code;
	return !s->from_log || s->log_ended || instant_known(s->until) ? run_finish(s) : 0;
}

int run_paths(struct intake_run *s, int n, char **paths)
{
	must(n > 0 && paths);
	int logs = run_are_logs(s, n, paths);
	if (logs)
		return logs < 0 ? 2 : run_logs(s, n, paths);
	int status = run_open(s, n, paths);
	if (status)
		return status;
	int code = run_read(s), ended = code < 0 ? 0 : run_end(s);
	code = code < 0 ? code : ended;
	ended = session_log_close(&s->log, s);
	return run_status(s, code < 0 ? code : ended);
}

void run_view(const struct intake_run *s, struct incident_view *ret)
{
	must(s->pipeline);
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
