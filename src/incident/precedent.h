// SPDX-License-Identifier: ISC
// Which known incidents an incident resembles: nearest neighbours over standardised features. Both sides are given as
// facts; a fact that is not known costs, so that little known is never very alike.
#pragma once

#include "base/instant.h"
#include "model/sample.h"

#include <stddef.h>
#include <stdint.h>

#define PRECEDENT_NEAREST 3
#define PRECEDENT_GROUPS  8 // steps of an order; later ones are left out

struct precedent_facts {		  // of an incident or of a precedent; signals as bits, 1 << enum signal_kind
	uint32_t moved, still;		  // took part; known not to have (neither: not known)
	uint32_t order[PRECEDENT_GROUPS]; // signals of each step of the onset, earliest first; unused steps 0
	uint32_t recovery[PRECEDENT_GROUPS];
	struct instant start;
	double start_uncertainty_s; // negative or above 300: the start says nothing of clocks
	double duration_s;	    // 0 or less: unknown
	double fraction_down;	    // negative: unknown
};

struct precedent_match {
	size_t index;
	double similarity; // 0 to 1
};

// The most alike first; at most PRECEDENT_NEAREST, fewer where there are fewer or nothing is known of both. Returns how
// many.
size_t precedent_similar(const struct precedent_facts *subject, const struct precedent_facts *known, size_t count,
			 struct precedent_match ret[PRECEDENT_NEAREST]);
