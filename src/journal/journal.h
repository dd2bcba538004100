// SPDX-License-Identifier: ISC
// The event log: what the engine took, in the order in which it took it. A folder of segments to which records are only ever
// appended. What journal_sync() has answered for is on disk; what was being written when the power went is found and cut at the
// next start; damage costs the record it is in, and is named.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"
#include "base/text.h"
#include "model/batch.h"

#define JOURNAL_SUFFIX	      ".lacuna-log"
#define JOURNAL_SEGMENT_BYTES (64u << 20)
#define JOURNAL_SYNC_BYTES    (4u << 20)
#define JOURNAL_RECORD_MAX    BATCH_BYTES_MAX // bytes of one record's content

enum journal_kind {
	JOURNAL_BATCH = 1,     // model/batch.h as bytes
	JOURNAL_CUT,	       // the engine was cut at `time`; no content
	JOURNAL_CONFIGURATION, // what is watched and by which numbers: journal/configuration.h as text
	JOURNAL_NOTE,	       // text for people
	JOURNAL_KIND_END
};

struct journal_record {
	uint8_t kind;	     // enum journal_kind
	uint32_t run;	     // a process that wrote; numbers in batches are of its run
	uint64_t sequence;   // from 1, each one more than the last
	struct instant time; // of the data: of a cut its own, of a batch that of its newest observation; unknown: none
	struct cursor bytes; // content; begins at a multiple of 8; borrowed until the next call that reads
	const char *file;    // name of the segment; borrowed
	uint64_t offset;     // in the segment, of the record's head
};

// ---- writing ----

struct journal;

struct journal_options {
	const char *dir;      // made when it is not there
	size_t segment_bytes; // a segment is closed when it would become larger; 0: JOURNAL_SEGMENT_BYTES
	size_t sync_bytes;    // that much may wait for the disk before an append syncs; 0: JOURNAL_SYNC_BYTES
	// What every segment begins with, so that it can be understood without those before it: the configuration as text (nothing
	// appended: none), and all names that batches of this run may use (registry_names). May be null.
	void (*opening)(void *context, struct text *configuration, struct batch_room *names);
	void *opening_context;
};

struct journal_found {	   // at the start
	uint64_t sequence; // of the last whole record; 0: none
	uint32_t segments;
	char torn_file[64];   // segment whose end was cut off; empty: none was
	uint64_t torn_offset; // where
	uint64_t torn_bytes;  // how many; they are kept beside it, in FILE.torn
};

// Whether the path is a folder that holds a segment of a log.
bool journal_is(const char *path);

// Opens the folder for appending; only one process can at a time (-EWOULDBLOCK). A new run begins, in a segment of its own.
int MUST_USE journal_open(const struct journal_options *options, struct journal **ret, struct journal_found *ret_found);
// Syncs what is left and closes. 0, or why what was not yet acknowledged is lost.
int journal_close(struct journal *j);

// Append one record; no wait but for room: 0, or a negative error when the disk did not take what waited (-ENOSPC, -EIO, …).
// Then this record was not taken; what was acknowledged stands; what was taken before stays in memory, and any later call tries
// again.
int MUST_USE journal_append_batch(struct journal *j, const struct batch *b);
int MUST_USE journal_append_cut(struct journal *j, struct instant time);
int MUST_USE journal_append(struct journal *j, uint8_t kind, struct instant time, struct cursor bytes);

// Waits until everything that was appended is on disk: it is acknowledged then. 0 or a negative error as above.
int MUST_USE journal_sync(struct journal *j);
uint64_t journal_sequence(const struct journal *j);	// of the last record that was appended
uint64_t journal_acknowledged(const struct journal *j); // of the last record that is on disk
const char *journal_file(const struct journal *j);	// name of the segment at work; "" before the first record

// For tests: stands in for pwrite and fdatasync; both may be null. Errors as those: -1 and errno.
void journal_faults(struct journal *j, long (*write)(int file, const void *bytes, size_t n, long offset),
		    int (*sync)(int file));
