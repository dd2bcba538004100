// SPDX-License-Identifier: ISC
// One run of the pipeline over files: what `replay` prints and `evaluate` scores.
#pragma once

#include "decode/decode.h"
#include "engine/pipeline.h"
#include "intake/digest.h"
#include "intake/inputs.h"
#include "intake/resume.h"
#include "intake/session_log.h"
#include "reference/precedents.h"
#include "report/incident.h"
#include "world/world.h"

#include <signal.h>

#define WATCH_MAX     256
#define SESSION_AGAIN 1 // answer of session_read: all is read for now

// What the engine is given, in order of arrival: the same in the same order gives the same revisions, byte for byte.
struct session_input {
	enum { SESSION_BATCH, SESSION_TIME, SESSION_END } kind;
	const struct batch *batch; // BATCH: pipeline_take; borrowed
	struct instant time;	   // TIME: pipeline_watermark. END: pipeline_finish
};

struct session_tap {
	void (*take)(void *context, const struct session_input *in); // before the engine gets it; null: nobody listens
	void *context;
};

struct session {
	const char *command;		   // for messages
	const struct notice_sink *notices; // borrowed
	const char *watch[WATCH_MAX];
	size_t watch_count;
	bool quiet;			   // no progress, and no note of what is only left out
	bool growing;			   // the files are still being written (session_read in place of session_run)
	int64_t lateness_ns;		   // of growing files: most that one holds the others up
	const volatile sig_atomic_t *stop; // reading ends when it is set; may be null
	struct instant until;		   // unknown: to the end; else the state at the last cut up to then
	int64_t cut_ns;			   // grid of cuts; 0: the engine's
	struct revision_sink revisions;
	struct session_tap tap;
	const struct definition *definition;
	uint32_t full_feed_floor; // 0: the recording's, else the definition's
	const char *world_path;
	const char *resume_path; // session_run goes on from this state; null: from the beginning
	const char *
		snapshot_path; // session_run writes the state there when reading ends, before a last cut; null: does not
	uint64_t stop_after;   // reading ends after so many records of every kind; 0: never
	const char *log_dir;   // event log in which every batch that the engine takes is kept; null: none
	struct inputs in;
	struct world *world;
	struct decisions decisions;
	struct world_digest world_digest;
	char parameters_digest[DIGEST_TEXT];
	struct evidence_file *evidence; // of all sources, made by session_evidence
	size_t evidence_count;
	struct precedents precedents;
	struct pipeline *pipeline;
	struct session_log log;
	struct resume resume;
	bool from_log;
	bool had; // what is read now is in the state already
	struct decoder *decoder;
	struct registry *registry;
	struct instant passed; // what the engine was told of time
	bool log_ended;	       // the log that is replayed says that its data ended
	uint64_t records, gaps;
	struct decode_counts counts;
};

// `notices` is borrowed: it is told what is damaged or missing, and how far reading has come.
void session_init(struct session *s, const char *command, const struct notice_sink *notices);
// Reads everything: files and folders, or one event log (journal/journal.h). The exit status so far: 0, 1 (something was damaged or missing), 2, 3, 4; notices say why.
int MUST_USE session_run(struct session *s, int n, char **paths);
// The same in steps. session_open: 0 or an exit status. session_read: 0 all is read (or `until` was reached), SESSION_AGAIN, or an
// error. session_finish: the data ended. session_status: the exit status, from what session_read answered.
int session_open(struct session *s, int n, char **paths);
int session_read(struct session *s);
int session_finish(struct session *s); // 0, or why the log cannot be written
int session_status(const struct session *s, int code);
// In place of session_finish, of growing files that may go on later: reads what is there without waiting for anybody; what is told
// is the state at the last cut up to it. As session_read.
int session_drain(struct session *s);

// Digests every file that was read, so that session_view can name them.
void session_evidence(struct session *s);
void session_view(const struct session *s, struct incident_view *ret); // borrowed from the session
void session_free(struct session *s);
