// SPDX-License-Identifier: ISC
// Inputs → feed → decode → pipeline.
#include "intake/run.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/version.h"
#include "engine/watch.h"
#include "intake/account.h"
#include "intake/archive.h"
#include "intake/damage.h"
#include "intake/shipped.h"
#include "intake/watch_list.h"
#include "intake/witness.h"
#include "journal/configuration.h"
#include "journal/reader.h"
#include "model/registry.h"

#include <errno.h>
#include <stdlib.h>

#define EVIDENCE_FILES_MAX 1000		// named in an incident
#define RUN_LOG_OVER	   (-ECANCELED) // ends the reading of logs at `until`

struct run_log {
	const char *dir;
	struct text configuration; // the newest; "": none was read yet
	bool ended;		   // it says that its data ended
};

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
	for (size_t i = 0; i < s->log_count; i++)
		text_free(&s->logs[i].configuration);
	free(s->logs);
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

static int run_log_part(struct intake_run *s, const struct batch *whole, struct batch *ret);

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
static int run_pass_time(struct intake_run *s, struct instant time)
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

// Of what kind the records of each file are: what a finding was read off.
static void run_note_kind(struct intake_run *s, const struct record *r)
{
	bool lines = r->kind == RECORD_LINE;
	uint8_t kind = r->kind == RECORD_MRT	? SOURCE_ROUTES
		       : r->kind == RECORD_BMP	? SOURCE_BMP
		       : !lines			? 0
		       : r->form == LINE_SERIES ? SOURCE_SERIES
						: SOURCE_PROBES;
	while (kind && s->holds_count <= r->source) {
		alloc_grow((void **)&s->holds, s->holds_count, &s->holds_capacity, sizeof(*s->holds));
		s->holds[s->holds_count++] = 0;
	}
	if (kind)
		s->holds[r->source] |= kind;
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
	run_note_kind(s, r);
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
	if (instant_known(s->until))
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
static void run_digest(struct intake_run *s)
{
	struct text numbers = {0};
	decisions_text(&numbers, &s->decisions);
	if (s->world_digest.sha256[0])
		text_printf(&numbers, "world=%s\n", s->world_digest.sha256);
	digest_bytes(numbers.bytes, numbers.length, s->parameters_digest);
	text_free(&numbers);
}

// As much of it as a log has room for; fit to be shown.
static void run_attribution(struct world_digest *w, const char *attribution)
{
	struct text t = {0};
	text_untrusted(&t, attribution, strlen(attribution));
	size_t n = t.length < sizeof(w->attribution) - 1 ? t.length : sizeof(w->attribution) - 1;
	while (n < t.length && n > 0 && ((uint8_t)t.bytes[n] & 0xc0) == 0x80)
		n--;
	if (n)
		memcpy(w->attribution, t.bytes, n);
	w->attribution[n] = '\0';
	text_free(&t);
}

// 0, or the exit status when the file cannot be read any more.
static int run_world(struct intake_run *s)
{
	if (!s->world)
		return 0;
	struct instant stated = world_data_time(s->world);
	s->world_digest.date = instant_known(stated) ? stated : world_built(s->world);
	run_attribution(&s->world_digest, world_attribution(s->world));
	int code = digest_file(world_path(s->world), s->world_digest.sha256);
	if (code < 0)
		notice_line(s->notices, "%s: %s: %s", s->command, world_path(s->world), err_text(code));
	return code < 0 ? 3 : 0;
}

// What does not depend on the input.
static void run_prepare(struct intake_run *s)
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
static bool run_engine(struct intake_run *s)
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

static void run_registry(struct intake_run *s)
{
	struct registry_options into = {
		.peers = s->in.peers,
		.targets = s->in.targets,
		.entities = &s->in.entities,
		.out = {run_take_batch, s},
	};
	s->registry = registry_create(&into);
}

static void run_resume(struct intake_run *s)
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
	status = run_world(s);
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
static int run_end(struct intake_run *s)
{
	int code = run_state_save(s);
	if (code < 0 || (s->snapshot_path && s->revisions.take))
		return code;
	return !s->from_log || s->log_ended || instant_known(s->until) ? run_finish(s) : 0;
}

// ---- from logs ----

// What all logs watch now.
static int run_log_wanted(const struct intake_run *s, struct entity_list *ret)
{
	int code = 0;
	for (size_t i = 0; i < s->log_count && code == 0; i++) {
		struct journal_configured found = {0};
		const struct text *t = &s->logs[i].configuration;
		uint64_t line = 0;
		if (t->length)
			code = journal_configuration_read(cursor_of(t->bytes, t->length), ret, NULL, &found, &line);
		journal_configured_free(&found);
	}
	return code;
}

// What another list watches from here on.
static int run_log_watched(struct intake_run *s)
{
	struct entity_list wanted = {0};
	int code = run_log_wanted(s, &wanted);
	if (code == 0)
		code = watching_change(s, &wanted);
	entity_list_free(&wanted);
	return code;
}

// Before an engine is there: only what the newest lists watch is watched.
static int run_log_watch(struct intake_run *s)
{
	struct entity_list wanted = {0};
	int code = run_log_wanted(s, &wanted);
	for (size_t i = 0; i < s->in.entities.count; i++) {
		struct entity *e = &s->in.entities.at[i];
		const struct entity *w = entity_find(&wanted, e->id);
		e->watched = w && w->watched;
	}
	entity_list_free(&wanted);
	return code;
}

// The world data that a log was written with; of several that differ the first log's are named.
static void run_log_world(struct intake_run *s, size_t log, const struct journal_configured *found)
{
	if (!found->world[0] || strcmp(found->world, s->world_digest.sha256) == 0)
		return;
	if (s->world_digest.sha256[0]) {
		notice_line(s->notices, "%s: %s: was written with other world data than the log before it", s->command,
			    s->logs[log].dir);
		return;
	}
	s->world_digest = (struct world_digest){.date = found->world_date};
	memcpy(s->world_digest.sha256, found->world, sizeof(found->world));
	if (found->attribution)
		run_attribution(&s->world_digest, found->attribution);
	run_digest(s);
}

static int run_log_configuration(void *context, size_t log, struct cursor text)
{
	struct intake_run *s = context;
	struct journal_configured found = {0};
	struct text *newest = &s->logs[log].configuration;
	uint64_t line = 0;
	text_clear(newest);
	text_bytes(newest, text.at, cursor_left(&text));
	int code = s->pipeline ? run_log_watched(s) : 0;
	if (code == 0)
		code = journal_configuration_read(text, &s->in.entities, s->in.targets, &found, &line);
	if (code == 0 && !s->pipeline)
		run_log_world(s, log, &found);
	if (code == 0 && found.parameters && strcmp(found.parameters, s->parameters_digest) != 0)
		notice_line(s->notices,
			    "%s: the log was written with other numbers: its revisions may have read differently",
			    s->command);
	if (code == 0 && !s->pipeline && found.full_floor > s->in.full_feed_floor)
		s->in.full_feed_floor = found.full_floor;
	journal_configured_free(&found);
	return code;
}

// The engine begins where the state ends, so that it knows the lists of that time. 0; ERR_NOT_FOUND: no list was read yet;
// ERR_USAGE: the state could not be used, and what it has is to be read again.
static int run_log_begin(struct intake_run *s)
{
	bool listed = false;
	for (size_t i = 0; i < s->log_count; i++)
		listed |= s->logs[i].configuration.length > 0;
	if (!listed)
		return ERR_NOT_FOUND;
	int code = run_log_watch(s);
	if (code < 0)
		return code;
	target_refresh(s->in.targets);
	bool loaded = run_engine(s);
	resume_log_loaded(&s->resume);
	return loaded || !s->resume.inputs ? 0 : ERR_USAGE;
}

// Counts n inputs. ret_had: so many of them, the first ones, the state has.
static int run_log_count(struct intake_run *s, size_t n, size_t *ret_had)
{
	bool begun = s->pipeline || resume_log_waits(&s->resume);
	int code = begun ? 0 : run_log_begin(s);
	*ret_had = code == 0 ? resume_log_has(&s->resume, n) : n;
	if (code == 0 && !s->pipeline && !resume_log_waits(&s->resume))
		code = run_log_begin(s);		     // before another list comes
	return code == ERR_NOT_FOUND ? ERR_MALFORMED : code; // nobody knows what it is about
}

// What the engine is given of a batch: what the state does not have, and nothing from `until` on, where reading ends.
static int run_log_part(struct intake_run *s, const struct batch *whole, struct batch *ret)
{
	size_t n = 0, had = 0;
	*ret = (struct batch){0};
	while (n < whole->count && !(instant_known(s->until) && whole->obs[n].time.ns > s->until.ns))
		n++;
	s->log_over |= n < whole->count;
	int code = n ? run_log_count(s, n, &had) : 0;
	if (code < 0)
		return code;
	*ret = batch_part(whole, had, n - had);
	return s->log_over ? RUN_LOG_OVER : 0;
}

static struct batch_sink run_log_sender(void *context)
{
	struct intake_run *s = context;
	return registry_sender(s->registry);
}

static int run_log_time(void *context, struct instant time)
{
	struct intake_run *s = context;
	size_t had = 0;
	s->log_over |= instant_known(s->until) && time.ns > s->until.ns;
	if (s->log_over)
		return RUN_LOG_OVER;
	int code = run_log_count(s, 1, &had);
	return code < 0 || had ? code : run_pass_time(s, time);
}

static int run_log_note(void *context, size_t log, struct instant time, struct cursor text)
{
	struct intake_run *s = context;
	(void)time;
	s->logs[log].ended |= cursor_left(&text) == strlen(SESSION_LOG_END) &&
			      memcmp(text.at, SESSION_LOG_END, strlen(SESSION_LOG_END)) == 0;
	return 0;
}

static void run_log_damage(void *context, const struct journal_damage *d)
{
	struct intake_run *s = context;
	s->gaps++;
	notice_line(s->notices, "%s: %s: damaged at byte %llu (%llu bytes)", s->command, d->file,
		    (unsigned long long)d->offset, (unsigned long long)d->bytes);
}

static int run_logs_read(struct intake_run *s, char **dirs, struct journal_totals *totals)
{
	struct journal_target target = {
		.sender = run_log_sender,
		.sender_context = s,
		.cut = run_log_time,
		.configuration = run_log_configuration,
		.note = run_log_note,
		.context = s,
		.listener = {run_log_damage, s},
	};
	int code = journal_replay(s->log_count, dirs, &target, totals);
	code = code == RUN_LOG_OVER && s->log_over ? 0 : code;
	if (code >= 0 && !s->pipeline)
		code = run_log_begin(s);
	return code == ERR_NOT_FOUND ? 0 : code;
}

// What was read is read again, without a state.
static void run_logs_again(struct intake_run *s)
{
	registry_free(s->registry);
	pipeline_free(s->pipeline);
	s->pipeline = NULL;
	s->gaps = 0;
	resume_log_forget(&s->resume);
	for (size_t i = 0; i < s->log_count; i++)
		text_clear(&s->logs[i].configuration);
	run_registry(s);
}

static int run_logs(struct intake_run *s, int n, char **dirs)
{
	struct journal_totals *totals = alloc_zero((size_t)n, sizeof(*totals));
	s->log_count = (size_t)n;
	s->logs = alloc_zero(s->log_count, sizeof(*s->logs));
	for (size_t i = 0; i < s->log_count; i++)
		s->logs[i].dir = dirs[i];
	s->from_log = true;
	run_resume(s);
	resume_log(&s->resume);
	run_prepare(s);
	run_registry(s);
	int code = run_logs_read(s, dirs, totals);
	if (code == ERR_USAGE) {
		run_logs_again(s);
		code = run_logs_read(s, dirs, totals);
	}
	s->log_ended = true;
	for (size_t i = 0; i < s->log_count; i++) {
		s->records += totals[i].records[JOURNAL_BATCH];
		s->gaps += totals[i].unreadable;
		s->log_ended &= s->logs[i].ended;
	}
	free(totals);
	if (code >= 0 && s->pipeline)
		code = run_end(s);
	return run_status(s, code);
}

// Whether the paths are event logs, all of them. -1 after a message: some are, and cannot be read with the others.
static int run_are_logs(const struct intake_run *s, int n, char **paths)
{
	int logs = 0;
	for (int i = 0; i < n; i++) {
		size_t length = strlen(paths[i]);
		const char *end = paths[i] + (length > strlen(JOURNAL_SUFFIX) ? length - strlen(JOURNAL_SUFFIX) : 0);
		logs += journal_is(paths[i]);
		if (strcmp(end, JOURNAL_SUFFIX) != 0)
			continue;
		notice_line(s->notices, "%s: %s: a segment of an event log is not read by itself: name its folder",
			    s->command, paths[i]);
		return -1;
	}
	for (int i = 0; i < n && logs && logs < n; i++)
		if (!journal_is(paths[i])) {
			notice_line(
				s->notices,
				"%s: %s is no event log: logs are read by themselves or with other logs, since they have an order of arrival; lacuna log export makes files of one",
				s->command, paths[i]);
			return -1;
		}
	return logs > 0;
}

// Series of others than those watched, and of nobody else: most often the same ones under another name.
static bool run_say_strangers(const struct intake_run *s)
{
	struct text line = {0};
	const char *id;
	if (!s->decoder || !s->counts.of[DECODE_SERIES_UNKNOWN] || s->counts.of[DECODE_SERIES_VALUES])
		return false;
	text_printf(&line, "%s: no series is about what is watched; the files have series of", s->command);
	for (size_t i = 0; (id = decoder_stranger(s->decoder, i)); i++) {
		text_put(&line, i ? ", " : " ");
		text_untrusted(&line, id, strlen(id));
		const struct entity *e = watch_list_nearest(&s->in.entities, id);
		if (e)
			text_printf(&line, " (to be written %s)", e->id);
	}
	notice_line(s->notices, "%s", text_string(&line));
	text_free(&line);
	return true;
}

// What nobody looked at is no success.
static bool run_say_lacking(const struct intake_run *s)
{
	struct account a;
	if (s->growing || s->snapshot_path)
		return false; // it goes on
	account_make(s, &a);
	bool lacking = account_lacks(&a);
	account_notices(&a, s);
	account_free(&a);
	return lacking;
}

// What makes the status 1, and so is said however quiet it should be.
static bool run_damages(unsigned which)
{
	return which == DECODE_MALFORMED || which == DECODE_MALFORMED_UPDATE || which == DECODE_BAD_LINES ||
	       which == DECODE_PEERS_OVER;
}

int run_status(const struct intake_run *s, int code)
{
	if (code < 0 && s->resume.moved)
		notice_line(s->notices, "%s: a file is not the one that %s was written from", s->command,
			    s->resume_path);
	if (code < 0) {
		notice_line(s->notices, "%s: %s", s->command, err_text(code));
		return 4;
	}
	if (!s->records) {
		notice_line(s->notices, "%s: no record could be read", s->command);
		return 3;
	}
	// While files grow what comes late is folded in by a later revision.
	bool late = s->counts.of[DECODE_LATE_LINES] && !s->growing;
	// What makes the status 1 is said, and what is left out; each view that a router cannot show is its own affair.
	for (unsigned i = 0; i < DECODE_COUNT; i++)
		if (s->counts.of[i] && decode_worry(i) && i != DECODE_BMP_UNUSABLE &&
		    (i == DECODE_LATE_LINES ? late : run_damages(i) || !s->quiet))
			notice_line(s->notices, "%s: %llu %s", s->command, (unsigned long long)s->counts.of[i],
				    decode_worry((enum decode_count)i));
	bool damaged = run_say_strangers(s) || s->gaps || s->in.left_out || s->in.empty || late;
	for (unsigned i = 0; i < DECODE_COUNT; i++)
		damaged |= s->counts.of[i] && run_damages(i);
	if (exclude_any(&s->exclude) && !s->exclude.left_out)
		notice_line(s->notices,
			    "%s: nothing was left out: no peer or collector of those to be excluded said anything",
			    s->command);
	bool lacking = run_say_lacking(s);
	size_t unraised = s->growing ? 0 : witness_unraised(s);
	if (unraised)
		notice_line(
			s->notices,
			"%s: what is watched was lost %zu time%s, seen by one observer alone: whether it was an outage cannot be said",
			s->command, unraised, unraised == 1 ? "" : "s");
	return damaged || lacking || unraised ? 1 : 0;
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

void run_inputs(struct intake_run *s)
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
		e->holds = i < s->holds_count ? s->holds[i] : 0;
		if (digest_file(source->path, e->sha256) < 0)
			e->sha256[0] = '\0';
	}
}
