// SPDX-License-Identifier: ISC
// What the data says of an address, a country or a network, for people or as JSON (lacuna-world/1, doc/FORMATS.md).
#pragma once

#include "base/json.h"
#include "world/world.h"

struct world_answers {
	const struct world *world;
	bool json, totals; // totals: without the list of prefixes
	struct text *out;
	struct json writer; // to the same text; its list of results is the caller's to open and close
};

// Appends what a word means: an address, or the id of an entity ("kp", "North Korea", "AS131279", "131279" and the full forms). False: none
// of these; then something may have been appended.
bool world_answer_means(const char *word, struct text *ret_what);
// Appends the answer about what world_answer_means gave. 0; ERR_NOT_FOUND: it is not in the data (of an address that is said too).
int MUST_USE world_answer(struct world_answers *l, const char *what);

// Days since the date that the sources state, or since the file was made where they state none.
int64_t world_age_days(const struct world *w, struct instant now);
// About the file itself (lacuna-world-info/1): lines for people, and one JSON object with its end of line.
void world_about_text(const struct world *w, struct instant now, struct text *out);
void world_about_json(const struct world *w, struct text *out);
