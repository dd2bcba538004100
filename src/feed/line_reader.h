// SPDX-License-Identifier: ISC
// Files of lines as records: framing in bounded memory, the time of each line, order of time within the watermark.
// Refuses lines over LINE_BYTES_MAX and lines without a readable time: gaps (GAP_BAD_LINE), the first LINE_BAD_NAMED
// one by one, the others as a number at the end; what is recognised and not read is one (GAP_FOREIGN). Blank lines and, in CSV, lines that begin with # are nothing.
#pragma once

#include "feed/line_kind.h"
#include "feed/stream.h"
#include "model/record.h"

#define LINE_BYTES_MAX	  (1u << 20) // an hour of attempts in one result of scamper
#define LINE_BAD_NAMED	  20
#define LINE_WATERMARK_NS (120 * NS_PER_S)

struct line_reader;

// The stream is borrowed; kind is not LINE_KIND_NONE.
struct line_reader *line_reader_create(struct stream *s, enum line_kind kind);
void line_reader_free(struct line_reader *r);
void line_reader_watermark(struct line_reader *r, int64_t ns);

// The file is still being written, from here on: at its end for now lines within its lateness so far wait in their order, at most
// `ceiling` ns. line_reader_release lets those go that wait now.
void line_reader_growing(struct line_reader *r, int64_t ceiling);
void line_reader_release(struct line_reader *r);

// As mrt_reader_next; lines come in order of (time, bytes).
int MUST_USE line_reader_next(struct line_reader *r, struct record *ret);
