// SPDX-License-Identifier: ISC
// Lines on their way from the order of a file to the order of time: a heap by (time, bytes), of RIS Live by (time, line). A line leaves once a line
// more than the watermark younger has come, or when the store is full. Exact duplicates that meet in it leave as one.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"
#include "base/instant.h"

#define LINE_STORE_LINES 1000000
#define LINE_STORE_BYTES (256u << 20)
#define LINE_LEAP_NS	 (3600 * NS_PER_S) // a single line further ahead of all others does not move the clock

struct stored_line {
	struct instant time;
	struct cursor bytes;
	uint8_t form;
	uint64_t number, offset;
	int64_t rank; // of two series' values of one time, that of the higher comes first
};

struct line_store;

struct line_store *line_store_create(int64_t watermark_ns);
void line_store_free(struct line_store *s);
void line_store_watermark(struct line_store *s, int64_t ns);

// Copies the line in. Invalidates the bytes of the last line taken.
void line_store_put(struct line_store *s, const struct stored_line *line);

// Whether a line is due; `all`: the file is at its end.
bool line_store_due(const struct line_store *s, bool all);
// Whether the first line is due at the end for now of a file that grows: a line has come that is younger by as much as lines
// of this file have been late so far, at least `floor` and at most `ceiling` ns.
bool line_store_settled(const struct line_store *s, int64_t floor, int64_t ceiling);
// Takes the first line out; line_store_due must have said yes. Its bytes are valid until the next put.
void line_store_take(struct line_store *s, struct stored_line *ret);
