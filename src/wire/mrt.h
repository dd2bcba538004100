// SPDX-License-Identifier: ISC
// MRT records: RFC 6396 (types BGP, TABLE_DUMP, TABLE_DUMP_V2, BGP4MP, BGP4MP_ET) and RFC 8050 (ADD-PATH).
// Pure: reads a cursor, fills structs that point into the same bytes; no allocation, no clock, no state.
#pragma once

#include "base/cursor.h"
#include "net/prefix.h"

#define MRT_HEADER_BYTES 12
// A record's length field larger than this is damage, not data: an RFC 8654 message is 65,535 bytes and
// the largest RIB record seen (one prefix, 2,000 peers with long paths) is under 2 MB.
#define MRT_RECORD_MAX (4u << 20)

enum mrt_type {
	MRT_TYPE_LEGACY_BGP = 5, // 1999 and 2000 (RFC 6396, appendix B); the next two are the same with IPv6 addresses
	MRT_TYPE_LEGACY_BGP4PLUS = 9,
	MRT_TYPE_LEGACY_BGP4PLUS_01 = 10,
	MRT_TYPE_OSPFV2 = 11,
	MRT_TYPE_TABLE_DUMP = 12,
	MRT_TYPE_TABLE_DUMP_V2 = 13,
	MRT_TYPE_BGP4MP = 16,
	MRT_TYPE_BGP4MP_ET = 17,
	MRT_TYPE_ISIS = 32,
	MRT_TYPE_ISIS_ET = 33,
	MRT_TYPE_OSPFV3 = 48,
	MRT_TYPE_OSPFV3_ET = 49,
};

struct mrt_header {
	uint32_t seconds;
	uint16_t type;
	uint16_t subtype;
	uint32_t length; // bytes after the 12-byte header, microseconds of an _ET record included
};

enum mrt_kind {
	MRT_PEER_INDEX, // TABLE_DUMP_V2: the peers that the RIB records that follow refer to
	MRT_RIB,	// TABLE_DUMP_V2: one prefix and the peers that have it
	// TABLE_DUMP_V2 that is counted and skipped: multicast (rib is filled and can be iterated), GENERIC of another
	// family (afi and safi are filled, no entries), GEO_PEER_TABLE (afi 0).
	MRT_RIB_OTHER,
	MRT_TABLE_DUMP, // TABLE_DUMP: one prefix of one peer; several in those of 2000. BGP4MP_ENTRY: one, with its next hop
	MRT_MESSAGE, // a BGP message from (or, local, to) a peer
	MRT_STATE,   // a change of a peer's session state
	MRT_KIND_COUNT
};

struct mrt_peer_index {
	uint8_t collector_id[4];
	struct cursor view_name;
	uint16_t count;
	struct cursor peers; // for mrt_peer_next
};

struct mrt_peer {
	struct addr address;
	uint32_t asn;
	uint8_t bgp_id[4];
};

struct mrt_rib {
	uint32_t sequence;
	uint16_t afi;
	uint8_t safi;
	bool add_path;
	struct prefix prefix; // host bits cleared
	uint16_t count;
	struct cursor entries; // for mrt_rib_entry_next
};

struct mrt_rib_entry {
	uint16_t peer;	     // index into the peer index table; the caller checks it against the table's count
	uint32_t originated; // seconds; when the collector learned the route, not the time of the dump
	uint32_t path_id;    // 0 without ADD-PATH
	struct cursor attributes;
};

struct mrt_table_dump { // its first entry; nearly always the only one
	uint16_t view, sequence;
	uint16_t afi;
	struct cursor more;   // for mrt_table_dump_next
	struct prefix prefix; // host bits cleared
	uint32_t originated;
	struct addr peer;
	uint32_t peer_asn;
	struct cursor attributes; // 2-byte AS numbers
	uint8_t next_hop[16];	  // BGP4MP_ENTRY: for attributes that have none
	uint8_t next_hop_length;  // 0, 4 or 16
};

struct mrt_session { // the part that messages and state changes share
	uint32_t peer_asn, local_asn;
	uint16_t interface;
	uint16_t afi; // 0 in the bare records of early Zebra, which name no peer: its address is then 0.0.0.0
	struct addr peer, local;
	bool as4;      // AS numbers of the message are 4 bytes wide
	bool add_path; // the subtype says NLRI carry path identifiers (RFC 8050)
	bool outgoing; // a _LOCAL subtype: the collector sent it
};

struct mrt_message {
	struct mrt_session session;
	struct cursor bgp; // the message from its marker on; with bare_type what stands behind its header
	uint8_t bare_type; // of a message without its header (type BGP): enum bgp_message_type; else 0
};

struct mrt_state {
	struct mrt_session session;
	uint16_t old_state, new_state; // BGP FSM: 1 Idle … 6 Established
};

struct mrt_record {
	struct mrt_header header;
	uint32_t microseconds; // _ET only, else 0; at most 999,999 whatever was written
	enum mrt_kind kind;
	union {
		struct mrt_peer_index index;
		struct mrt_rib rib;
		struct mrt_table_dump dump;
		struct mrt_message message;
		struct mrt_state state;
	};
};

// Reads the common header. 1: got it, c stands on the body. 0: need more bytes. Never malformed by itself;
// see mrt_header_plausible.
int MUST_USE mrt_header(struct cursor *c, struct mrt_header *ret);

// Whether a reader that resynchronises may believe this header: a known type and subtype (those that are only
// counted among them), a length within MRT_RECORD_MAX and at least the least that the type needs.
bool mrt_header_plausible(const struct mrt_header *h);

// Decodes the body (exactly header->length bytes). 1: filled. ERR_UNSUPPORTED: a type or subtype that is not
// read (files and preferences of 1999 and 2000, BGP4MP_SNAPSHOT). ERR_MALFORMED: bytes break the
// type's format.
int MUST_USE mrt_record(const struct mrt_header *header, struct cursor body, struct mrt_record *ret);

// Iterators. 1: got one. 0: end. ERR_MALFORMED: the rest cannot be read.
int MUST_USE mrt_peer_next(struct mrt_peer_index *index, struct mrt_peer *ret);
int MUST_USE mrt_rib_entry_next(struct mrt_rib *rib, struct mrt_rib_entry *ret);
int MUST_USE mrt_table_dump_next(struct mrt_table_dump *dump); // the next entry of the same record, in its place

// The English name of a type for counting, e.g. "BGP4MP_ET"; "type N" forms are the caller's.
const char *mrt_type_name(uint16_t type);
