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

// 0, or why the stream ended early: ERR_BOMB, ERR_TRUNCATED, ERR_MALFORMED, -errno. Known once a peek came short.
int stream_error(const struct stream *s);
