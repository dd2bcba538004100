// SPDX-License-Identifier: ISC
// A known incident to compare with, and the facts by which any two incidents are compared.
#pragma once

#include "base/instant.h"
#include "model/sample.h"

#include <stdint.h>

#define PRECEDENT_STEPS 8 // of an order; later ones are left out

struct precedent_facts {		 // of an incident or of a precedent; signals as bits, 1 << enum signal_kind
	uint32_t moved, still;		 // took part; known not to have (neither: not known)
	uint32_t order[PRECEDENT_STEPS]; // signals of each step of the onset, earliest first; unused steps 0
	uint32_t recovery[PRECEDENT_STEPS];
	struct instant start;	    // may be unknown
	double start_uncertainty_s; // to either side; negative or above 300: the start says nothing of clocks
	double duration_s;	    // 0 or less: unknown
	double fraction_down;	    // negative: unknown
};

struct precedent {							// strings are owned by its list
	char *id, *entity, *name, *mechanism, *said_by, *source, *note; // note may be null
	struct instant end;						// may be unknown
	struct precedent_facts facts;
};
