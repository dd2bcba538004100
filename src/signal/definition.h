// SPDX-License-Identifier: ISC
// The definitions of "visible" that the field uses (doc/DETECTION.md 1: IODA's help text, BGPView's code, monocle),
// one row each. Every figure names the one it was made with.
#pragma once

#include "signal/decisions.h"

#include <stdbool.h>
#include <stdint.h>

struct definition {
	const char *name;
	const char *says;	// one sentence
	bool by_peers;		// count peers; else distinct networks (ASNs)
	bool more_than;		// share must be exceeded; else reached
	double share;		// of the full-feed networks or peers
	double full_share;	// full feed: of the largest table at the collector
	uint32_t full_floor[2]; // and at least so many prefixes, IPv4 and IPv6
	uint8_t shortest[2];	// prefixes shorter than this never count
};

struct visibility { // what a run sees by; borrowed
	const struct definition *definition;
	uint32_t full_floor;		   // 0: the definition's
	const struct decisions *decisions; // of the run; null: the table's
};

const struct definition *definition_default(void);
const struct definition *definition_find(const char *name); // null if none
const struct definition *definition_at(unsigned index);	    // null behind the last

// Whether `seen` of `of` makes a prefix visible. Nothing is visible to nobody.
static inline bool definition_visible(const struct definition *d, uint32_t seen, uint32_t of)
{
	double needed = d->share * of;
	return seen && (d->more_than ? seen > needed : seen >= needed);
}
