// SPDX-License-Identifier: ISC
// Bytes in from files: opens MRT and BMP files of any compression (told by content), frames them, steps over
// damage, and merges all sources in time order with bounded memory. Knows nothing of peers or routes.
#pragma once

#include "model/record.h"

#define FEED_SOURCES_MAX 100000 // files in one run
#define FEED_OPEN_MAX	 256	// of them open at a time: those whose time ranges overlap

#define FEED_STANDARD_INPUT "-" // a path that means it

#define FEED_AGAIN 2 // answer of feed_next: nothing more for now

struct feed;

struct feed_source {			       // one file, by the order it was added
	const char *path;		       // as given or found; borrowed from the feed
	uint16_t collector;		       // index given by the caller
	uint64_t file_bytes;		       // size on disk
	uint64_t records, skipped_bytes, gaps; // so far
	int error;			       // first error on it, or why it could not be read to its end; or 0
};

struct feed *feed_create(void);
void feed_free(struct feed *f);

// What a path led to and is not read.
enum feed_left {
	FEED_LEFT_UNREADABLE, // `error` says why; also what is no plain file and no folder: ERR_NO_FILE
	FEED_LEFT_UNKNOWN,    // neither its name nor its first bytes say anything that is read here
	FEED_LEFT_EMPTY,      // the same, of a file without a byte
	FEED_LEFT_NOTES,      // by its name something for people, or beside the data: *.md, *.html, *.log, *.pcap …
	FEED_LEFT_RECORDING,  // a recording in a folder that is none: its files mean nothing without its recording.json
	FEED_LEFT_LINK,	      // a link to a folder that is not below the path
};

struct feed_aside {
	const char *path; // borrowed for the call
	enum feed_left why;
	int error;
	bool data; // it lies in a folder of a recording where all should be data
};

struct feed_finder {
	void *context;
	int (*file)(void *context, const char *file);		  // stops the search with anything but 0
	void (*aside)(void *context, const struct feed_aside *a); // may be null
};

// Expands a path: a file, standard input, a folder, or a glob. Of a folder every file below it is wanted whose name says MRT or BMP
// (*.mrt* *.bmp* bview.* rib.* updates.*), or whose first bytes say that it is one of these or of lines; in a recording
// the latter only where it keeps data (bgp, bmp, probes, series, atlas, ris). Calls file() once per file, in name order, and aside() for
// the rest. 0, or ERR_NOT_FOUND (a folder without any such file, too), or -errno, or ERR_NO_FILE.
int feed_find(const char *path, const struct feed_finder *to);
// The same without a word about the rest.
int feed_expand(const char *path, int (*found)(void *context, const char *file), void *context);

// Whether the file's name says that it is one of lines of text.
bool feed_names_lines(const char *file);

// What a file holds, by its name or else its content: measurements as lines (probes, series, results of RIPE Atlas), messages of RIS
// Live, which name their collectors themselves; or MRT, BMP and whatever else a reader will find.
enum feed_content { FEED_HOLDS_ROUTES, FEED_HOLDS_LINES, FEED_HOLDS_LIVE };
enum feed_content feed_content(const char *file);

static inline bool feed_holds_lines(const char *file)
{
	return feed_content(file) == FEED_HOLDS_LINES;
}

// Adds a file as a source. Never opens it for good: unreadable files come out as RECORD_GAP with GAP_UNREADABLE.
// 0, ERR_FULL.
int feed_add(struct feed *f, const char *file, uint16_t collector);

// How far lines may be out of order in their file and still be given in order of time; default 120 s. Before the
// first feed_next.
void feed_watermark(struct feed *f, int64_t ns);

// Next record in time order over all sources; ties by source index, within a source always file order (a record older
// than its predecessor is not moved). Records of one source are never reordered, but lines are, within the watermark. 1: got one. 0: all done.
// Damage is a record of its own (RECORD_GAP), placed before the record that follows it. FEED_AGAIN: see below.
int feed_next(struct feed *f, struct record *ret);

// Files that are still being written. After feed_growing, which comes before the first feed_next and after which files may be added
// at any time, the end of a file is its end for now: a record that is cut there waits for its rest, and feed_next answers FEED_AGAIN
// when nothing can be given. feed_look then finds out what has grown.
//
// Sources are merged by what has come so far: one at its end for now holds the others up only to the moment that its lateness
// leaves open, which is how far behind the newest stamp of all its records came so far, with a floor and a ceiling by kind (lines
// of our own 2 and 30 s, BMP 5 and 30 s, others 5 s and `most_ns`, and never more than that). One that falls behind its ceiling,
// or does not grow for so long, holds nobody up: RECORD_SOURCE_REST; what it gives later comes when it comes.
struct feed_clock {
	struct instant utc; // as files are stamped
	int64_t boot_ns;    // of a clock that never steps
};

void feed_growing(struct feed *f, int64_t most_ns);
// Looks which files have grown, gone or been replaced. Whether one did.
bool feed_look(struct feed *f, const struct feed_clock *now);
// Whether the file is a source already, maybe under the name that it had before.
bool feed_knows(struct feed *f, const char *file);
// Nothing is waited for any more: what is held is given, all sources end, then feed_next answers 0.
void feed_drain(struct feed *f);
// Nothing older than this comes any more, but from those that hold nobody up. Unknown: nothing was read yet.
struct instant feed_passed(const struct feed *f);
// Whether something that was read waits for others, so that the clock alone lets it go.
bool feed_holds(const struct feed *f);

size_t feed_source_count(const struct feed *f);
const struct feed_source *feed_source(const struct feed *f, size_t index);

// Names each entity of a file of series once per run of lines about it, in its order. Stops when found() answers
// with an error. 0, that error, or why the file cannot be opened.
int feed_series_entities(const char *file, int (*found)(void *context, const char *entity), void *context);

// For a progress bar: compressed bytes consumed and in all.
void feed_progress(const struct feed *f, uint64_t *ret_done, uint64_t *ret_total);
