// SPDX-License-Identifier: ISC
// What a finding was read off: names of files where they are known, else of the witnesses, so that nothing stands without a source.
#pragma once

#include "base/json.h"
#include "model/diagnosis.h"
#include "report/incident.h"

#define REFS_KINDS 16 // sets of enum evidence_source

struct refs { // of one incident; begin with view and incident, both borrowed, and the rest zero
	const struct incident_view *view;
	const struct incident *incident;
	struct text of[REFS_KINDS]; // as JSON, made when it is asked for
};

// Member "refs": at most 8 names, "bgp/rc-1.mrt.gz" of files; "collector/rc", "observer/vp1" and "series/bgp" of witnesses.
// `source`: enum evidence_source, bits.
void refs_json(struct json *j, struct refs *r, uint8_t source);

// Whether there is anything at all that a finding about this incident could have been read off.
bool refs_any(const struct incident_view *v, const struct incident *n);

void refs_free(struct refs *r);
