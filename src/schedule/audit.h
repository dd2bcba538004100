// SPDX-License-Identifier: ISC
// Is it us? Looks at our own side once a second: what we sent and what the kernel sent of it, what it dropped, how late we were,
// clocks, the carrier, and targets outside everything that is watched (controls). Blind: what was measured says nothing. Pure.
#pragma once

#include "base/attr.h"
#include "base/instant.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum audit_state { AUDIT_OK, AUDIT_DEGRADED, AUDIT_BLIND, AUDIT_STATES };

enum audit_reason {	    // bits
	AUDIT_CONTROLS = 1, // fewer than half of the controls answer
	AUDIT_CARRIER = 2,  // the interface has none
	AUDIT_GAP = 4,	    // nobody looked for a while: suspended, stopped, starved
	AUDIT_LOSS = 8,	    // more than 1 in 1000 of ours was lost on our own side
	AUDIT_LAG = 16,	    // more than 50 ms behind our own schedule
	AUDIT_CLOCK = 32,   // wall time jumped against the clock that never steps
};

#define AUDIT_REASONS 6

struct audit_sample {
	int64_t now_ns;		 // a clock that never steps and counts while the machine sleeps
	struct instant wall;	 // UTC
	uint64_t sent;		 // probes handed to the kernel without an error, so far
	uint64_t kernel_sent;	 // of those, what left the interface or the socket, so far; AUDIT_UNKNOWN: not known
	uint64_t received;	 // replies so far
	uint64_t kernel_dropped; // replies that the kernel dropped before us, so far
	int64_t lag_ns;		 // the latest we were since the last sample
	bool carrier;		 // or not known
	uint32_t controls_asked; // decided within the last window (answered, or timed out)
	uint32_t controls_answered;
};

#define AUDIT_UNKNOWN UINT64_MAX

struct audit_options {
	int64_t every_ns;  // between samples: a gap is three times as long
	int64_t window_ns; // which the controls' counts look back, their time-out included
};

struct audit_verdict {
	uint8_t state;	 // enum audit_state
	uint8_t reasons; // bits of enum audit_reason; 0: none
	// The start of the last whole second (UTC) of which we know that all was well; INSTANT_NONE: of none yet. When blind, what
	// was measured after it is void.
	struct instant good;
};

struct audit {
	struct audit_options options;
	struct audit_sample last;
	bool begun;
	struct instant good; // by the wall clock of then
	int64_t good_ns;
};

void audit_begin(struct audit *a, const struct audit_options *o);
struct audit_verdict audit_take(struct audit *a, const struct audit_sample *s);

// The foremost of the reasons, as recordings say it: enum observer_why of model/observer.h. States have the numbers of enum
// observer_state.
uint8_t audit_why(uint8_t reasons);
