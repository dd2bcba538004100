// SPDX-License-Identifier: ISC
// One run of the pipeline over files: what `replay` prints and `evaluate` scores.
#pragma once

#include "decode/decode.h"
#include "engine/pipeline.h"
#include "intake/digest.h"
#include "intake/exclude.h"
#include "intake/inputs.h"
#include "intake/resume.h"
#include "intake/session_log.h"
#include "intake/watching.h"
#include "reference/precedents.h"
#include "report/incident.h"
#include "world/world.h"

#include <signal.h>

#define WATCH_MAX 256
#define RUN_AGAIN 1 // answer of run_read: all is read for now

// What the engine is given, in order of arrival: the same in the same order gives the same revisions, byte for byte.
struct run_input {
	enum { RUN_BATCH, RUN_TIME, RUN_END } kind;
	const struct batch *batch; // BATCH: pipeline_take; borrowed
	struct instant time;	   // TIME: pipeline_watermark. END: pipeline_finish
};

struct run_tap {
	void (*take)(void *context, const struct run_input *in); // before the engine gets it; null: nobody listens
	void *context;
};

struct watch_change; // engine/watch.h
struct run_log;

struct intake_run {
	const char *command;		   // for messages
	const struct notice_sink *notices; // borrowed
	const char *watch[WATCH_MAX];
	size_t watch_count;
	struct watching watching;	   // `path` may be set
	bool quiet;			   // no progress, and no note of what is only left out
	bool growing;			   // the files are still being written (run_read in place of run_paths)
	int64_t lateness_ns;		   // of growing files: most that one holds the others up
	const volatile sig_atomic_t *stop; // reading ends when it is set; may be null
	struct instant until;		   // unknown: to the end; else the state at the last cut up to then
	int64_t cut_ns;			   // grid of cuts; 0: the engine's
	struct revision_sink revisions;
	struct point_sink points;
	struct run_tap tap;
	const struct definition *definition;
	uint32_t full_feed_floor; // 0: the recording's, else the definition's
	const char *world_path;
	const char *resume_path; // run_paths goes on from this state; null: from the beginning
	const char
		*snapshot_path; // run_paths writes the state there when reading ends, before a last cut; null: does not
	uint64_t stop_after;	// reading ends after so many records of every kind; 0: never
	const char *log_dir;	// event log in which every batch that the engine takes is kept; null: none
	struct inputs in;
	struct exclude exclude; // whom the engine does not hear
	struct world *world;
	struct decisions decisions;
	struct world_digest world_digest;
	char parameters_digest[DIGEST_TEXT];
	struct evidence_file *evidence; // of all sources, made by run_inputs
	size_t evidence_count;
	uint8_t *holds; // by source: enum evidence_source, bits
	size_t holds_count, holds_capacity;
	struct precedents precedents;
	struct pipeline *pipeline;
	struct session_log log;
	struct resume resume;
	bool from_log;
	struct run_log *logs; // event logs that are read in place of files
	size_t log_count;
	bool had; // what is read now is in the state already
	struct decoder *decoder;
	struct registry *registry;
	struct instant passed; // what the engine was told of time
	bool over;	       // reading came to `until`
	bool log_ended;	       // all logs that are replayed say that their data ended
	uint64_t records, gaps;
	struct decode_counts counts;
};

// `notices` is borrowed: it is told what is damaged or missing, and how far reading has come.
void run_init(struct intake_run *s, const char *command, const struct notice_sink *notices);
// Reads everything: files and folders, or event logs (journal/journal.h), which are merged by time. The exit status so far: 0, 1 (something was damaged or missing), 2, 3, 4; notices say why.
int MUST_USE run_paths(struct intake_run *s, int n, char **paths);
// The same in steps. run_open: 0 or an exit status. run_read: 0 all is read (or `until` was reached), RUN_AGAIN, or an
// error. run_finish: the data ended. run_status: the exit status, from what run_read answered.
int run_open(struct intake_run *s, int n, char **paths);
int run_read(struct intake_run *s);
int run_finish(struct intake_run *s); // 0, or why the log cannot be written
int run_status(const struct intake_run *s, int code);
// In place of run_finish, of growing files that may go on later: reads what is there without waiting for anybody; what is told
// is the state at the last cut up to it. As run_read.
int run_drain(struct intake_run *s);

// Hands on what is still being decoded, and changes what the engine watches; the log, where one is kept, says so. 0, or an error.
int MUST_USE run_watch_change(struct intake_run *s, const struct watch_change *change);

// Writes the state of what was read so far to `snapshot_path`, where one is named: before it returns (0, or an error after a message),
// or in a child while the run goes on. Only between two calls of run_read.
int MUST_USE run_state_save(struct intake_run *s);
void run_state_save_start(struct intake_run *s);

// Digests every file that was read, so that run_view can name them.
void run_inputs(struct intake_run *s);
void run_view(const struct intake_run *s, struct incident_view *ret); // borrowed from the session
void run_free(struct intake_run *s);
