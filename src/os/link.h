// SPDX-License-Identifier: ISC
// What happens to our own way out: carrier, addresses and routes of this machine, told by the kernel (rtnetlink). The first
// layer of "is it us?".
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

enum link_event {
	LINK_CARRIER_LOST = 1,
	LINK_CARRIER_BACK = 2,
	LINK_ADDRESS_LOST = 4,
	LINK_ADDRESS_BACK = 8,
	LINK_ROUTE_LOST = 16, // any route of the main table
	LINK_ROUTE_BACK = 32,
	LINK_MISSED = 64, // the kernel had more to tell than there was room for
};

struct link_watch {
	int descriptor; // -1: not watching
	int interface;	// index; 0: every one
};

// Opens the socket; interface null: every one. 0 or -errno.
int MUST_USE link_watch_open(struct link_watch *w, const char *interface);
void link_watch_close(struct link_watch *w);
// What happened since the last look, a set of enum link_event. Does not wait.
unsigned link_watch_look(struct link_watch *w);
