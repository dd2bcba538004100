// SPDX-License-Identifier: ISC
// One target's life as all unimpaired observers together see it: an answer to any of them is an answer.
#pragma once

#include "model/obs.h"
#include "model/pulse.h"
#include "model/target.h"
#include "signal/decisions.h"

struct carry; // base/carry.h

struct target_track {
	int64_t last_ok, first_fail; // ns; INT64_MIN none
	int64_t first_good;	     // while down: first of the good checks that are being counted
	int64_t last_fail;	     // while down: the last failure before these
	int64_t up_ns;		     // time up before; while up, less the moment since when
	uint64_t failing;	     // observers 0 … 63 that failed since the last answer
	uint32_t more;		     // the others that did: 1 + the place of their set in the table; 0 none
	uint32_t onsets;
	uint16_t fails; // since the last answer
	uint8_t recent; // last outcomes while down, newest in bit 0
	uint8_t recent_count;
	uint8_t outcome; // of the first failure
	bool ever_up, down;
};

_Static_assert(sizeof(struct target_track) == 64, "memory per target");

struct target_track_table;

struct target_track_table *target_track_table_create(
	const struct decisions *decisions); // of the run; null: the table's
void target_track_table_free(struct target_track_table *t);
struct target_track *target_track_of(struct target_track_table *t,
				     uint32_t target); // made on first use; borrowed until the next new target

struct target_track_outcome {
	int64_t t;
	uint16_t observer; // below OBSERVERS_MAX
	uint8_t outcome;   // enum probe_outcome
};

// Applies one result of a target that target_track_of made. Returns true and fills ret when the target went down or came up.
bool target_track_result(struct target_track_table *table, uint32_t target, const struct target_track_outcome *o,
			 struct target_change *ret);

void target_track_table_carry(struct carry *c, struct target_track_table *t);
