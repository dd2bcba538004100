// SPDX-License-Identifier: ISC
// The property of the caps: a naive checker that knows nothing of how the gate works. It is told of every packet that was let
// through and looks at every window that ends with it.
#pragma once

#include "schedule/gate.h"

#define SENT_MAX 512

struct sent { // a packet that the gate let through
	struct gate_ask ask;
	int64_t time;
	unsigned block, network; // by number, as the checker tells them apart
	bool loopback, incident;
};

struct checker {
	struct caps caps;
	size_t count;
	struct sent sent[SENT_MAX];
};

// Null, or the cap that the newest packet broke.
const char *checker_take(struct checker *c, const struct sent *s);
