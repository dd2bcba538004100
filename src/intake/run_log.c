// SPDX-License-Identifier: ISC
// Event logs → pipeline.
#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "intake/run_priv.h"
#include "intake/sources.h"
#include "journal/configuration.h"
#include "journal/reader.h"
#include "model/registry.h"

#include <errno.h>
#include <stdlib.h>

#define RUN_LOG_OVER (-ECANCELED) // ends the reading of logs at `until`

struct run_log {
	const char *dir;
	struct text configuration; // the newest; "": none was read yet
	bool ended;		   // it says that its data ended
};

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
		sources_attribution(&s->world_digest, found->attribution);
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
int run_log_part(struct intake_run *s, const struct batch *whole, struct batch *ret)
{
	size_t n = 0, had = 0;
	*ret = (struct batch){0};
	while (n < whole->count && !(instant_known(s->until) && whole->obs[n].time.ns > s->until.ns))
		n++;
	s->over |= n < whole->count;
	int code = n ? run_log_count(s, n, &had) : 0;
	if (code < 0)
		return code;
	*ret = batch_part(whole, had, n - had);
	return s->over ? RUN_LOG_OVER : 0;
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
	s->over |= instant_known(s->until) && time.ns > s->until.ns;
	if (s->over)
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

static int run_log_read(struct intake_run *s, char **dirs, struct journal_totals *totals)
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
	code = code == RUN_LOG_OVER && s->over ? 0 : code;
	if (code >= 0 && !s->pipeline)
		code = run_log_begin(s);
	return code == ERR_NOT_FOUND ? 0 : code;
}

// What was read is read again, without a state.
static void run_log_again(struct intake_run *s)
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

int run_logs(struct intake_run *s, int n, char **dirs)
{
	must(n > 0 && dirs);
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
	int code = run_log_read(s, dirs, totals);
	if (code == ERR_USAGE) {
		run_log_again(s);
		code = run_log_read(s, dirs, totals);
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
int run_are_logs(const struct intake_run *s, int n, char **paths)
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

void run_logs_free(struct intake_run *s)
{
	for (size_t i = 0; i < s->log_count; i++)
		text_free(&s->logs[i].configuration);
	free(s->logs);
	s->logs = NULL;
	s->log_count = 0;
}
