// SPDX-License-Identifier: ISC
// The table of evidence: a row adds one. Each has a small pure function that answers it from the incident and its facts.
#pragma once

#include "diagnose/decisions.h"
#include "model/incident.h"

struct evidence_row {
	const char *name; // "loss-ramp"
	uint8_t family;	  // enum family
	uint8_t source;	  // enum evidence_source
	// Sentences; {a} and {b} stand for the finding's numbers, {a:s} for seconds in words, {a:%} for a share in percent.
	const char *yes, *no;
	const char
		*ask; // what to look at if it is not known: "Do the border's addresses at its upstreams still answer?"
	struct finding (*look)(const struct incident *n, const struct decisions *d); // d: of the run; null: the tables'
};

const struct evidence_row *evidence_row(uint8_t evidence);
int evidence_of(const char *name);	 // enum evidence_id; -1: none
const char *family_name(uint8_t family); // "control plane"
