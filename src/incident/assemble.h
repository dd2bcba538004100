// SPDX-License-Identifier: ISC
// Detections → incidents: what belongs together, scope, and the routing evidence around it. Pure.
#pragma once

#include "model/incident.h"

struct assemble;

struct assemble *assemble_create(const struct entity_list *entities); // borrowed
void assemble_free(struct assemble *a);

// A detection opened, changed or ended. Detections of one entity that overlap in time are one incident; its id is
// fixed when it first opens.
void assemble_take(struct assemble *a, const struct detection *d);

// News about origins inside the entity (a hijack or leak): one incident per stretch of news.
void assemble_origin(struct assemble *a, uint32_t entity, const struct incident_origin *news, double share);

struct incident_list *assemble_incidents(struct assemble *a); // in order of opening; owned by a
