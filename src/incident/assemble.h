// SPDX-License-Identifier: ISC
// A dossier → incidents: which detections belong together, what may open an incident (doc/DETECTION.md 5), scope and
// state. Pure, and always of all that the dossier holds: nothing is remembered between two calls. Which of them is which
// incident that was told before is book.h's; what is said about each beyond this is describe.h's.
#pragma once

#include "model/dossier.h"
#include "model/incident.h"

struct assemble_input {
	struct dossier *dossier;
	const struct entity_list *entities;
};

// Whether what one detection saw was over, for all that is known, within two watch intervals or a minute: a flap.
bool assemble_flap(const struct dossier *d, const struct detection *one);

// Whether a detection can be what an incident rests on: a longer path and checks that are late only join one.
bool assemble_opens(const struct detection *one);

// Appends the incidents of one entity, in order of their start, to `out`, which holds nothing else. Writes into the
// dossier's `group` which of them each detection went into.
void assemble_entity(const struct assemble_input *in, struct incident_list *out);

// News about origins inside the entity (a hijack or leak): a mechanism of its own, so an incident of its own, which takes
// over the services that began to fail with it; an incident that is left without any has an unknown start. `list` is of
// this entity alone. One incident per stretch of news.
void assemble_origin(struct dossier *dossier, struct incident_list *list, const struct incident_origin *news,
		     double share);
