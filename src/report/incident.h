// SPDX-License-Identifier: ISC
// Incidents for machines (format lacuna-incident/1, doc/FORMATS.md) and for people. Members of the format that this
// version does not compute are null, never invented.
#pragma once

#include "base/text.h"
#include "model/incident.h"
#include "model/peer.h"
#include "model/pulse.h"
#include "model/target.h"
#include "report/words.h"

struct evidence_file {	  // a file that was read, whole
	const char *file; // relative to the recording; text from outside
	uint64_t bytes;
	char sha256[65]; // "" not known
	uint8_t holds;	 // enum evidence_source, bits: of what kinds its records were
};

#define WORLD_ATTRIBUTION_MAX 1024

struct world_digest {	     // which data told who is where
	struct instant date; // the newest that their sources state, else when they were made; unknown: none were used
	char sha256[65];     // of the file
	char attribution
		[WORLD_ATTRIBUTION_MAX]; // whose data they are, to be shown beside what rests on them; "": not stated
};

struct incident_view { // everything the writers need; borrowed
	const struct entity_list *entities;
	const struct incident_list *incidents;
	const struct blind_list *blind;
	const struct peer_table *peers;
	const struct target_table *targets;	  // null: no probes
	const char *definition, *definition_says; // of "visible"
	const char *version;
	const char *parameters;	   // SHA-256 of the numbers of the run and of the world data; null: not known
	struct world_digest world; // sha256 "": none were used
	const struct evidence_file *evidence;
	size_t evidence_count;
	struct instant first, last;    // of the data
	const struct words_zone *zone; // for text: local time beside UTC; null: UTC alone
	unsigned columns;	       // for text: what lines will be broken to; 0: not
};

// One incident as a JSON object. Returns where in `t` its head ends: format, id and revision.
size_t incident_json(struct text *t, const struct incident_view *v, const struct incident *n);
void incident_json_head(struct text *t, const struct incident *n); // that head alone

// The story of one incident: headline, interval, scope, denominator, profile, upstreams, news of origins.
void incident_text(struct text *t, const struct incident_view *v, const struct incident *n);

void incident_headline(struct text *t, const struct incident_view *v,
		       const struct incident *n); // its first lines: what, when, id

// Whose world data were used: a line; nothing where none were.
void world_text(struct text *t, const struct world_digest *w);

// Blind spans, a line each; what came more often is one line.
void blind_text(struct text *t, const struct incident_view *v);

// Name of the collector, the observer, or the session ("rrc00 AS64500 192.0.2.10"); text from outside.
void blind_name(struct text *t, const struct incident_view *v, const struct blind_span *b);
const char *blind_kind_name(uint8_t kind); // "collector", "observer", "session"
