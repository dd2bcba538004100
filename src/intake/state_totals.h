// SPDX-License-Identifier: ISC
// Files → routing table → totals: the shortest way through the program, and what the benchmarks time.
#pragma once

#include "base/text.h"
#include "decode/decode.h"
#include "intake/inputs.h"
#include "signal/routes.h"

struct state_totals {
	struct inputs in; // set up, with all files added
	struct routes *routes;
	struct decode_counts counts;
	uint64_t records, gaps;
};

// Reads all of it; damage is told. 0 or a negative error.
int MUST_USE state_totals_run(struct state_totals *s, const struct notice_sink *notices);
// What the table holds: a figure a line, or one JSON object a line.
void state_totals_text(const struct state_totals *s, bool json, struct text *out);
void state_totals_free(struct state_totals *s); // its inputs too
