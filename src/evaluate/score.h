// SPDX-License-Identifier: ISC
// Incidents against the truth of a recording (doc/FORMATS.md).
#pragma once

#include "model/incident.h"
#include "recording/truth.h"

enum { SCORE_NO, SCORE_YES, SCORE_NOT_ASKED };

struct score_outage {
	const struct truth_outage *truth; // borrowed
	const struct incident *found;	  // borrowed; null: missed
	bool asked;			  // scope none and service only: nothing need be raised
	bool detected;
	double start_error_s, end_error_s; // NaN where it has none
	bool start_in_interval;
	int scope_ok, order_ok, recovery_ok; // SCORE_*
	double interval_s;		     // width of the start's interval
	// Interval score of it at 90 % (Gneiting and Raftery 2007): width, and twenty times what the truth lies beyond; NaN: missed
	double interval_score_s;
	int cause_ok;	    // SCORE_*: the leading cause is the truth's or an acceptable one
	bool strict;	    // it is the truth's
	uint32_t ruled_out; // causes that the truth rules out and that have more than CALIBRATE_NOT, a bit each
	double detect_s; // from the true start to the moment of the data at which it is told; NaN: not asked for, or never
};

struct score {
	struct score_outage *outages;
	size_t count;
	uint32_t false_outages; // of countries and networks
	bool detected;		// every total or partial outage
	bool quiet;		// no total or partial outage happened
};

// The score that best plus or minus `half_s` would have had.
double score_plain(const struct score_outage *o, double half_s);

struct score score_recording(const struct truth *truth, const struct incident_list *incidents,
			     const struct entity_list *entities);
void score_free(struct score *s);
