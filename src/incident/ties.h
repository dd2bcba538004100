// SPDX-License-Identifier: ISC
// Links between the incidents of one entity: campaigns, and the known and earlier incidents each one resembles. Pure.
#pragma once

#include "incident/precedent.h"
#include "model/dossier.h"
#include "model/incident.h"

struct ties_input {
	const struct decisions *decisions; // of the run; null: the tables'
	const struct entity_list *entities;
	const struct precedent *known;
	size_t known_count;
	double hold_time_s; // longest seen; 0 unknown
	struct instant watched_since;
	bool probes, routes; // what could be seen at all
};

// Makes the ties of the incidents of the entity: campaign, alike ones, what came before. The list is in order of start; what
// others are in it changes nothing.
void ties_incidents(const struct ties_input *in, struct incident_list *list, uint32_t entity);
