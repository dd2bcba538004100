// SPDX-License-Identifier: ISC
// News of origins: a more-specific prefix or a new origin inside an entity that at least one full-feed network carried, unless
// the origin is one of the entity's own networks. They end by withdrawal and by re-announcement. Enough for an incident are
// those that half of the networks carried, and those at whose coming half of them lost the route to the right origin.
#pragma once

#include "incident/decisions.h"
#include "model/incident.h"
#include "model/limits.h"
#include "model/routing_view.h"

struct origin_event {
	struct incident_origin origin;
	double share;	// of the entity's IPv4 space that its prefix covers, 0 to 1
	bool displaces; // when it came most networks had the route to the right origin, soon after most had none
};

struct origin_events {
	struct origin_event *at; // in order of first sight; for free()
	size_t count;
};

struct origin_events origins_find(const struct decisions *v, const struct routing *r,
				  const struct entity_list *entities, uint32_t entity,
				  struct limits *limits); // null: nobody counts
