// SPDX-License-Identifier: ISC
// BGP-4 messages: RFC 4271, 4760 (multiprotocol), 6793 (4-byte AS), 7606 (what a malformed attribute costs),
// 7911 (ADD-PATH), 8092 (large communities), 8654 (extended messages), 9003 (shutdown text).
// Pure: cursors in, structs out that point into the same bytes; no allocation, no clock.
#pragma once

#include "base/cursor.h"
#include "net/prefix.h"

#define BGP_HEADER_BYTES 19
#define BGP_AS_TRANS	 23456u

enum bgp_message_type {
	BGP_OPEN = 1,
	BGP_UPDATE = 2,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_ROUTE_REFRESH = 5,
};

enum bgp_attribute {
	BGP_ATTR_ORIGIN = 1,
	BGP_ATTR_AS_PATH = 2,
	BGP_ATTR_NEXT_HOP = 3,
	BGP_ATTR_MED = 4,
	BGP_ATTR_LOCAL_PREF = 5,
	BGP_ATTR_ATOMIC_AGGREGATE = 6,
	BGP_ATTR_AGGREGATOR = 7,
	BGP_ATTR_COMMUNITIES = 8,
	BGP_ATTR_ORIGINATOR_ID = 9, // RFC 4456; this and the next are handed through by bgp_attribute_next alone
	BGP_ATTR_CLUSTER_LIST = 10,
	BGP_ATTR_MP_REACH = 14,
	BGP_ATTR_MP_UNREACH = 15,
	BGP_ATTR_EXT_COMMUNITIES = 16,
	BGP_ATTR_AS4_PATH = 17,
	BGP_ATTR_AS4_AGGREGATOR = 18,
	BGP_ATTR_AIGP = 26, // RFC 7311; as ORIGINATOR_ID
	BGP_ATTR_LARGE_COMMUNITIES = 32,
	BGP_ATTR_BGPSEC_PATH = 33, // in place of AS_PATH (RFC 8205, 3)
	BGP_ATTR_OTC = 35,	   // RFC 9234; only its length is looked at
};

enum { BGP_AFI_IPV4 = 1, BGP_AFI_IPV6 = 2, BGP_SAFI_UNICAST = 1, BGP_SAFI_MULTICAST = 2 };

// What RFC 7606 asks for, in rising order of damage.
enum bgp_action {
	BGP_FINE,
	BGP_DISCARD,  // the bad attribute was dropped; the routes stand
	BGP_WITHDRAW, // treat-as-withdraw: the observatory keeps the old state and marks the message malformed
	BGP_RESET,    // the message cannot be read at all
};

// Why; the first fault found.
enum bgp_fault {
	BGP_FAULT_NONE,
	BGP_FAULT_ATTRIBUTE_OVERRUN, // an attribute or its length leaves the attribute block
	BGP_FAULT_ATTRIBUTE_FLAGS,
	BGP_FAULT_ATTRIBUTE_LENGTH,
	BGP_FAULT_ATTRIBUTE_VALUE,
	BGP_FAULT_ATTRIBUTE_TWICE,
	BGP_FAULT_AS_PATH,
	BGP_FAULT_MP_REACH,
	BGP_FAULT_MP_UNREACH,
	BGP_FAULT_MISSING_MANDATORY,
	BGP_FAULT_NLRI,
	BGP_FAULT_MESSAGE,
	BGP_FAULT_COUNT
};

struct bgp_message {
	uint16_t length; // header included
	uint8_t type;
	struct cursor body;
};

struct bgp_update {
	struct cursor withdrawn;  // for bgp_nlri_next, IPv4
	struct cursor attributes; // for bgp_attributes
	struct cursor announced;  // for bgp_nlri_next, IPv4
};

struct bgp_mp {
	uint16_t afi; // 0 in an abbreviated RIB entry: the record's
	uint8_t safi;
	uint8_t next_hop_length; // bytes valid in next_hop; reach only
	uint8_t next_hop[32];	 // global, then link-local where given
	struct cursor nlri;	 // for bgp_nlri_next with this afi; empty in an abbreviated RIB entry
};

struct bgp_attributes {
	uint64_t present;	// bit n: attribute n (below 64) was there and kept
	enum bgp_action action; // worst over all attributes
	enum bgp_fault fault;
	uint8_t fault_attribute; // its type code
	uint16_t unknown;	 // attributes of codes not listed above
	uint8_t origin;		 // 0 IGP, 1 EGP, 2 INCOMPLETE
	uint8_t as_bytes;	 // 2 or 4: width of AS numbers in as_path and aggregator
	bool atomic_aggregate;
	uint8_t next_hop[4];
	uint32_t med, local_pref;
	uint32_t aggregator_asn, as4_aggregator_asn;
	uint8_t aggregator_address[4], as4_aggregator_address[4];
	struct cursor as_path, as4_path; // segments, for wire/aspath.h
	struct cursor communities;	 // 4 bytes each
	struct cursor ext_communities;	 // 8 bytes each
	struct cursor large_communities; // 12 bytes each
	struct cursor secure_path;	 // of a BGPsec_PATH: 6 bytes an AS, for aspath_of_secure
	struct bgp_mp reach, unreach;	 // nlri is there even if it does not read with context's add_path
	struct cursor block;		 // all of it, for bgp_attribute_next
};

// One attribute as it stands in its block.
struct bgp_raw_attribute {
	uint8_t flags, code;
	struct cursor value;
};

static inline bool bgp_has(const struct bgp_attributes *a, enum bgp_attribute code)
{
	return a->present >> code & 1;
}

struct bgp_context {
	uint8_t as_bytes; // 2 or 4
	bool rib_entry;	  // attributes of a TABLE_DUMP_V2 entry: MP_REACH may be abbreviated (RFC 6396, 4.3.4), no NLRI
	bool as_zero;	  // a path with AS 0 in it is taken, as routers before RFC 7607 did
	bool add_path;	  // MP NLRI carry path identifiers; for syntax checks only
};

struct bgp_notification {
	uint8_t code, subcode;
	struct cursor data;
	struct cursor shutdown_text; // RFC 9003: only of Cease 2 and 4 with a valid length; may hold any bytes
};

struct bgp_open {
	uint8_t version;
	uint32_t asn;	    // from the 4-octet capability where present
	uint16_t hold_time; // seconds
	uint8_t bgp_id[4];
	bool as4, route_refresh, extended_message, graceful_restart;
	// ADD-PATH (RFC 7911) as the speaker offers it, IPv4 and IPv6 unicast: bit 0 can receive, bit 1 can send.
	uint8_t add_path_v4, add_path_v6;
	uint16_t unknown_capabilities;
};

// One message with its header. 1: got it, c stands behind it. 0: need more. ERR_MALFORMED: marker or length.
int MUST_USE bgp_message(struct cursor *c, struct bgp_message *ret);

// Splits an UPDATE body. 1 or ERR_MALFORMED.
int MUST_USE bgp_update(struct cursor body, struct bgp_update *ret);

// An UPDATE body that says End-of-RIB (RFC 4724, 2). Returns the AFI, or 0 when it does not.
uint16_t bgp_end_of_rib(const struct bgp_update *u, const struct bgp_attributes *a);

// Reads a block of path attributes. Always fills ret; its `action` says what the faults cost. Unknown
// attributes never cost anything. Mandatory attributes are bgp_mandatory's business.
void bgp_attributes(struct cursor block, const struct bgp_context *context, struct bgp_attributes *ret);

// Next attribute of a block, whatever it is and whether or not it was kept. 1 or 0: the end, or its length leaves the block.
int MUST_USE bgp_attribute_next(struct cursor *block, struct bgp_raw_attribute *ret);

// Whether it is one that no member of struct bgp_attributes tells of, ORIGINATOR_ID, CLUSTER_LIST, AIGP and OTC among them.
bool bgp_attribute_apart(uint8_t code);

// Checks that an announcement carries ORIGIN, AS_PATH (or BGPsec_PATH) and a next hop (RFC 7606, 3d); lowers a->action if not.
// announces_mp: of a family that is read; others have rules of their own (RFC 8955, 4: a next hop of no bytes).
void bgp_mandatory(struct bgp_attributes *a, bool announces_v4, bool announces_mp);

// Whether routes of the family are read here: IPv4 and IPv6 unicast.
bool bgp_family_read(uint16_t afi, uint8_t safi);

// Next prefix of an NLRI field; afi BGP_AFI_*. Host bits beyond the length are cleared. 1, 0 end, ERR_MALFORMED.
int MUST_USE bgp_nlri_next(struct cursor *c, uint16_t afi, bool add_path, struct prefix *ret_prefix,
			   uint32_t *ret_path_id);

// Whether the whole field reads cleanly with or without path identifiers.
bool bgp_nlri_valid(struct cursor c, uint16_t afi, bool add_path);

int MUST_USE bgp_notification(struct cursor body, struct bgp_notification *ret);
int MUST_USE bgp_open(struct cursor body, struct bgp_open *ret);

const char *bgp_fault_name(enum bgp_fault fault); // e.g. "attribute-length"
// Name of a well-known community by IANA's registry, e.g. "NO_EXPORT" (RFC 1997), "BLACKHOLE" (RFC 7999); null: none.
const char *bgp_community_name(uint32_t value);
bool bgp_community_named(const char *name, uint32_t *ret); // the same back; `-` for `_`, and letters of any size

const char *bgp_notification_name(uint8_t code);			  // e.g. "Cease"
const char *bgp_notification_subcode_name(uint8_t code, uint8_t subcode); // e.g. "Administrative Shutdown"
