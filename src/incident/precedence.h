// SPDX-License-Identifier: ISC
// Did the data plane fail before the routes left, by how much, and in which shape: a ramp or a step? All scales are in
// watch intervals and hold times, so that a lab of seconds and the field are judged alike.
#pragma once

#include "incident/decisions.h"
#include "model/detection.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRECEDENCE_HOLDS_MAX 4 // different hold times; memory

// Terms that were worked out before: an incident that is looked at again asks for nearly the same. It changes no answer.
struct precedence_memo;

struct precedence_memo *precedence_memo_create(void);
void precedence_memo_free(struct precedence_memo *m);

struct precedence_bin {	     // one watch interval, all observers that count together
	struct instant time; // its begin
	uint32_t sent, lost; // sent 0: nothing is known
};

struct precedence_routes {		  // when the networks lost the routes; unknown where none (or not so many) did
	struct instant first, half, most; // first withdrawal, 50 %, 99 %
};

struct precedence_input {
	const struct precedence_bin *bins; // ascending, from well before the onset; up to an hour is plenty
	size_t bin_count;
	double watch_interval_s;		   // length of a bin
	double resolution_s;			   // of the routes' stamps
	double margin_s;			   // order is claimed beyond it; 0: two intervals and the resolution
	double hold_times_s[PRECEDENCE_HOLDS_MAX]; // seen in the sessions; all 0: 90, 180, 240
	uint64_t usual_sent, usual_lost;	   // of the days before, if known
	struct precedence_routes routes;
	const struct decisions *decisions; // of the run; null: the table's
	struct precedence_memo *memo;	   // of tests with the same decisions; null: none
};

enum precedence_reading {
	READING_NO_LOSS,	 // no onset in the data plane, or no data of it
	READING_NO_WITHDRAWAL,	 // loss, but the routes stood
	READING_CONTROL_FIRST,	 // routes left before anything was lost
	READING_TIE,		 // closer than the margin
	READING_SESSION_EXPIRED, // all was lost at once, and the routes went with the hold timer
	READING_STRESS_SHAPED,	 // loss grew before the routes left
	READING_AMBIGUOUS	 // loss first, but neither of the two shapes
};

struct precedence_span {
	double best, from, to;
};

struct precedence {
	enum precedence_reading reading;
	struct moment onset; // of the data plane, 90 %; unknown where there is none
	bool has_lead;
	struct precedence_span lead_s; // from the onset to the first withdrawal; negative: routes first
	double p_loss_first;	       // chance that the onset lies before the first withdrawal by more than the margin
	double log10_shape_bf; // ramp against step, from the bins before the first withdrawal (or of all the loss)
	uint32_t shape_bins;   // bins with data after the onset that it rests on
	double partial_loss_s; // of those bins, time with 5 to 95 % loss
	struct instant total_loss_at; // begin of the first lasting loss of 95 % or more; unknown if none
	double hold_time_s;	      // READING_SESSION_EXPIRED: the hold time that fits
	double margin_s;
};

void precedence_test(const struct precedence_input *in, struct precedence *ret);

// From the instants at which networks lost their last route, in any order (sorted here); `networks` had one before.
struct precedence_routes precedence_routes_of(struct instant *withdrawals, size_t count, size_t networks);

const char *precedence_reading_name(enum precedence_reading r); // "tie"
