// SPDX-License-Identifier: ISC
// Words and sentences about incidents, in one place.
#pragma once

#include "base/text.h"
#include "model/incident.h"
#include "model/probe.h"

void words_entity(struct text *t,
		  const struct entity *e); // "North Korea (country/KP)"; the id alone where it has no name
#define ZONE_NAME_SIZE 16

struct words_zone { // whose local time stands beside UTC; the rules are outside of this room
	// Seconds east of UTC at that moment, and what the time is called then ("CET", "+0330"). False: not known.
	bool (*east)(void *context, int64_t seconds, int32_t *ret_east_s, char ret_name[ZONE_NAME_SIZE]);
	void *context;
};

// "2022-01-25 20:50:11 UTC", for archives know no more than seconds; with a zone "2022-01-25 20:50:11 UTC (2022-01-26 05:50:11 KST)", without
// the date where it is the same. `zone` may be null.
void words_clock(struct text *t, const struct words_zone *zone, struct instant when);
// What stands beside UTC alone: " (2022-01-26 05:50:11 KST)"; nothing without a zone.
void words_beside(struct text *t, const struct words_zone *zone, struct instant when);
// As words_clock() without the date where it is that of `day`.
void words_clock_of_day(struct text *t, const struct words_zone *zone, struct instant when, struct instant day);
void words_span(struct text *t, double seconds); // 3 h 5 min, 4 min 10 s, 12 s
// From a start on: "after 3 h 5 min", "12 s before", "at once" for what is less than half a second.
void words_offset(struct text *t, double seconds);
const char *words_op(uint8_t op);	    // "http", "smtp": how a target is asked, as a list of targets has it
const char *words_kind(uint8_t op);	    // the same in words that people use: "web", "mail"
const char *words_outcome(uint8_t outcome); // how something failed: "no answer", "refused"
const char *words_class(uint8_t signal);    // "routes", "hosts", "mail", "web", …

// One plain sentence each, as an indented line; nothing where nothing is known.
void words_concurrency(struct text *t, const struct incident *n);
void words_precedence(struct text *t, const struct incident *n);
