// SPDX-License-Identifier: ISC
// What a log must know of the run that wrote it so that a replay gives the same answer: the entities with their space, what the
// configuration lists as targets, the version and the numbers that decide. As text, a fact a line.
#pragma once

#include "base/cursor.h"
#include "base/text.h"
#include "model/entity.h"
#include "model/target.h"

struct journal_configuration {
	const char *version;	// of the program
	const char *parameters; // digest of the numbers that decide
	const char *definition; // of visibility
	uint32_t full_floor;	// 0: the definition's
	const char *world;	// SHA-256 of the world data that were used, as text; null or "": none were
	struct instant world_date;
	const char *attribution; // whose they are; null or "": not stated
	const struct entity_list *entities;
	const struct target_table *targets; // whose listings are written; may be null
};

void journal_configuration_text(struct text *out, const struct journal_configuration *c);

struct journal_configured {				       // what was read
	char *version, *parameters, *definition, *attribution; // owned; null: the text does not say
	uint32_t full_floor;
	char world[65]; // "": none
	struct instant world_date;
};

// Adds the entities and listings of the text to those that are there; an entity that is there keeps what it has. 0,
// ERR_UNSUPPORTED (of a later version) or ERR_MALFORMED with the line in *ret_line. Free what was read in either case.
int MUST_USE journal_configuration_read(struct cursor text, struct entity_list *entities, struct target_table *targets,
					struct journal_configured *ret, uint64_t *ret_line);
void journal_configured_free(struct journal_configured *c);
