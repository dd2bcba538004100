// SPDX-License-Identifier: ISC
// One value of one signal of one entity at one time, with its denominator.
#pragma once

#include "base/instant.h"

#include <stdint.h>

enum signal_kind {
	SIGNAL_ROUTES,	// /24s of IPv4 space under a visible prefix
	SIGNAL_ROUTES6, // /48s of IPv6 space under a visible prefix
	SIGNAL_COUNT
};

struct sample {
	struct instant time;
	uint32_t entity;	// index into the entity list
	uint8_t signal;		// enum signal_kind
	uint64_t value;		// units up
	uint64_t own;		// units the entity has in all, up or not; 0 unknown
	double sight;		// mean share of the full-feed networks that see the entity's prefixes, 0 to 1
	uint32_t of_networks;	// the denominator: distinct full-feed networks; below the minimum the value is unknown
	uint32_t of_collectors; // collectors with at least one of them
};

static inline const char *signal_name(uint8_t signal)
{
	return signal == SIGNAL_ROUTES ? "routes" : signal == SIGNAL_ROUTES6 ? "routes-ipv6" : "unknown";
}
