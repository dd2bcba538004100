// SPDX-License-Identifier: ISC
// One direction of an emulated link, without packets and without a clock: when does a frame that arrives now leave, if at all?
// The same seed and the same frames give the same answers.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum shape_dial {
	SHAPE_DELAY,  // ms
	SHAPE_JITTER, // ms, evenly spread to both sides
	SHAPE_LOSS,   // percent
	SHAPE_RATE,   // kbit/s; 0: no limit
	SHAPE_DIAL_COUNT
};

enum shape_fate { SHAPE_PASSES, SHAPE_LOST, SHAPE_OVERFLOWED };

struct shape_ramp { // from one value to another
	double from, to;
	int64_t start_ns, length_ns; // length 0: at once
	double power;		     // 1: a straight line; above 1: slow first
};

struct shape {
	struct shape_ramp dials[SHAPE_DIAL_COUNT];
	double queue_bytes; // what may wait for the rate
	uint64_t random;
	int64_t free_ns; // when the last accepted frame has been sent at the rate
	int64_t last_ns; // when the last accepted frame leaves: frames keep their order
	bool spare;	 // frames marked as network control (DSCP CS6) are neither lost nor queued
	uint64_t passed, lost, overflowed;
};

#define SHAPE_QUEUE_BYTES 65536.0 // unless set

void shape_init(struct shape *s, uint64_t seed);
// From the value of now to this one in over_ns.
void shape_turn(struct shape *s, enum shape_dial dial, const struct shape_ramp *to);
double shape_value(const struct shape *s, enum shape_dial dial, int64_t now_ns);
// ret_due: when the frame leaves; only for SHAPE_PASSES.
enum shape_fate MUST_USE shape_take(struct shape *s, int64_t now_ns, size_t bytes, bool control, int64_t *ret_due);
