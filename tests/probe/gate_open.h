// SPDX-License-Identifier: ISC
// What the open gate saw, and what it is to refuse.
#pragma once

#include "schedule/gate.h"

struct gate_seen {
	uint64_t asked, backed_off, relaxed;
	uint64_t wait_after; // so many answers of GATE_GO, then GATE_WAIT; 0: never
	struct addr refuse;  // family NONE: nobody
};

extern struct gate_seen gate_seen;
