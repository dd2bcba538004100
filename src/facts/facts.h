// SPDX-License-Identifier: ISC
// What causes are judged by (model/facts.h): the numbers around an incident, of the data plane, of the control plane, of the
// witnesses, and of what came before. Pure.
#pragma once

#include "facts/decisions.h"
#include "model/dossier.h"
#include "model/entity.h"
#include "model/incident.h"
#include "model/routing.h"
#include "model/routing_view.h"
#include "model/target.h"

struct facts_input {			   // all borrowed
	const struct decisions *decisions; // of the run; null: the table's
	const struct dossier *dossier;
	const struct entity_list *entities;
	const struct target_table *targets; // null: no probes
	const uint16_t *hold_times;	    // seconds, seen in the sessions
	size_t hold_time_count;
	const struct observer_list *observers;
	const struct peer_table *peers;
	const struct routing *routes;		    // null: no routes at all
	const struct routing_session_log *sessions; // null: likewise
	const struct incident *earlier;		    // as it was told before; null: it was not
	bool settle; // the beginning is over if it is long enough ago, and what is told of it now is final
};

// The facts around a story. Nothing is known of one without a start.
struct facts facts_of(const struct facts_input *in, const struct story *story);

// What came before incident `which` of the same entity. The list is in order of start; whoever else is in it changes nothing.
// `watched_since`: begin of the data; may be unknown.
struct facts_past facts_past(const struct decisions *v, const struct incident_list *list, size_t which,
			     struct instant watched_since);
