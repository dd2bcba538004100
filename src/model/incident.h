// SPDX-License-Identifier: ISC
// The incident: one story about one entity (product.md's contract lacuna-incident/1). Members that this version does not
// fill are not here; the writers print them as null.
#pragma once

#include "model/detection.h"
#include "model/entity.h"
#include "model/sample.h"

#define INCIDENT_ID_MAX	  96
#define INCIDENT_LIST_MAX 64 // entries of each list below; the rest is counted

enum incident_scope { SCOPE_TOTAL, SCOPE_PARTIAL };

struct incident_upstream {    // routes that left, by the network next to the origin
	uint32_t asn;	      // 0: the path was never seen
	struct instant first; // first withdrawal through it
	uint32_t routes;      // (prefix, peer) pairs withdrawn
};

struct incident_origin { // a more-specific prefix or a prefix with a new origin
	struct prefix prefix;
	bool more_specific;
	uint32_t origin, expected;
	struct instant first, gone;	// gone unknown: still announced
	uint32_t networks, of_networks; // full-feed networks that carried it, of how many
};

struct incident {
	char id[INCIDENT_ID_MAX]; // fixed at first opening
	uint32_t revision;
	uint32_t entity; // index into the entity list
	enum incident_scope scope;
	double fraction_down;
	uint64_t units, units_down;
	struct moment start, end;
	struct detection routes[SIGNAL_ROUTING_COUNT];
	bool has[SIGNAL_ROUTING_COUNT];
	struct incident_upstream upstreams[INCIDENT_LIST_MAX];
	size_t upstream_count;
	uint64_t path_changes; // in the minute before the start
	struct incident_origin origins[INCIDENT_LIST_MAX];
	size_t origin_count;
};

struct incident_list {
	struct incident *at;
	size_t count, capacity;
};

struct blind_span { // a collector without a healthy full-feed peer
	uint16_t collector;
	struct instant from, to; // to unknown: still
	const char *why;	 // static text
};

struct blind_list {
	struct blind_span *at;
	size_t count, capacity;
};
