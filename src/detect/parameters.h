// SPDX-License-Identifier: ISC
// The thresholds of routes, loss, latency and series in one place: name, value, where it comes from. A run may use other
// values; the set is part of what it says. Those of first signs (checks.c) and of the share of blocks (share.c) are fixed.
#pragma once

#include "base/attr.h"
#include "base/text.h"
#include "detect/level.h"
#include "detect/reachability.h"
#include "detect/series.h"

struct parameters {
	double level[LEVEL_PARAMETER_COUNT], reach[REACH_PARAMETER_COUNT], series[SERIES_PARAMETER_COUNT];
};

void parameters_default(struct parameters *ret);
// "level.open" and so on. 0, ERR_NOT_FOUND, or ERR_MALFORMED for a value that is not finite or negative.
int MUST_USE parameters_set(struct parameters *p, const char *name, double value);
// One line a threshold, "level.open=0.9", in the order of the table: what is hashed.
void parameters_text(struct text *t, const struct parameters *p);
// Row by row for people: false behind the last.
bool parameters_row(const struct parameters *p, size_t row, const char **ret_group,
		    const struct level_threshold **ret_default, double *ret_value);
