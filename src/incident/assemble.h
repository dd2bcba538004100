// SPDX-License-Identifier: ISC
// A dossier → groups: which detections belong together and are enough for an incident (doc/DETECTION.md 5), and which news of
// origins are. Pure, and always of all that the dossier holds: nothing is remembered between two calls. Which group is which
// incident that was told before is book.h's; what each tells is story.h's.
#pragma once

#include "incident/decisions.h"
#include "incident/origins.h"
#include "model/dossier.h"
#include "model/incident.h"
#include "model/target.h"

struct assemble_input {
	struct dossier *dossier; // its `group` is written
	const struct entity_list *entities;
	const struct routing *routes;	    // null: news of origins are not looked at
	struct limits *limits;		    // null: nobody counts
	const struct decisions *decisions;  // of the run; null: the table's
	const struct target_table *targets; // null: no probes
};

struct assemble_group {		     // becomes one incident
	const struct detection **at; // in order of start; borrowed from the dossier
	size_t count, capacity;
	struct incident_origin *origins; // in order of their first sight; none: it rests on detections alone
	size_t origin_count, origin_capacity;
	struct instant start, gone; // of the origins; gone unknown: still announced
	double share;		    // of the entity's space under the widest of the origins
	struct incident_origin
		*beside; // of detections: news of origins in its time that it does not rest on; for free()
	size_t beside_count, beside_capacity;
};

struct assemble_groups {
	struct assemble_group *at;
	size_t count, capacity;
	struct detection **cut; // without what another network displaced; groups point to them
	size_t cut_count, cut_capacity;
	size_t unconfirmed; // losses that one observer alone saw, without a second kind of evidence: no group
};

// Whether what one detection saw was over, for all that is known, within two watch intervals or a minute: a flap.
bool assemble_flap(const struct decisions *v, const struct dossier *d, const struct detection *one);

// Whether a detection can be what an incident rests on: a longer path and checks that are late only join one.
bool assemble_opens(const struct detection *one);

// Groups of one entity, by start, those of origins last; for assemble_free. Writes into the dossier's `group` which of them
// each detection went into. A group of which too little is left when its services
// went to one of origins is empty and stays in its place.
void assemble_entity(const struct assemble_input *in, struct assemble_groups *ret);

// News about an origin inside the entity (a hijack or leak) is a mechanism of its own, so a group of its own, one per stretch
// of news, which takes over the services that began to fail with it, the routes that it displaced, and the machines in its space
// that fell silent with it. What other prefixes did meanwhile stays where it was, without what was taken. assemble_entity() does this for all that routes tell.
void assemble_origin(const struct decisions *v, struct dossier *dossier, struct assemble_groups *groups,
		     const struct origin_event *event);

void assemble_free(struct assemble_groups *groups);
