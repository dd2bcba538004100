// SPDX-License-Identifier: ISC
// What is watched: a country, a network or a set of addresses, with the space that is its own.
#pragma once

#include "base/index.h"
#include "net/prefix.h"

#include <stddef.h>

#define ENTITIES_MAX	   65000 // all countries are 250, all networks 84,000: watch countries, or some networks
#define UTC_OFFSET_UNKNOWN INT16_MIN
#define UTC_OFFSET_MOST	   900 // minutes
#define ENTITY_ID_MAX	   63  // bytes in "country/KP", "asn/131279", "region/4369"

struct entity_range { // inclusive, one family
	struct addr first, last;
};

struct entity {
	char id[ENTITY_ID_MAX + 1];
	char *name; // owned; may be null; text from outside
	struct entity_range *ranges;
	size_t range_count, range_capacity;
	uint32_t *asns;
	size_t asn_count, asn_capacity;
	uint32_t asn_most;	// of them
	double population;	// 0 unknown
	int16_t utc_offset_min; // local time; UTC_OFFSET_UNKNOWN
	bool watched;		// incidents are raised for it
};

struct entity_list {
	struct entity *at;
	size_t count, capacity;
	struct index by_id;
};

// Adds an entity, or returns the one of that id. Null when the id is not of the form kind/code (lower-case kind, then
// letters, digits, '-', '.' or '_') or too long, or the list is full. Borrowed until the next add.
bool entity_id_valid(const char *id); // country/KX, asn/64512, region/ANY
struct entity *entity_add(struct entity_list *l, const char *id);
struct entity *entity_find(const struct entity_list *l, const char *id);
// What people call it: its own name, else that of its country, else null. Text from outside, borrowed.
const char *entity_name(const struct entity *e);
void entity_range_add(struct entity *e, const struct addr *first, const struct addr *last);
void entity_prefix_add(struct entity *e, const struct prefix *p);
bool entity_holds(const struct entity *e, const struct addr *a); // the address lies in one of its ranges
void entity_asn_add(struct entity *e, uint32_t asn);		 // one that is there already is not added
void entity_list_free(struct entity_list *l);
