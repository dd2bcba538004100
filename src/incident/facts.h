// SPDX-License-Identifier: ISC
// Fills the numbers of model/facts.h that come from probes and from the other incidents of the list. Pure.
#pragma once

#include "incident/describe.h"

// After describe_incident: clock, data plane, services, witnesses among observers.
void facts_incident(const struct describe_input *in, const struct observer_list *observers, struct incident *n);

// When all incidents of the entity are there, described and in order of start: what came before each. `watched_since`: begin
// of the data. Whoever else is in the list changes nothing.
void facts_past(struct instant watched_since, struct incident_list *list, uint32_t entity);
