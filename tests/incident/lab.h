// SPDX-License-Identifier: ISC
// The lab's recordings as bins of one second: a small reader for tests only.
#pragma once

#include "incident/precedence.h"

#define LAB_BINS_MAX 400

struct lab {
	struct precedence_bin bins[LAB_BINS_MAX]; // pings to hosts by all observers
	size_t bin_count;
	double start, end, routes_start, routes_end; // of truth.json's first outage; 0 where it has none
};

// Reads the recording of that name; false (with the reason printed) where the fixtures are missing.
bool lab_read(const char *name, struct lab *ret);

// With the lab's hold time, one second bins and stamps, and the first withdrawal of truth.json.
struct precedence_input lab_input(const struct lab *lab);
