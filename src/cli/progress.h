// SPDX-License-Identifier: ISC
// A progress bar on a terminal's standard error; silent elsewhere.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool shown;
	int percent; // last drawn
};

void progress_begin(struct progress *p, bool quiet);
void progress_at(struct progress *p, uint64_t done, uint64_t total);
void progress_end(struct progress *p);
