// SPDX-License-Identifier: ISC
// Limits by count that are left, and how often each was reached. A limit that is reached changes an answer, so it is told of:
// `quality` prints each that was. Limits by time are no limits of this kind: what retires cannot matter any more.
#pragma once

#include <stdint.h>

enum limit {
	LIMIT_SIGNALS,	       // of one incident: INCIDENT_SIGNALS_MAX
	LIMIT_UPSTREAMS,       // of one incident: INCIDENT_LIST_MAX
	LIMIT_ORIGINS,	       // of one incident: INCIDENT_LIST_MAX
	LIMIT_PHASES,	       // of one incident: PHASES_MAX
	LIMIT_SERVICES,	       // of one incident: INCIDENT_SERVICES_MAX
	LIMIT_ORIGIN_EVENTS,   // (prefix, origin) pairs of one entity that are told apart
	LIMIT_HOLD_TIMES,      // different hold times that are remembered
	LIMIT_ROUND_TRIPS,     // of one interval and entity that a median is taken over
	LIMIT_SESSION_CHANGES, // of all watched sessions; the oldest half goes
	LIMIT_ROUTE_EVENTS,    // of one entity: EVIDENCE_EVENTS_MAX
	LIMIT_ENTITY_SETS,     // different ones that prefixes are of: SPACE_SETS_MAX
	LIMIT_BLIND_SPANS,     // of collectors; the oldest goes
	LIMIT_INTERVALS,       // closed early because too many probes waited: REACH_PENDING_MAX
	LIMIT_BLACKOUTS,       // of all reporters; the oldest half goes
	LIMIT_COUNT
};

struct limits {
	uint64_t reached[LIMIT_COUNT]; // times that something was left out
};

void limits_reach(struct limits *l, enum limit which); // null: nobody counts
void limits_add(struct limits *to, const struct limits *of);

const char *limit_name(enum limit which); // "signals of an incident"
