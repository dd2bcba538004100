// SPDX-License-Identifier: ISC
// The event log of a session: what its engine takes.
#pragma once

#include "journal/journal.h"
#include "model/registry.h"

#define SESSION_LOG_END "the data ended" // note of a log whose run read all there was

struct intake_run;

struct session_log {
	struct journal *journal; // null: no log is kept
	const struct registry *registry;
	const struct intake_run *session;
};

// Opens the log in s->log_dir whose segments begin with the configuration; tells of an end that was torn. `log` stays where it is until the end.
// 0, or an error after a message.
int MUST_USE session_log_open(struct session_log *log, const struct intake_run *s, const struct registry *registry);
// What the engine takes, before it takes it: a batch; that time passed; that the data ended. 0, or why it cannot be written.
int MUST_USE session_log_batch(struct session_log *log, const struct batch *b);
int MUST_USE session_log_time(struct session_log *log, struct instant time);
int MUST_USE session_log_end(struct session_log *log);

// Other entities are watched from here on.
int MUST_USE session_log_watched(struct session_log *log);

// What was taken is on disk then. 0, or an error after a message.
int MUST_USE session_log_close(struct session_log *log, const struct intake_run *s);
