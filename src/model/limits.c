// SPDX-License-Identifier: ISC
// Names and sums of the limits by count.
#include "model/limits.h"

#include <stddef.h>

void limits_reach(struct limits *l, enum limit which)
{
	if (l)
		l->reached[which]++;
}

void limits_add(struct limits *to, const struct limits *of)
{
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		to->reached[i] += of->reached[i];
}

const char *limit_name(enum limit which)
{
	static const char *const names[LIMIT_COUNT] = {
		[LIMIT_SIGNALS] = "signals of an incident",
		[LIMIT_UPSTREAMS] = "upstreams of an incident",
		[LIMIT_ORIGINS] = "origins of an incident",
		[LIMIT_PHASES] = "phases of an incident",
		[LIMIT_SERVICES] = "services of an incident",
		[LIMIT_ORIGIN_EVENTS] = "origins of an entity's prefixes",
		[LIMIT_HOLD_TIMES] = "hold times",
		[LIMIT_ROUND_TRIPS] = "round-trip times of an interval",
		[LIMIT_SESSION_CHANGES] = "changes of sessions",
		[LIMIT_ROUTE_EVENTS] = "route events of an entity",
		[LIMIT_ENTITY_SETS] = "sets of entities",
		[LIMIT_BLIND_SPANS] = "blind spans of collectors",
		[LIMIT_INTERVALS] = "probes of open intervals",
		[LIMIT_BLACKOUTS] = "reporters that lost all peers",
	};
	return names[which];
}
