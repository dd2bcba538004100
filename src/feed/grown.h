// SPDX-License-Identifier: ISC
// One file that is still being written: its place, what was read of it ahead of its turn, whether it has grown, gone, or been
// replaced. Which of several comes next is decided in growing.c.
#pragma once

#include "base/text.h"
#include "feed/feed.h"
#include "feed/reader.h"

enum grown_state {
	GROWN_DUE,   // only its first time is known; it is opened when it is due
	GROWN_READS, // there may be more of it
	GROWN_WAITS, // at its end for now: holds the others up, within its lateness
	GROWN_RESTS, // at its end for now, and nobody waits for it
	GROWN_OVER,
};

struct grown_ahead { // a record that was read before its turn
	struct record record;
	size_t at; // its bytes, in `bytes`
};

struct grown {
	struct feed_source view;
	char *path;
	uint32_t index;
	enum grown_state state;
	struct reader *reader; // null: not opened yet, or over
	bool asleep;	       // the reader has given its file back
	bool failed;	       // it could not be opened; that was said
	bool detached;	       // the name is another file's, or nobody's: it ends where it ends now
	bool replaced;	       // to be said by the next record
	bool stirred;	       // it has grown since its last record
	bool released;	       // its late lines were let go
	bool loaded;	       // `head` is its next record
	bool listed;	       // among those whose next record is known
	bool lines;
	bool ended_early; // a gap told why the file could not be read to its end

	struct record head;
	size_t head_at;	    // of its bytes in `bytes`, or SIZE_MAX: borrowed from the reader
	struct instant key; // of the head, or of the first record of one that is due
	struct instant newest, last;
	struct grown_ahead *ahead;
	size_t ahead_first, ahead_used, ahead_capacity;
	struct text bytes;

	int64_t lateness, floor, ceiling; // ns; `lateness` between the other two
	int64_t most;			  // of all ceilings
	int64_t since_ns;		  // boot time of its last growth
	int64_t written_ns;		  // UTC of its last growth, by the file system
	uint64_t device, inode, size;	  // as last looked at; inode 0: there was no such file
	uint64_t first_hash;		  // of its first bytes, by which a longer copy of it is known
	size_t first_bytes;
};

struct grown *grown_create(const char *path, uint16_t collector, int64_t most_ns);
void grown_free(struct grown *s);

// The next record of the file, not of those read ahead. 1, or FEED_AGAIN. After a RECORD_SOURCE_END the state is GROWN_OVER.
int grown_read(struct grown *s, struct record *ret);
// The head from what was read ahead; false: nothing was.
bool grown_take_ahead(struct grown *s);
// Keeps the head, then records that were read behind it; the bytes of what was given last are not valid any more.
void grown_keep_head(struct grown *s);
void grown_keep(struct grown *s, const struct record *r);
bool grown_has_ahead(const struct grown *s);
// The head as it is given.
void grown_give(struct grown *s, struct record *ret);

// A record that says that the source rests or is over.
void grown_tell(struct grown *s, enum record_kind kind, struct record *ret);

// Forgets all but the time of its first record; nothing may have been given of it.
void grown_begin_anew(struct grown *s);
// Gives its file back until there is more of it.
void grown_sleep(struct grown *s);

// Whether the file has grown, gone, or been replaced. ret_new: the name is another file's now.
bool grown_look(struct grown *s, const struct feed_clock *now, bool *ret_new);
