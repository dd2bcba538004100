// SPDX-License-Identifier: ISC
// Whether one finished incident tells one story: what its parts say of each other must fit. Each rule is a row with a name of its own, so
// that a contradiction can be looked for, counted and told. Pure.
#pragma once

#include "model/incident.h"
#include "report/incident.h"

#define CONTRADICTIONS_MAX 64 // rules that an incident can break at once: more than there are

struct consistent_input {
	const struct incident *incident;
	struct instant data_end;	  // nothing is later
	const struct incident_view *view; // null: what it rests on is not looked at
};

// Names of the rules that are broken ("phase-outlives-incident"), static text, in the order of the table; returns how many.
size_t consistent_look(const struct consistent_input *in, const char *ret[CONTRADICTIONS_MAX]);
