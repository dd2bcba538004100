// SPDX-License-Identifier: ISC
// Framing of a raw BMP version 3 stream (RFC 7854 section 4.1) with resynchronisation. Time is the arrival of a
// message's last byte where an index tells it, else the time in its peer header, else that of the message before.
#pragma once

#include "feed/bmp_index.h"
#include "feed/stream.h"
#include "model/record.h"

struct bmp_reader;

// The stream is borrowed; the index, which may be null, is too.
struct bmp_reader *bmp_reader_create(struct stream *s, struct bmp_index *index);
void bmp_reader_free(struct bmp_reader *r);

// As mrt_reader_next.
int MUST_USE bmp_reader_next(struct bmp_reader *r, struct record *ret);
