// SPDX-License-Identifier: ISC
// Attempts of probes and checks as text: the lines of probes/*.ndjson (recording format), and rows for people.
#pragma once

#include "base/text.h"
#include "model/attempt.h"

#define ATTEMPT_STATUS_FAIL 500 // HTTP statuses from here on are the server's failure, unless the check accepts them

// One line with its end. `name`: asked name, or null. Only members that are known are written.
void attempt_json(struct text *out, const struct attempt *a, const char *observer, const char *name);

// One row for a terminal, without its end: what was asked, how it ended, how long it took, and the evidence in words
// ("host unreachable, says 198.51.100.1 (ICMP 3/1)"). Text from outside is escaped.
void attempt_row(struct text *out, const struct attempt *a, const char *name);

struct attempt_summary { // of one target and op
	uint64_t sent, answered, failed, local, late_or_dup, forged;
	double least_ms, median_ms, most_ms; // of the answered; 0 none
};
void attempt_summary_row(struct text *out, const struct attempt_summary *s, const char *what);

// {"t":…,"observer":…,"op":"observer_health","state":"blind"|"degraded"|"ok","why":…}: our own state (doc/FORMATS.md).
struct health_report {
	struct instant time;
	struct instant from; // since when, where that is not `time`; unknown: `time`
	const char *observer, *state, *why;
	double loss; // share of its own probes or replies that it lost; 0 not known
};
void health_report_json(struct text *out, const struct health_report *h);
