// SPDX-License-Identifier: ISC
// The story of a group of detections: what happened, when and how far; in which order, in which phases, by whom first, how it
// came back. Made in one go by one function, and not touched again. Pure.
#pragma once

#include "incident/assemble.h"
#include "model/target.h"

struct story_input {			   // all borrowed
	const struct decisions *decisions; // of the run; null: the tables'
	const struct dossier *dossier;
	const struct entity_list *entities;
	const struct target_table *targets; // null: no probes
	const uint16_t *hold_times;	    // seconds, seen in the sessions
	size_t hold_time_count;
	double visibility;		// share of networks at which a prefix is visible
	struct instant since;		// begin of the probes; unknown: of the intervals that are kept
	const struct routing *routes;	// null: none
	const struct incident *earlier; // as it was told before; null: it was not
	struct limits *limits;		// null: nobody counts
	struct precedence_memo *memo;	// null: none
};

// Of an empty group: a story without a start.
struct story story_of(const struct story_input *in, const struct assemble_group *group);
