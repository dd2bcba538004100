// SPDX-License-Identifier: ISC
// What is said about one incident beyond its span: order of onsets, phases, concurrency, precedence and shape, recovery by
// class; and whether machines that failed one by one are an outage at all. Pure; each test has a header of its own, this
// one only feeds them.
#pragma once

#include "model/dossier.h"
#include "model/incident.h"
#include "model/target.h"

struct describe_input {
	const struct dossier *dossier;
	const struct entity_list *entities;
	const struct target_table *targets; // null: no probes
	const uint16_t *hold_times;	    // seconds, seen in the sessions
	size_t hold_time_count;
	double visibility;    // share of networks at which a prefix is visible
	struct instant since; // begin of the probes; unknown: of the intervals that are kept
};

void describe_incident(const struct describe_input *in, struct incident *n);
