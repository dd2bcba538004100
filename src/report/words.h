// SPDX-License-Identifier: ISC
// Words and sentences about incidents, in one place.
#pragma once

#include "base/text.h"
#include "model/incident.h"

void words_entity(struct text *t,
		  const struct entity *e);	       // "North Korea (country/KP)"; the id alone where it has no name
void words_clock(struct text *t, struct instant when); // 2022-01-25 20:50:11 UTC: archives know no more than seconds
void words_span(struct text *t, double seconds);       // 3 h 05 min, 4 min 10 s, 12 s
const char *words_class(uint8_t signal);	       // "routes", "hosts", "mail", "web", …

// One plain sentence each, as an indented line; nothing where nothing is known.
void words_concurrency(struct text *t, const struct incident *n);
void words_precedence(struct text *t, const struct incident *n);
