// SPDX-License-Identifier: ISC
// MRT framing with resynchronisation: see DOC in mrt_reader.c. Times need not rise.
#pragma once

#include "feed/stream.h"
#include "model/record.h"

struct mrt_reader;

struct mrt_reader *mrt_reader_create(struct stream *s); // the stream is borrowed
void mrt_reader_free(struct mrt_reader *r);

// Next record or gap; fills kind, reason, error, time, resumed, offset, length, bytes. 1: got one. 0: end. FEED_AGAIN (feed/feed.h):
// the end for now of a stream that grows, also inside a record.
// The bytes are valid until the next call.
int MUST_USE mrt_reader_next(struct mrt_reader *r, struct record *ret);
