// SPDX-License-Identifier: ISC
// What is usual for a series at an hour of the week: median and spread, learnt from its own past in bounded memory. Two
// ways, the better one is used: by weeks (the median of the same hour in up to four past weeks, once there are two) and by
// days (the median of the last day or week). A missing value is NaN and leaves no trace; zero is a value.
#pragma once

#include "base/instant.h"
#include "detect/decisions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct carry; // base/carry.h

#define PROFILE_HOURS 168  // of a week
#define PROFILE_WEEKS 4	   // kept
#define PROFILE_AWAY  64   // classes of |value / usual - 1|, eight an octave, from 1/256 to 1
#define PROFILE_BINS  12   // values kept of the running hour; more are averaged in pairs
#define PROFILE_BYTES 2048 // memory of a series

enum profile_kind { PROFILE_BY_DAYS, PROFILE_BY_WEEKS, PROFILE_KINDS };

struct profile {
	uint16_t cells[PROFILE_HOURS][PROFILE_WEEKS]; // medians of hours, by hour of week and number of week; 0 missing
	uint16_t sorted[PROFILE_HOURS];		      // those of the last `history` hours
	uint8_t away[PROFILE_KINDS][PROFILE_AWAY]; // how often values were so far from what was usual; halved when full
	float bins[PROFILE_BINS];
	float offset_sum;
	float bin_sum;
	float days, days_low; // median and lowest tenth of the last hours; NaN unknown
	float week[3];	      // medians of the hour before, this and the next in past weeks; NaN unknown
	float away_median[PROFILE_KINDS];
	float centre;  // mean place of the values in an hour, in hours
	int32_t hour;  // the running one, since 1970; -1 none
	int32_t first; // hour of the first value
	uint16_t sorted_count, history;
	uint16_t away_count[PROFILE_KINDS];
	uint16_t offsets;
	uint8_t bin_count, bin_stride, bin_phase;
	uint8_t weeks; // behind the least known of week[]
	uint8_t kind;  // in use
	bool pinned;   // an event is open: the way does not change
};

struct profile_usual {
	double level;  // median; 0: never up
	double low;    // of the hours that t lies between, where they differ: the time of a change is known to the hour
	double spread; // as a standard deviation
	uint32_t cells;	    // hours of the last `history` that are known
	uint32_t age_hours; // since the first value
	uint8_t kind;	    // enum profile_kind
};

void profile_begin(struct profile *p, unsigned history_hours); // at most PROFILE_HOURS

// What is usual at t. Hours that passed since the last call are closed. False: nothing is known yet, or t is before 1970
// or before the running hour. `d`: of the run; null: the table's.
bool profile_at(const struct decisions *d, struct profile *p, struct instant t, struct profile_usual *ret);

// After profile_at of the same time. NaN and infinite values are ignored, negative ones count as zero. `event`: something
// is wrong now, so what would be usual is learnt instead of the value.
void profile_learn(struct profile *p, struct instant t, double value, bool event);

// The way in use stays while an event is open, so that its end is judged by what its begin was judged by.
void profile_pin(struct profile *p, bool pinned);
void profile_carry(struct carry *c, struct profile *p);
