// SPDX-License-Identifier: ISC
// A segment begins with what a replay of it must know.
#include "intake/session_log.h"

#include "base/err.h"
#include "base/notice.h"
#include "base/version.h"
#include "intake/run.h"
#include "journal/configuration.h"

static void session_log_configuration(const struct session_log *log, struct text *configuration)
{
	const struct intake_run *s = log->session;
	struct journal_configuration c = {
		.version = LACUNA_VERSION,
		.parameters = s->parameters_digest,
		.definition = s->definition->name,
		.full_floor = s->full_feed_floor ? s->full_feed_floor : s->in.full_feed_floor,
		.world = s->world_digest.sha256,
		.world_date = s->world_digest.date,
		.attribution = s->world_digest.attribution,
		.entities = &s->in.entities,
		.targets = s->in.targets,
	};
	journal_configuration_text(configuration, &c);
}

static void session_log_opening(void *context, struct text *configuration, struct batch_room *names)
{
	const struct session_log *log = context;
	session_log_configuration(log, configuration);
	registry_names(log->registry, names);
}

int session_log_open(struct session_log *log, const struct intake_run *s, const struct registry *registry)
{
	struct journal_options options = {.dir = s->log_dir, .opening = session_log_opening, .opening_context = log};
	struct journal_found found = {0};
	log->registry = registry;
	log->session = s;
	int code = journal_open(&options, &log->journal, &found);
	if (code == 0 && found.torn_bytes)
		notice_line(s->notices,
			    "%s: %s/%s: %llu bytes from %llu on were no whole record: cut, and kept in %s.torn",
			    s->command, s->log_dir, found.torn_file, (unsigned long long)found.torn_bytes,
			    (unsigned long long)found.torn_offset, found.torn_file);
	if (code < 0)
		notice_line(s->notices, "%s: %s: %s", s->command, s->log_dir, err_text(code));
	return code;
}

int session_log_batch(struct session_log *log, const struct batch *b)
{
	return log->journal ? journal_append_batch(log->journal, b) : 0;
}

int session_log_time(struct session_log *log, struct instant time)
{
	return log->journal ? journal_append_cut(log->journal, time) : 0;
}

int session_log_end(struct session_log *log)
{
	struct cursor text = cursor_of(SESSION_LOG_END, sizeof(SESSION_LOG_END) - 1);
	return log->journal ? journal_append(log->journal, JOURNAL_NOTE, INSTANT_NONE, text) : 0;
}

int session_log_watched(struct session_log *log)
{
	struct text configuration = {0};
	if (!log->journal)
		return 0;
	session_log_configuration(log, &configuration);
	int code = journal_append(log->journal, JOURNAL_CONFIGURATION, INSTANT_NONE,
				  cursor_of(configuration.bytes, configuration.length));
	text_free(&configuration);
	return code;
}

int session_log_close(struct session_log *log, const struct intake_run *s)
{
	int code = journal_close(log->journal);
	log->journal = NULL;
	if (code < 0)
		notice_line(s->notices, "%s: %s: %s", s->command, s->log_dir, err_text(code));
	return code;
}
