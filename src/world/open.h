// SPDX-License-Identifier: ISC
// The mapped file as open.c leaves it: every offset, number and order in it has been checked.
#pragma once

#include "world/layout.h"
#include "world/world.h"

#define WORLD_V4_INDEX (1u << 16) // by the upper half of an address

struct world {
	const uint8_t *map;
	size_t bytes;
	const struct world_disk_header *header;
	const struct world_disk_v4 *v4;
	const struct world_disk_v6 *v6;
	const struct world_disk_entity *countries, *networks;
	const uint32_t *refs;
	const char *pool;
	uint32_t v4_count, v6_count, country_count, network_count, ref_count, pool_bytes;
	uint32_t *v4_index; // [i]: first range whose end is not before i << 16; one more at the end
	char *codes;	    // world_countries
	char *path;
};
