// SPDX-License-Identifier: ISC
// The phases of an incident in words: degraded, silent (routed but mute), unrouted, returning, back.
#pragma once

#include "base/instant.h"
#include "incident/decisions.h"

#include <stdbool.h>
#include <stddef.h>

#define PHASES_MAX 64 // of one incident; what flaps more often is merged into the last

enum phase_kind { PHASE_DEGRADED, PHASE_SILENT, PHASE_UNROUTED, PHASE_RETURNING, PHASE_BACK };

struct phase_point {	     // one watch interval
	struct instant time; // its begin
	double answering;    // share of the units (pinged and services) that answer, 0 to 1; negative: not known
	double routed;	     // share of full-feed networks that have a route; negative: not known
};

struct phase_input {
	const struct phase_point *points; // ascending
	size_t count;
	double usual_answering, usual_routed; // 0: all of them (1)
	double visibility;		      // at most this share of the usual networks: unrouted. 0: one half
	const struct decisions *decisions;    // of the run; null: the table's
};

struct phase {
	enum phase_kind kind;
	struct instant from, to; // to unknown: still
};

struct phases {
	struct phase at[PHASES_MAX];
	size_t count;
	size_t dropped; // changes that found no room
};

// From the first trouble on; empty where there is none. A change must last two points; it dates from the first of them.
// A point of which nothing is known changes nothing. After `back`, new trouble begins again.
void phases_find(const struct phase_input *in, struct phases *ret);

const char *phase_name(enum phase_kind kind); // "degraded"
