// SPDX-License-Identifier: ISC
// The beginning of an outage that came at once, from single targets: all of what failed answered after the last moment
// before it and failed from the first moment after it, so it lies where these meet. Finer than the intervals in which losses are
// counted. What came slowly has no such moment and keeps its interval. Pure.
#pragma once

#include "incident/decisions.h"
#include "model/detection.h"

#include <stdbool.h>
#include <stddef.h>

struct onset_unit {			    // one target that failed
	struct instant last_ok, first_fail; // when these probes were sent
};

// Narrows `start` where the units agree on a step inside it; true when it did. `width_ns`: watch interval. Units are sorted.
// `v`: of the run; null: the table's.
bool onset_of_step(const struct decisions *v, struct onset_unit *units, size_t count, int64_t width_ns,
		   struct moment *start);
