// SPDX-License-Identifier: ISC
// What the writers of routes share: plain pointers into reserved room, numbers, addresses, paths, communities.
#pragma once

#include "net/prefix.h"
#include "report/bgp_text.h"
#include "wire/aspath.h"
#include "wire/route.h"

#define PEER_TEXT   64 // longest "address|AS number|"
#define PREFIX_TEXT 52

struct peer_text {
	uint8_t length;
	char bytes[PEER_TEXT];
};

struct bgp_writer {
	enum bgp_format format;
	const struct peer_table *peers;
	struct text out;
	struct peer_text *known; // by peer id; length 0: not made yet
	size_t known_count;
	struct prefix prefix; // the last one and its text
	uint8_t prefix_length;
	char prefix_text[PREFIX_TEXT];
	const struct bgp_route *of;    // of the observation at work; null: it has none
	const uint32_t *path;	       // the same: its AS numbers
	const struct bgp_route *route; // whose tail stands in `out` at tail_at
	size_t tail_at, tail_length;
	uint32_t seconds; // the last second and its text
	uint8_t seconds_length;
	char seconds_text[12];
};

// Room for n more characters; the caller writes them and says where it ended.
static inline char *bgp_text_room(struct text *t, size_t n)
{
	if (UNLIKELY(t->capacity - t->length < n))
		text_reserve(t, n);
	return t->bytes + t->length;
}

static inline void bgp_text_end(struct text *t, const char *at)
{
	t->length = (size_t)(at - t->bytes);
}

static inline char *bgp_put(char *at, const char *string)
{
	size_t n = strlen(string);
	memcpy(at, string, n);
	return at + n;
}

char *bgp_put_number(char *at, uint32_t value);	    // at most 10 characters
char *bgp_put_six(char *at, uint32_t microseconds); // exactly 6
char *bgp_put_v4(char *at, const uint8_t bytes[4]); // at most 15

// At most 45: as RFC 5952 has it, or (bgpdump) with single zero groups shortened too.
char *bgp_put_v6(const struct bgp_writer *w, char *at, const uint8_t bytes[16]);
char *bgp_put_addr(const struct bgp_writer *w, char *at, const struct addr *a);

char *bgp_put_prefix(struct bgp_writer *w, char *at, const struct prefix *p); // at most PREFIX_TEXT
char *bgp_put_peer(struct bgp_writer *w, char *at, uint32_t id);	      // at most PEER_TEXT
char *bgp_put_seconds(struct bgp_writer *w, char *at, uint32_t seconds);      // at most 10

// The merged path; sets as {1,2}, confederations as (1 2) and [1,2].
void bgp_text_path(struct bgp_writer *w, const struct obs *o);
void bgp_text_communities(struct text *t, struct cursor list, bool names);

// The next hop of this route: length 0 when it has none.
struct bgp_next_hop {
	uint8_t length; // 0, 4 or 16
	uint8_t bytes[16];
};
struct bgp_next_hop bgp_route_next_hop(const struct bgp_writer *w, const struct obs *o);
char *bgp_put_next_hop(const struct bgp_writer *w, char *at, const struct bgp_next_hop *hop);

// The aggregator, with AS4_AGGREGATOR where that one counts (RFC 6793, 4.2.3). False: none.
bool bgp_route_aggregator(const struct bgp_attributes *a, uint32_t *ret_asn, const uint8_t **ret_address);

void bgp_text_tail(struct bgp_writer *w, const struct obs *o, void (*make)(struct bgp_writer *w, const struct obs *o));

// bgp_communities.c
#define BGP_OTHERS_SHOWN 16 // attributes of a route that are only bytes to us; far more than are seen
struct json;
void bgp_ext_community_text(struct text *t,
			    const uint8_t bytes[8]); // "rt:64500:100"; "0x…" where its kind is not known
// Members of the object at work; none where there is nothing to tell.
void bgp_json_put_well_known(struct json *j, const struct bgp_attributes *a);
void bgp_json_put_apart(struct json *j, const struct bgp_attributes *a);

void bgp_dump_put(struct bgp_writer *w, const struct obs *o);
void bgp_reader_put(struct bgp_writer *w, const struct obs *o);
void bgp_json_put(struct bgp_writer *w, const struct obs *o);
