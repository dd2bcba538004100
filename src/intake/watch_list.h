// SPDX-License-Identifier: ISC
// From --watch arguments to entities with their address space, out of the recordings and the world data.
#pragma once

#include "base/notice.h"
#include "base/text.h"
#include "model/entity.h"
#include "world/world.h"

// Marks the entity as watched; takes its space from the world data when no recording gave it any. "country/*" is every
// country of the world data. 0, or an error after a notice.
int watch_list_add(struct entity_list *entities, const struct world *w, const char *id,
		   const struct notice_sink *notices);

// Whether it is known where the entity is: a recording gave its space, or the world data have it; or whether it is a pattern.
bool watch_list_placed(const struct entity_list *entities, const struct world *w, const char *id);

// Appends the id that a word on a command line or in a list means: an id as it is, a name that a recording gives ("Kexico"), "kp",
// "North Korea", "AS131279", "131279". What means nothing that is known stays as it was typed.
void watch_list_meant(const struct entity_list *entities, const char *word, struct text *ret);

// The watched entity that somebody may have meant by this word: "KX", "kx", "Country/KX", a name. Null: none.
const struct entity *watch_list_nearest(const struct entity_list *entities, const char *word);
