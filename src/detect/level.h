// SPDX-License-Identifier: ISC
// Level detector: a signal against its own recent past, as IODA does it (alert when the value falls below a share of the
// median), with hysteresis, a start dated back to the first departure, and no learning inside an event (inpainting).
// Pure: time comes with the samples.
#pragma once

#include "detect/decisions.h"
#include "model/detection.h"
#include "model/sample.h"

#include <stdbool.h>

struct carry; // base/carry.h

struct level;

struct detection_sink {
	// opened: confirmed just now (end unknown). Else ended (end known), or the data ended during it.
	void (*take)(void *context, const struct detection *d, bool opened);
	void *context;
};

// One detector for one signal of one entity. `decisions`: of the run, borrowed; null: the table's.
struct level *level_create(const struct decisions *decisions, uint32_t entity, uint8_t signal,
			   struct detection_sink out);
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
