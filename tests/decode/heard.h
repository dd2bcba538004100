// SPDX-License-Identifier: ISC
// A decoder whose observations are kept for looking at, and records made from hex.
#pragma once

#include "../wire/packet.h"

#include "decode/decode.h"
#include "model/registry.h"

#define HEARD_MAX  4096
#define HEARD_PATH 8 // AS numbers kept of each path

struct heard {
	struct peer_table *peers;
	struct registry *registry;
	struct decoder *decoder;
	size_t count;
	struct obs of[HEARD_MAX];
	uint32_t paths[HEARD_MAX][HEARD_PATH];
	bool routed[HEARD_MAX]; // came with all its attributes
	uint64_t batches;
	int answer; // what the sink says
};

struct heard *heard_begin(const struct decode_options *options);
void heard_end(struct heard *h);

// Hands the decoder one record and empties its batch; only what this record gave is then in h.
void heard_mrt(struct heard *h, uint32_t source, unsigned type, unsigned subtype, const char *body);
void heard_record(struct heard *h, const struct record *r);
void heard_end_source(struct heard *h, uint32_t source);

// The kinds heard as letters in order: A W B, S session, ( ) RIB begin and end, p RIB peer, E end of RIB, k alive,
// ! malformed, g gap, f feed end.
const char *heard_kinds(const struct heard *h);
const char *heard_prefix(const struct heard *h, size_t i);
uint64_t heard_counted(const struct heard *h, enum decode_count which);
