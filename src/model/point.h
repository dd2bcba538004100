// SPDX-License-Identifier: ISC
// One value of one signal of one watched entity, as it is judged when it comes: what strips and charts are drawn from.
#pragma once

#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>

enum point_state {
	POINT_USUAL,
	POINT_WORSE,	// beyond what opens an event of this signal, or one is open
	POINT_LEARNING, // nobody knows yet what is usual
	POINT_UNJUDGED, // a series that is not one that falls when things go wrong, or too low
	POINT_UNKNOWN,	// no value
	POINT_STATES
};

struct point {
	struct instant time;
	uint32_t entity; // index into the entity list
	const char *
		signal; // "routes", "hosts", "latency"; of a series its own word, text from outside; borrowed for the call
	const char *unit;	// "" as the source has it
	double value, expected; // NaN: not known
	uint8_t state;		// enum point_state
	bool blind;		// nobody who could see looked
	uint32_t witnesses;	// networks or observers that looked; 0 of series
};

struct point_sink {
	void (*take)(void *context, const struct point *one); // null: nobody listens
	void *context;
};
