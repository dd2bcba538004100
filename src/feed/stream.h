// SPDX-License-Identifier: ISC
// One file as a run of uncompressed bytes: plain, gzip (isa-l), bzip2, xz, zstd, told by content.
// Large compressed files are inflated by a thread of their own that fills a ring (the project's one thread).
#pragma once

#include "base/attr.h"
#include "base/cursor.h"

// A stream that inflates to more than BOMB_RATIO times its compressed size after BOMB_FREE bytes, or to more than
// BOMB_BYTES in all, is refused with ERR_BOMB (real MRT reaches 16 : 1 in bzip2).
#define STREAM_BOMB_RATIO 200
#define STREAM_BOMB_FREE  (1u << 20)
#define STREAM_BOMB_BYTES (8ull << 30)
#define STREAM_WINDOW_MAX (8u << 20) // most contiguous bytes stream_peek can give

struct stream;

// Opens by path; `threaded` allows a decompressor thread. 0 or -errno / ERR_*.
int MUST_USE stream_open(const char *path, bool threaded, struct stream **ret);
void stream_close(struct stream *s);

// At least `want` contiguous bytes without consuming them; fewer only at the end or before an error.
// The cursor spans everything buffered in one piece. Valid until the next peek.
struct cursor stream_peek(struct stream *s, size_t want);
void stream_skip(struct stream *s, size_t n);			    // n of the bytes last peeked
struct cursor stream_step(struct stream *s, size_t n, size_t want); // skips, then peeks
uint64_t stream_offset(const struct stream *s);			    // uncompressed bytes consumed
uint64_t stream_compressed(const struct stream *s);		    // bytes of the file read so far
uint64_t stream_size(const struct stream *s);			    // bytes of the file; 0 for a pipe

// Gives the stream a thread from here on, if it is large and compressed. Whether it has one.
bool stream_thread(struct stream *s);
bool stream_threaded(const struct stream *s);

// Files that are still being written. After stream_growing the end of the file is its end for now. stream_more lets the next peek
// look behind it again; stream_waits tells whether a peek since then came short there.
void stream_growing(struct stream *s);
bool stream_grows(const struct stream *s);
void stream_more(struct stream *s);
bool stream_waits(const struct stream *s);
bool stream_unlinked(const struct stream *s); // whether the file that is read has no name any more
// Gives back the file and the buffers; the place in the file stays. Only stream_wake, stream_offset and stream_close come then.
void stream_sleep(struct stream *s);
// Opens the file of that name anew and goes to the same place. 0, -errno, or ERR_TRUNCATED: it does not reach so far.
int MUST_USE stream_wake(struct stream *s, const char *path);

// 0, or why the stream ended early: ERR_BOMB, ERR_TRUNCATED, ERR_MALFORMED, -errno. Known once a peek came short.
int stream_error(const struct stream *s);
