// SPDX-License-Identifier: ISC
// A dossier → incidents: which detections belong together, what may open an incident (doc/DETECTION.md 5), scope,
// state, id. Pure. What is said about each incident beyond that is describe.h's.
#pragma once

#include "model/dossier.h"
#include "model/incident.h"

struct assemble_input {
	const struct dossier *dossier;
	const struct entity_list *entities;
};

// Whether what one detection saw was over, for all that is known, within two watch intervals or a minute: a flap.
bool assemble_flap(const struct dossier *d, const struct detection *one);

// Appends the incidents of one entity, in order of their start.
void assemble_entity(const struct assemble_input *in, struct incident_list *out);

// The same for those that were over before that time; takes their detections out of the dossier. Nothing where there are
// series, which may be dated back far.
void assemble_settled(struct dossier *d, const struct entity_list *entities, struct instant before,
		      struct incident_list *out);

// News about origins inside the entity (a hijack or leak): a mechanism of its own, so an incident of its own, which takes
// over the services that began to fail with it. One incident per stretch of news.
void assemble_origin(struct incident_list *list, const struct entity_list *entities, uint32_t entity,
		     const struct incident_origin *news, double share);

// Gives every incident its id (fixed by entity, start and order) and sorts by start, then entity.
void assemble_finish(struct incident_list *list, const struct entity_list *entities);
