// SPDX-License-Identifier: ISC
// What somebody asked to see: a test on observations. Values of one option are alternatives; different options
// must all hold.
#pragma once

#include "model/batch.h"
#include "wire/bgp.h"

enum bgp_match { MATCH_EXACT = 1, MATCH_MORE = 2, MATCH_LESS = 4 };

enum { TYPE_ANNOUNCE = 1, TYPE_WITHDRAW = 2, TYPE_RIB = 4, TYPE_STATE = 8 };

struct bgp_community { // with wildcards
	uint32_t part[3];
	bool any[3];
	uint8_t parts; // 2 or 3
};

struct bgp_range {
	uint8_t first[16], last[16];
	uint8_t family;
};

struct bgp_filter {
	struct prefix *prefixes;
	size_t prefix_count, prefix_capacity;
	uint8_t match; // bits of enum bgp_match
	struct addr *peers;
	size_t peer_count, peer_capacity;
	uint32_t *peer_asns;
	size_t peer_asn_count, peer_asn_capacity;
	struct addr *not_peers; // excluded
	size_t not_peer_count, not_peer_capacity;
	uint32_t *not_peer_asns;
	size_t not_peer_asn_count, not_peer_asn_capacity;
	const char **not_collectors; // their names; borrowed
	size_t not_collector_count, not_collector_capacity;
	uint32_t *origins;
	size_t origin_count, origin_capacity;
	uint32_t *asns;
	size_t asn_count, asn_capacity;
	struct bgp_community *communities;
	size_t community_count, community_capacity;
	struct bgp_range *ranges; // of countries and networks; sorted by bgp_filter_ready
	size_t range_count, range_capacity;
	bool by_range; // also where no range is known: then nothing passes
	uint8_t types;
	struct instant from, until;
};

void bgp_filter_free(struct bgp_filter *f);

// Each parses one option's value: 0, or ERR_MALFORMED.
int MUST_USE bgp_filter_prefix(struct bgp_filter *f, const char *text);
int MUST_USE bgp_filter_peer(struct bgp_filter *f, const char *text);	  // address or AS number
int MUST_USE bgp_filter_not_peer(struct bgp_filter *f, const char *text); // the same, excluded
int MUST_USE bgp_filter_origin(struct bgp_filter *f, const char *text);
int MUST_USE bgp_filter_asn(struct bgp_filter *f, const char *text);
int MUST_USE bgp_filter_community(struct bgp_filter *f, const char *text); // A:B or A:B:C, `*` for any
int MUST_USE bgp_filter_types(struct bgp_filter *f, const char *text);	   // letters or words, with commas or not

void bgp_filter_not_collector(struct bgp_filter *f, const char *name); // excluded; the text must outlive the filter

// Only prefixes with an address in one of the ranges pass from now on; one range, both ends of one family and part of it.
void bgp_filter_by_range(struct bgp_filter *f);
void bgp_filter_range(struct bgp_filter *f, const struct addr *first, const struct addr *last);

bool bgp_filter_excluding(const struct bgp_filter *f); // whether anybody is excluded
// Whether the observation is of an excluded peer or collector, whatever else is asked for; of measurements none is.
bool bgp_filter_excludes(const struct bgp_filter *f, const struct peer_table *peers, const struct obs *o);

void bgp_filter_ready(struct bgp_filter *f); // after the last of them
bool bgp_filter_needs_routes(const struct bgp_filter *f);
bool bgp_filter_empty(const struct bgp_filter *f); // lets everything through
bool bgp_filter_passes(const struct bgp_filter *f, const struct peer_table *peers, const struct batch *b, size_t i);
