// SPDX-License-Identifier: ISC
// How classes of signals came back, unit by unit, and in which order things happened as far as the clocks can tell.
#pragma once

#include "model/detection.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOVERY_LOOK 4 // checks that decide; RECOVERY_GOOD of them, the first among them, must be good
#define RECOVERY_GOOD 3 // of single targets, which signal/target_track.c decides

struct recovery_check {
	struct instant time;
	bool good;
};

// Time of the first sustained good check after `after`; unknown if there is none yet. Checks ascend. Near the end of the
// data three good ones in a row suffice.
struct instant recovery_of(const struct recovery_check *checks, size_t count, struct instant after);

struct recovery { // of one class: when these shares of its failed units were good again; unknown: not yet
	struct instant t10, t50, t90;
	size_t units, recovered;
};

// From one instant per failed unit (unknown: not back); sorted here.
struct recovery recovery_class(struct instant *units, size_t count);

// Orders things known as intervals. group[i] becomes the place of moment i: 0 the earliest group, equal where two are too
// close to be ordered, ORDER_NONE where its best time is unknown. Every member of a group is after every member of an
// earlier one by more than the margin, and their intervals do not meet. `order` is room for `count` indices. Returns the
// number of groups.
#define ORDER_NONE SIZE_MAX
size_t recovery_order(const struct moment *moments, size_t count, double margin_s, size_t *group, size_t *order);
