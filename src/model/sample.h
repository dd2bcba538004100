// SPDX-License-Identifier: ISC
// One value of one signal of one entity at one time, with its denominator.
#pragma once

#include "base/instant.h"

#include <stdint.h>

enum signal_kind {
	SIGNAL_ROUTES,	    // /24s of IPv4 space under a visible prefix
	SIGNAL_ROUTES6,	    // /48s of IPv6 space under a visible prefix
	SIGNAL_LOSS,	    // hosts that do not answer ping
	SIGNAL_LATENCY,	    // median round-trip time of the hosts that do
	SIGNAL_SERVICE_DNS, // services that fail, by class
	SIGNAL_SERVICE_HTTP,
	SIGNAL_SERVICE_TLS,
	SIGNAL_SERVICE_SMTP,
	SIGNAL_SERVICE_TCP,
	SIGNAL_TIMEOUTS, // share of service checks that time out
	SIGNAL_CONNECT,	 // time that service checks take
	SIGNAL_BLOCKS,	 // /24 blocks believed down
	SIGNAL_SERIES,	 // a ready-made series; its name is in the detection
	SIGNAL_COUNT
};

#define SIGNAL_ROUTING_COUNT 2 // the first ones are samples of the routing table

struct sample { // of the routing signals
	struct instant time;
	int64_t silent_ns; // those that left the denominator for their silence were last heard so long before; 0 nobody did
	uint32_t entity;	// index into the entity list
	uint8_t signal;		// enum signal_kind
	uint64_t value;		// units up
	uint64_t own;		// units the entity has in all, up or not; 0 unknown
	double sight;		// mean share of the full-feed networks that see the entity's prefixes, 0 to 1
	uint32_t of_networks;	// the denominator: distinct full-feed networks; below the minimum the value is unknown
	uint32_t of_collectors; // collectors with at least one of them
};

const char *signal_name(uint8_t signal); // "routes", "loss", "service/dns", …
