// SPDX-License-Identifier: ISC
// The lowest share of the usual in each stretch of a time of any length, in little memory: what a strip of time is drawn from. It
// keeps nothing finer than it needs: when the time grows beyond its cells, two become one. Pure.
#pragma once

#include "base/instant.h"

#include <stddef.h>
#include <stdint.h>

struct carry; // base/carry.h

#define SKYLINE_CELLS 512 // even; a strip is drawn from some of them a cell

struct skyline {
	int64_t width_ns;		 // of a cell: 2^n seconds; 0: nothing yet
	int64_t first;			 // cell 0 begins at first * width_ns
	size_t count;			 // of cells up to the last that is known
	uint8_t lowest[SKYLINE_CELLS];	 // 0 none of it, SKYLINE_ALL all
	int64_t from_ns, to_ns, held_ns; // what was added last; usual time between two beginnings
	uint8_t held;			 // its share
};

// From `from` (included) to `to` the share was `share` (0 to 1, more counts as 1). In order of `from`. What lies between two that follow
// each other as usual was as the first of them; a longer pause is one in which nothing is known.
void skyline_add(struct skyline *s, struct instant from, struct instant to, double share);

// The lowest share from `from` to `to` (not included); negative: not known.
double skyline_lowest(const struct skyline *s, struct instant from, struct instant to);

void skyline_carry(struct carry *c, struct skyline *s);
