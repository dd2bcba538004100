// SPDX-License-Identifier: ISC
// What causes are judged by (model/facts.h): the numbers around an incident, of the data plane, of the control plane, of the
// witnesses, and of what came before. Pure.
#pragma once

#include "model/dossier.h"
#include "model/entity.h"
#include "model/incident.h"
#include "model/routing.h"
#include "model/target.h"
#include "signal/routes.h"

struct facts_input { // all borrowed
	const struct dossier *dossier;
	const struct entity_list *entities;
	const struct target_table *targets; // null: no probes
	const uint16_t *hold_times;	    // seconds, seen in the sessions
	size_t hold_time_count;
	const struct observer_list *observers;
	const struct peer_table *peers;
	const struct routes *routes;	    // null: no routes at all
	const struct session_log *sessions; // null: likewise
};

// After the incident was described: its facts, but for what came before it. Nothing is known of one without a start.
void facts_incident(const struct facts_input *in, struct incident *n);

// When all incidents of the entity are there, described and in order of start: what came before each. `watched_since`: begin
// of the data. Whoever else is in the list changes nothing.
void facts_past(struct instant watched_since, struct incident_list *list, uint32_t entity);
