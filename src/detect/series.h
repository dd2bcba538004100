// SPDX-License-Identifier: ISC
// Detector of one ready-made series (`series/*.csv`, IODA): a value clearly below what is usual for the hour, as a share
// and in spreads, opens an event; it is dated back to where the fall began and ends when the value is back. Missing values
// freeze everything; a series that was never up is unobservable, not down. Pure: time comes with the values.
#pragma once

#include "detect/level.h"

#include <stddef.h>

struct carry; // base/carry.h

#define SERIES_NEVER DETECT_DECISIONS_END // `open` of a source that is not judged

struct series_source { // what is known of a source of series: which rows it is judged by
	const char *name;
	enum detect_decision depart;	    // a start is dated back to the first value below this share
	enum detect_decision open;	    // an event needs values below this share; SERIES_NEVER: not judged
	enum detect_decision close;	    // and ends above this share
	enum detect_decision history_hours; // of the baseline by days
	enum detect_decision least;	    // usual level below this: unobservable; SERIES_NEVER: any
	double unit;			    // least step between values of a count; 0 not a count
};

enum series_state {
	SERIES_NO_VALUE,     // none so far, or the last one was missing
	SERIES_WARMING_UP,   // too little history
	SERIES_UNOBSERVABLE, // never up, too low to be judged, or not a series that falls when things go wrong
	SERIES_USUAL,
	SERIES_LOW, // an event is open
};

const struct series_source *series_source_find(const char *name); // "gtr.WEB_SEARCH" is of "gtr"; never null

struct series_watch;

// `name` is the word of the source and only looked at here. `decisions`: of the run, borrowed; null: the table's.
struct series_watch *series_create(const struct decisions *decisions, uint32_t entity, uint32_t series,
				   const char *name, struct detection_sink out);
void series_free(struct series_watch *s);
// NaN: missing. A time that is not later than the last one is ignored.
void series_take(struct series_watch *s, struct instant time, double value);
void series_tick(struct series_watch *s, struct instant now); // time went on without a value: no end, no start
void series_now(struct series_watch *s); // tells once more of what is open, as it stands; changes nothing
void series_finish(struct series_watch *s, struct instant now); // the data ended: an open event stays without an end
enum series_state series_state(const struct series_watch *s);
bool series_judged(const struct series_watch *s);     // there was a moment at which a departure would have been seen
int64_t series_hole_ns(const struct series_watch *s); // no value for longer is a hole; 0 while its step is not known
double series_baseline(const struct series_watch *s);
size_t series_bytes(void);				    // one detector without an event
void series_carry(struct carry *c, struct series_watch *s); // all but what it was created with
