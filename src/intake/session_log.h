// SPDX-License-Identifier: ISC
// The event log of a session: what its engine takes.
#pragma once

#include "journal/tee.h"
#include "model/registry.h"

struct session;

struct session_log {
	struct journal_tee tee; // between the registry and the engine; its journal is null where no log is kept
	const struct registry *registry;
	const struct session *session;
};

// Opens the log in s->log_dir whose segments begin with the configuration; tells of an end that was torn. `log` stays where it is until the end.
// 0, or an error after a message.
int MUST_USE session_log_open(struct session_log *log, const struct session *s, const struct registry *registry);
// What was taken is on disk then. 0, or an error after a message.
int MUST_USE session_log_close(struct session_log *log, const struct session *s);
