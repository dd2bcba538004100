// SPDX-License-Identifier: ISC
// Stopping a run and going on with it: the state of the engine in a file, with how far each source was read. A run that goes on
// reads its sources from the beginning, so that decoding is where it was, and hands on only what the state does not have.
#pragma once

#include "base/notice.h"
#include "engine/snapshot.h"
#include "feed/feed.h"
#include "model/record.h"

#include <sys/types.h>

struct resume_place { // how far a source was read
	uint64_t records, gaps;
	uint64_t offset;    // of the last of its records
	bool ended, rested; // that this is all, or all so far, was said after it
};

struct resume {
	const struct notice_sink *notices;
	const char *command, *path; // for messages; path null: from the beginning
	void *bytes;
	size_t size;
	struct snapshot *snapshot;
	struct resume_place *had;  // by source: what the state has
	struct resume_place *read; // by source: what this run has read so far
	size_t sources;
	uint64_t inputs_had, inputs; // of an event log: that the state has; that were read so far
	bool moved;		     // a source is not the file that it was
	pid_t writer;		     // child that writes a state; 0: none does
};

// Opens the snapshot and gives its names to registries that hold none. Where it cannot be used it is set aside with a message,
// and the run is one from the beginning.
void resume_open(struct resume *r, struct peer_table *peers, struct target_table *targets);
// Loads the state. False: it could not be used and was set aside, and the pipeline is only good to be freed.
bool MUST_USE resume_load(struct resume *r, struct pipeline *p, struct target_table *targets);
// After all sources are known, and the state is loaded.
void resume_sources(struct resume *r, const struct feed *f);
// Of event logs: before anything is read; a state that is of other sources is set aside. Then, once the state is loaded; and where it
// could not be: nothing was read yet.
void resume_log(struct resume *r);
void resume_log_loaded(struct resume *r);
void resume_log_forget(struct resume *r);
// Whether the state has the next input: an observation, or that time passed.
bool resume_log_waits(const struct resume *r);
// Counts n inputs. So many of them, the first ones, the state has.
size_t resume_log_has(struct resume *r, size_t n);
// Counts the record. Whether the state has it already.
bool resume_has(struct resume *r, const struct record *record);
// Whether this end of a source comes right after a rest that the state has.
bool resume_rested(const struct resume *r, const struct record *record);
void resume_free(struct resume *r);

// The same as resume_save in a child, while this run goes on; nothing where the one before is still at it. Errors are told.
void resume_save_start(struct resume *r, const struct feed *f, struct snapshot_parts parts, const char *path);
// Whether no child writes any more; `wait`: until that is so. 1 or 0.
int resume_save_wait(struct resume *r, const char *path, bool wait);

// Writes the state of `parts` (its sources are filled in) with how far `r` read; `f` null: of an event log. 0, or an error after a message.
int MUST_USE resume_save(const struct resume *r, const struct feed *f, struct snapshot_parts parts, const char *path);
