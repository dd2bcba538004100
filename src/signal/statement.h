// SPDX-License-Identifier: ISC
// What one observer says of itself, as spans in which its failures say nothing of its targets.
#pragma once

#include "model/obs.h"
#include "model/pulse.h"
#include "signal/decisions.h"

struct carry; // base/carry.h

#define STATEMENT_SPANS 8 // kept at a time: of the few intervals that still wait

struct statement {
	uint32_t own_loss_ppm; // from which its own loss impairs it
	struct {
		int64_t from, to; // ns; to INT64_MAX: still
	} span[STATEMENT_SPANS];
	int64_t last;  // time of its newest line
	int64_t since; // of what it says now
	uint8_t count; // spans
	uint8_t state; // enum observer_state
	uint8_t why;   // enum observer_why
	bool impaired; // now
};

void statement_init(const struct decisions *d, struct statement *t); // d: of the run; null: the table's

// Takes one OBS_HEALTH; spans that ended before `oldest` are forgotten. What changed goes to `ret`, at most two changes: the
// end of one state, the beginning of another. Returns how many.
size_t statement_take(struct statement *t, const struct obs *o, int64_t oldest, struct observer_change ret[2]);

static inline bool statement_impaired(const struct statement *t, int64_t time)
{
	for (uint8_t i = 0; i < t->count; i++)
		if (time >= t->span[i].from && time < t->span[i].to)
			return true;
	return false;
}
void statement_carry(struct carry *c, struct statement *t);
