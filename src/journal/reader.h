// SPDX-License-Identifier: ISC
// Reads an event log in order, across segments, while it may still grow. Damage is passed over and named.
#pragma once

#include "journal/journal.h"

struct journal_damage {
	const char *file;    // segment; borrowed for the call
	uint64_t offset;     // of the first byte that cannot be read
	uint64_t bytes;	     // so many; 0: nothing is there, records are missing
	uint64_t after;	     // sequence of the last record before it; 0: none
	uint64_t before;     // of the next one behind it; 0: none
	struct instant from; // times of data of those two, where known
	struct instant to;
	bool torn; // nothing whole comes behind it: what was being written when the log stopped
};

struct journal_reader;

// Where damage is told; may be null.
struct journal_listener {
	void (*damage)(void *context, const struct journal_damage *d);
	void *context;
};

// 0, or -errno when the folder cannot be read, or ERR_NOT_FOUND when it holds no segment.
int MUST_USE journal_reader_open(const char *dir, struct journal_listener listener, struct journal_reader **ret);
void journal_reader_free(struct journal_reader *r);

// 1: a record; 0: no more for now (a later call looks again); or -errno.
int MUST_USE journal_reader_next(struct journal_reader *r, struct journal_record *ret);
// The batch of a JOURNAL_BATCH record, as a view into it; counted in the totals. 0, or what batch_read() says.
int MUST_USE journal_reader_batch(struct journal_reader *r, const struct journal_record *record, struct batch *ret);
// The log is over: tells of what was left unreadable at its end. After 0 of the above.
void journal_reader_end(struct journal_reader *r);

struct journal_totals {
	uint64_t records[JOURNAL_KIND_END];
	uint64_t bytes, segments, observations, names;
	uint64_t damages, damaged_bytes, missing; // missing: records, by the sequence
	uint64_t unreadable;			  // batches whose record is whole but whose content is none
	uint64_t twice;				  // records written again after a failed write; passed over
	uint32_t runs;
	struct instant first, last; // data time
	uint64_t sequence;	    // of the last record
};
const struct journal_totals *journal_reader_totals(const struct journal_reader *r);

// ---- feeding an engine from logs ----

struct journal_target {
	// A sink for the batches of the next run: registry_sender. Asked when a run begins, since its numbers are its own.
	struct batch_sink (*sender)(void *context);
	void *sender_context;
	// Each may be null. An answer below 0 stops the replay. `log`: which of those that are replayed.
	int (*cut)(void *context, struct instant time);
	int (*configuration)(void *context, size_t log,
			     struct cursor text); // the first, and each that differs from the one before
	int (*note)(void *context, size_t log, struct instant time, struct cursor text);
	void *context;
	struct journal_listener listener;
};

// Reads logs from their beginning to their end: the one as it is, several merged by the time of their observations and cuts (a
// batch may come in parts), and the first configuration of each before any batch. Batches that cannot be understood because what
// announced their names was lost are passed over and counted (ret_totals[i].unreadable) until the next segment announces them
// again. ret_totals has a place for each log, and is untouched where one cannot be opened.
// 0, -errno, ERR_NOT_FOUND, or what a sink or call answered.
int MUST_USE journal_replay(size_t n, char *const *dirs, const struct journal_target *target,
			    struct journal_totals *ret_totals);
