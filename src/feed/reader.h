// SPDX-License-Identifier: ISC
// One open file of whatever kind and compression, as framed records.
#pragma once

#include "base/attr.h"
#include "model/record.h"

struct reader;

// What the first bytes of a file say, whatever its name; nothing, too, when it cannot be opened.
enum reader_content { READER_NOTHING, READER_ROUTES, READER_LINES, READER_RIS };
enum reader_content reader_look(const char *path);

// 0, -errno or ERR_*.
int MUST_USE reader_open(const char *path, struct reader **ret);
// A file that is still being written: reader_next answers FEED_AGAIN (feed/feed.h) at its end for now, and goes on when it has
// grown. Lines wait there for late ones, at most `ceiling` ns. -EAGAIN: it does not tell yet of what kind it is.
int MUST_USE reader_open_growing(const char *path, int64_t ceiling, struct reader **ret);
void reader_release(struct reader *r); // lets lines go that wait now
// Gives back the file and most memory at the end for now; the place stays. Only reader_wake and reader_close come then.
void reader_sleep(struct reader *r);
int MUST_USE reader_wake(struct reader *r,
			 const char *path);   // 0, -errno, ERR_TRUNCATED: the file is shorter than its place
bool reader_index(const struct reader *r);    // whether an index beside it tells times, which grows for itself
bool reader_unlinked(const struct reader *r); // whether the file has no name any more
void reader_close(struct reader *r);

// Next record or gap, source and collector aside. 1: got one. 0: the file is read to its end, whole or not. FEED_AGAIN.
// The bytes are valid until the next call.
int MUST_USE reader_next(struct reader *r, struct record *ret);

void reader_watermark(struct reader *r, int64_t ns); // of lines; before the first read
bool reader_lines(const struct reader *r);	     // whether it is a file of lines

// Gives it a decompressor thread if that is worth it. Whether it has one.
bool reader_thread(struct reader *r);
uint64_t reader_compressed(const struct reader *r); // bytes of the file read so far
