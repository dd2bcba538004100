// SPDX-License-Identifier: ISC
// From route evidence to what an incident says about it: news of origins, the order in which upstreams lost their
// routes, path changes before the start.
#pragma once

#include "incident/assemble.h"
#include "signal/routes.h"

// Raises an incident for each more-specific prefix or new origin inside the entity that at least half of the full-feed
// networks carried, unless the origin is one of the entity's own networks.
void origins_judge(const struct routes *r, const struct entity_list *entities, struct dossier *dossier,
		   struct incident_list *out);

// Fills upstreams and path_changes of an incident from the events around its start.
void origins_upstreams(const struct routes *r, struct incident *n);
