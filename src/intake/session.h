// SPDX-License-Identifier: ISC
// One run of the pipeline over files: what `replay` prints and `evaluate` scores.
#pragma once

#include "decode/decode.h"
#include "engine/pipeline.h"
#include "intake/digest.h"
#include "intake/inputs.h"
#include "intake/resume.h"
#include "reference/precedents.h"
#include "report/incident.h"
#include "world/world.h"

#include <signal.h>

#define WATCH_MAX 256

struct session {
	const char *command;		   // for messages
	const struct notice_sink *notices; // borrowed
	const char *watch[WATCH_MAX];
	size_t watch_count;
	bool quiet;		   // no progress, and no note of what is only left out
	bool growing;		   // files end where their writer is: a cut last record is no damage
	struct instant until;	   // unknown: to the end; else the state at the last cut up to then
	int64_t cut_ns;		   // grid of cuts; 0: the engine's
	const char *resume_path;   // goes on from this state; null: from the beginning
	const char *snapshot_path; // writes the state there when reading stops, before a last cut; null: does not
	const volatile sig_atomic_t *stop; // reading stops when this is set; null: never
	uint64_t stop_after;		   // reading stops after so many records of every kind; 0: never
	struct revision_sink revisions;
	const struct definition *definition;
	uint32_t full_feed_floor; // 0: the recording's, else the definition's
	const char *world_path;
	struct inputs in;
	struct world *world;
	struct parameters parameters;
	char parameters_digest[DIGEST_TEXT];
	struct evidence_file *evidence; // of all sources, made by session_evidence
	size_t evidence_count;
	struct precedents precedents;
	struct resume resume;
	struct pipeline *pipeline;
	uint64_t records, gaps;
	struct decode_counts counts;
};

// `notices` is borrowed: it is told what is damaged or missing, and how far reading has come.
void session_init(struct session *s, const char *command, const struct notice_sink *notices);
// Reads everything. The exit status so far: 0, 1 (something was damaged or missing), 2, 3, 4; notices say why.
int MUST_USE session_run(struct session *s, int n, char **paths);
// Digests every file that was read, so that session_view can name them.
void session_evidence(struct session *s);
void session_view(const struct session *s, struct incident_view *ret); // borrowed from the session
void session_free(struct session *s);
