// SPDX-License-Identifier: ISC
// Fills the numbers of model/facts.h that come from probes and from the other incidents of the list. Pure.
#pragma once

#include "incident/describe.h"

// After describe_incident: clock, data plane, services, witnesses among observers.
void facts_incident(const struct describe_input *in, const struct observer_list *observers, struct incident *n);

// When all incidents are there, described and in order of start: the entity's past, and other entities that went in the same
// minute through the same upstream. `watched_since`: begin of the data.
void facts_past(const struct entity_list *entities, struct instant watched_since, struct incident_list *list);
