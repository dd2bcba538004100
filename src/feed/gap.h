// SPDX-License-Identifier: ISC
// A run of bytes that a reader had to skip, while it grows and as the record that tells of it.
#pragma once

#include "feed/stream.h"
#include "model/record.h"

#define GAP_SAMPLE 64 // first bytes kept for whoever wants to see what it was

struct gap {
	uint64_t offset, length;
	uint8_t sample[GAP_SAMPLE];
	size_t sampled;
};

// Begins a gap at the stream's position.
void gap_begin(struct gap *g, struct stream *s);
// Takes n of the bytes last peeked into the gap.
void gap_skip(struct gap *g, struct stream *s, size_t n);
// Takes everything up to the stream's end.
void gap_skip_all(struct gap *g, struct stream *s);

// Fills kind, offset, length and bytes; `reason` unless the stream itself failed, which then is the reason.
void gap_record(const struct gap *g, uint8_t reason, const struct stream *s, struct record *ret);

uint8_t gap_reason_of(int error);
