// SPDX-License-Identifier: ISC
// A span in which one signal of one entity stood clearly below its usual level, and a moment known as an interval.
#pragma once

#include "base/instant.h"
#include "model/sample.h"

#include <stdint.h>

struct moment { // `best` with an interval that holds the true time with `confidence`
	struct instant best, from, to;
	double confidence;
};

#define MOMENT_STAMP_S 1.0 // resolution of MRT stamps

// A moment of a routing archive, whose stamps are whole seconds.
static inline struct moment moment_of_second(struct instant t)
{
	return (struct moment){t, instant_after(t, -NS_PER_S), instant_after(t, NS_PER_S), 0.9};
}

// What may be claimed of the order of two moments: two intervals of the slower of the two clocks and the resolution of the stamps.
static inline double moment_margin_s(double watch_interval_s, double resolution_s)
{
	return 2 * watch_interval_s + resolution_s;
}

enum { PROFILE_90, PROFILE_50, PROFILE_10, PROFILE_COUNT };

struct detection {
	uint32_t entity;
	uint8_t signal;	 // enum signal_kind
	uint32_t series; // SIGNAL_SERIES: its id (model/target.h)
	uint32_t
		serial; // of its entity, in the order in which detections were first told; 0: not told yet (model/dossier.h)
	struct moment start, end;	     // end.best unknown: still going on
	uint64_t baseline, lowest;	     // units: usual, and least seen
	uint32_t of_networks, of_collectors; // the denominator at the start
	// When the share of full-feed networks that see the entity's prefixes fell through 90, 50, 10 % of its usual value,
	// and when it rose through them again (rise[PROFILE_10] is the first of these). Unknown where it never did.
	struct instant fall[PROFILE_COUNT], rise[PROFILE_COUNT];
};

// Slower answers: they come before a failure, or have nothing to do with it.
static inline bool detection_early_sign(const struct detection *d)
{
	return d->signal == SIGNAL_LATENCY || d->signal == SIGNAL_TIMEOUTS || d->signal == SIGNAL_CONNECT;
}
