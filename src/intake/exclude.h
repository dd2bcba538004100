// SPDX-License-Identifier: ISC
// Peers and collectors that somebody does not want to hear: what they say never reaches the engine, nor the log.
#pragma once

#include "decode/bgp_filter.h"

struct exclude { // begins as all zero
	struct bgp_filter filter;
	struct obs *kept; // of the batch at work
	size_t capacity;
	uint64_t left_out; // observations so far
};

void exclude_free(struct exclude *e);

// An address or an AS number: 0, or ERR_MALFORMED. A name as --json tells it, which must outlive e.
int MUST_USE exclude_peer(struct exclude *e, const char *text);
void exclude_collector(struct exclude *e, const char *name);

bool exclude_any(const struct exclude *e); // whether anybody is to be left out

// The batch without what they say; *ret borrows from b and from e, until the next call. The numbers of b are those of `peers`.
void exclude_batch(struct exclude *e, const struct peer_table *peers, const struct batch *b, struct batch *ret);
