// SPDX-License-Identifier: ISC
// Level detector: a signal against its own recent past, as IODA does it (alert when the value falls below a share of the
// median), with hysteresis, a start dated back to the first departure, and no learning inside an event (inpainting).
// Pure: time comes with the samples.
#pragma once

#include "model/detection.h"
#include "model/sample.h"

#include <stdbool.h>

struct carry; // base/carry.h

struct level_threshold { // one table of all numbers, with where each comes from
	const char *name;
	double value;
	const char *source;
};

enum level_parameter {
	LEVEL_DEPART,	    // start is dated back to the first value below this share of the baseline
	LEVEL_OPEN,	    // an event needs a value at or below this share
	LEVEL_CLOSE,	    // and ends at or above this share
	LEVEL_HOLD_S,	    // for so long, both ways; shorter departures are flaps
	LEVEL_PAUSE_S,	    // a small loss that goes no further for so long is not the start of what follows
	LEVEL_WARM_UP_S,    // history needed before anything is said
	LEVEL_HISTORY_S,    // length of the history
	LEVEL_NETWORKS_MIN, // fewer full-feed networks: the value is unknown
	LEVEL_KNOWN4_MIN,   // usual IPv4 level below this share of the entity's own space: too little of it is known
	LEVEL_KNOWN6_MIN,   // the same for IPv6, where allocations are far larger than what is announced
	LEVEL_PARAMETER_COUNT
};

const struct level_threshold *level_threshold(enum level_parameter which);

struct level;

struct detection_sink {
	// opened: confirmed just now (end unknown). Else ended (end known), or the data ended during it.
	void (*take)(void *context, const struct detection *d, bool opened);
	void *context;
};

// One detector for one signal of one entity.
struct level *level_create(uint32_t entity, uint8_t signal, struct detection_sink out);
void level_use(struct level *l, const double values[LEVEL_PARAMETER_COUNT]); // other numbers than the table's; borrowed
void level_free(struct level *l);
void level_take(struct level *l, const struct sample *s);
void level_tick(struct level *l, struct instant now); // time went on without a new value
void level_now(struct level *l);		      // tells once more of what is open, as it stands; changes nothing
// The first time at which level_tick does anything, if no value comes before; unknown: never. Taking a value changes it.
struct instant level_deadline(const struct level *l);
void level_finish(struct level *l, struct instant now); // the data ended
bool level_blind(const struct level *l);		// the last value was unknown
bool level_judged(const struct level *l);		// there was a moment at which a departure would have been seen
double level_baseline(const struct level *l);		// 0: never up so far
void level_carry(struct carry *c, struct level *l);	// all but what it was created with
