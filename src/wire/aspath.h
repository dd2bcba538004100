// SPDX-License-Identifier: ISC
// AS paths: segments (RFC 4271 4.3, RFC 5065), the merge of AS_PATH with AS4_PATH (RFC 6793 4.2.3).
#pragma once

#include "wire/bgp.h"

// Longest path that is kept whole; longer ones are cut and say so (a 2,048-AS path crashed a router once:
// CVE-2026-49943).
#define ASPATH_MAX 2048

enum aspath_segment_type { ASPATH_SET = 1, ASPATH_SEQUENCE = 2, ASPATH_CONFED_SEQUENCE = 3, ASPATH_CONFED_SET = 4 };

struct aspath_segment {
	uint8_t type;
	uint8_t count;
	uint8_t as_bytes;
	struct cursor asns; // count × as_bytes, for aspath_asn
};

// 1, 0 end, ERR_MALFORMED (unknown type, zero count, overrun).
int MUST_USE aspath_next(struct cursor *path, uint8_t as_bytes, struct aspath_segment *ret);

// Whether every segment reads with this width.
bool aspath_valid(struct cursor path, uint8_t as_bytes);

// The same, and AS 0 is nowhere in it.
bool aspath_valid_without_zero(struct cursor path, uint8_t as_bytes);

// The Secure_Path of a BGPsec_PATH (struct bgp_attributes.secure_path) as an AS_PATH of 4-byte numbers (RFC 8205, 4.4), prepended as often
// as its pCounts say. Returns the bytes written; as many segments as `size` has room for.
size_t aspath_of_secure(struct cursor secure, uint8_t *room, size_t size);

// Takes the next AS number off a segment. False at its end.
bool aspath_asn(struct aspath_segment *segment, uint32_t *ret);

// The segments of the merged path, for text and other lossless forms: first those of AS_PATH that AS4_PATH does
// not cover, then those of AS4_PATH. The last of the former may be cut, so that as_bytes can change on the way.
struct aspath_walk {
	struct cursor front, back;
	uint32_t keep; // AS numbers of front that still come
	uint8_t front_as_bytes;
};

void aspath_walk_begin(const struct bgp_attributes *a, struct aspath_walk *ret);
bool aspath_walk_next(struct aspath_walk *w, struct aspath_segment *ret);

// One path as a flat list, sets included, for state and filters.
struct aspath {
	uint32_t asns[ASPATH_MAX]; // as seen from the peer: nearest first, origin last
	uint16_t count;
	bool truncated;	  // longer than ASPATH_MAX
	bool ends_in_set; // a set of several, or of a confederation: then the origin is not one network
};

// Flattens with the AS4_PATH merge. An empty path gives count 0. Malformed paths give what was read.
void aspath_flatten(const struct bgp_attributes *a, struct aspath *ret);

// The origin: last AS of the merged path; 0 when the path is empty or ends in a set of several or in a
// segment of a confederation.
uint32_t aspath_origin(const struct bgp_attributes *a);
