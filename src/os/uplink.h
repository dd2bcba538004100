// SPDX-License-Identifier: ISC
// What happens to our own way out: carrier, addresses and routes of this machine, told by the kernel (rtnetlink). The first
// layer of "is it us?".
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

enum uplink_event {
	UPLINK_CARRIER_LOST = 1,
	UPLINK_CARRIER_BACK = 2,
	UPLINK_ADDRESS_LOST = 4,
	UPLINK_ADDRESS_BACK = 8,
	UPLINK_ROUTE_LOST = 16, // any route of the main table
	UPLINK_ROUTE_BACK = 32,
	UPLINK_MISSED = 64, // the kernel had more to tell than there was room for
};

struct uplink_watch {
	int descriptor; // -1: not watching
	int interface;	// index; 0: every one
};

// Opens the socket; interface null: every one. 0 or -errno.
int MUST_USE uplink_watch_open(struct uplink_watch *w, const char *interface);
void uplink_watch_close(struct uplink_watch *w);
// What happened since the last look, a set of enum uplink_event. Does not wait.
unsigned uplink_watch_look(struct uplink_watch *w);
