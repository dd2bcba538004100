// SPDX-License-Identifier: ISC
// What many recordings together say: how many outages were found, how far off their times were, how many causes were right.
#pragma once

#include "base/json.h"
#include "evaluate/score.h"

struct totals { // all zero: none yet
	size_t recordings, outages, found, inside, false_outages, scope_asked, scope_right, order_asked, order_right;
	size_t recovery_asked, recovery_right;
	size_t causes, causes_right, causes_strict, answered, answered_right, ruled_out;
	double *start_errors, *end_errors, *widths, *detect; // absolute seconds; owned
	size_t starts, ends, start_capacity, end_capacity, width_capacity, width_count, detects, detect_capacity;
	double score_sum, plain_sum; // of the start's intervals, and of best plus or minus a watch interval
	size_t scored;
	bool missed; // an outage was not found, or one raised that was none
};

// Counts one recording in; `watch_s` is its watch interval in seconds.
void totals_add(struct totals *e, const struct score *s, double watch_s);
// Appends the sums: one paragraph (with the times to detection where they were asked for), or the member "summary" of an object.
void totals_text(struct text *t, struct totals *e, bool times);
void totals_json(struct json *j, struct totals *e);
void totals_free(struct totals *e);
