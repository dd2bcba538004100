// SPDX-License-Identifier: ISC
// The registry of peers and collectors: dense ids for (collector, router, address, AS, view, instance). decode fills it,
// everyone above reads it.
#pragma once

#include "net/prefix.h"

#define PEERS_MAX	 16384 // all of RIS and RouteViews is about 3,000
#define COLLECTORS_MAX	 1024  // they run about 70
#define ROUTER_NAMES_MAX 16384 // names of routers that send BMP
#define PEER_NONE	 UINT32_MAX

enum peer_view { PEER_VIEW_SESSION, PEER_VIEW_PRE_POLICY, PEER_VIEW_POST_POLICY, PEER_VIEW_OUT, PEER_VIEW_LOC_RIB };

struct peer {
	struct addr address;
	uint8_t view; // enum peer_view; SESSION for MRT
	uint16_t collector;
	uint16_t
		router; // of BMP: the number of the router's name (RFC 7854, 4.3: sysName); 0: not known, or none, as of MRT
	uint32_t asn;
	uint64_t
		instance; // of BMP: the peer distinguisher (RFC 7854, 4.2), big-endian bytes as a number; 0: none, as of MRT
};

struct peer_table;
struct text;

const char *peer_view_name(uint8_t view); // "pre-policy", "post-policy", "out", "loc-rib"; null: SESSION

// The instance as routers show a route distinguisher (RFC 4364, 4.2): "64500:1", "192.0.2.1:7"; other types as a number.
void peer_instance_text(struct text *t, uint64_t instance);

struct peer_table *peer_table_create(void);
void peer_table_free(struct peer_table *t);

// Id of this peer, added if new; PEER_NONE when PEERS_MAX is reached.
uint32_t peer_id(struct peer_table *t, const struct peer *peer);
uint32_t peer_find(const struct peer_table *t, const struct peer *peer);
const struct peer *peer_at(const struct peer_table *t, uint32_t id); // borrowed until the next peer_id
uint32_t peer_count(const struct peer_table *t);

// Names of collectors, by index. Adds if new; COLLECTORS_MAX - 1 swallows the overflow.
uint16_t collector_id(struct peer_table *t, const char *name);
const char *collector_name(const struct peer_table *t, uint16_t id);
uint16_t collector_count(const struct peer_table *t);

// Names of routers, by number from 1. Adds if new; 0 for no name, and where ROUTER_NAMES_MAX is reached.
uint16_t peer_router_id(struct peer_table *t, const char *name);
const char *peer_router_name(const struct peer_table *t, uint16_t router); // "": 0, or none of that number
uint16_t peer_router_count(const struct peer_table *t);
