// SPDX-License-Identifier: ISC
// Detector of one ready-made series (`series/*.csv`, IODA): a value clearly below what is usual for the hour, as a share
// and in spreads, opens an event; it is dated back to where the fall began and ends when the value is back. Missing values
// freeze everything; a series that was never up is unobservable, not down. Pure: time comes with the values.
#pragma once

#include "detect/level.h"

#include <stddef.h>

struct carry; // base/carry.h

#define SERIES_NEVER 0.0 // `open` of a source that is not judged

struct series_source { // what is known of a source of series, with where the numbers come from
	const char *name;
	double depart;		// a start is dated back to the first value below this share
	double open;		// an event needs values below this share; 0: not judged
	double close;		// and ends above this share
	unsigned history_hours; // of the baseline by days
	double least;		// usual level below this: unobservable
	double unit;		// least step between values of a count; 0 not a count
	const char *origin;
};

enum series_parameter {
	SERIES_SPREADS,	       // distance below the usual level, in robust standard deviations
	SERIES_SPREADS_IN_ALL, // the same, summed over the values in a row
	SERIES_BINS,	       // values in a row, to open and to close
	SERIES_FIRST_WEEK,     // least spread, as a share, until a source with a human rhythm has been seen for a week
	SERIES_WARM_UP_HOURS,  // history needed before anything is said
	SERIES_INPAINT_HOURS,  // an event teaches nothing for so long
	SERIES_ABSORB_HOURS,   // after so long the low level is the usual one; no end is stated
	SERIES_PARAMETER_COUNT
};

enum series_state {
	SERIES_NO_VALUE,     // none so far, or the last one was missing
	SERIES_WARMING_UP,   // too little history
	SERIES_UNOBSERVABLE, // never up, too low to be judged, or not a series that falls when things go wrong
	SERIES_USUAL,
	SERIES_LOW, // an event is open
};

const struct level_threshold *series_threshold(enum series_parameter which);
const struct series_source *series_source_find(const char *name); // "gtr.WEB_SEARCH" is of "gtr"; never null

struct series_watch;

// `name` is the word of the source and only looked at here.
struct series_watch *series_create(uint32_t entity, uint32_t series, const char *name, struct detection_sink out);
// Other numbers than the table's, before the first value; borrowed.
void series_use(struct series_watch *s, const double values[SERIES_PARAMETER_COUNT]);
void series_free(struct series_watch *s);
// NaN: missing. A time that is not later than the last one is ignored.
void series_take(struct series_watch *s, struct instant time, double value);
void series_tick(struct series_watch *s, struct instant now); // time went on without a value: no end, no start
void series_now(struct series_watch *s); // tells once more of what is open, as it stands; changes nothing
void series_finish(struct series_watch *s, struct instant now); // the data ended: an open event stays without an end
enum series_state series_state(const struct series_watch *s);
bool series_judged(const struct series_watch *s); // there was a moment at which a departure would have been seen
double series_baseline(const struct series_watch *s);
size_t series_bytes(void);				    // one detector without an event
void series_carry(struct carry *c, struct series_watch *s); // all but what it was created with
