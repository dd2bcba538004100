// SPDX-License-Identifier: ISC
// Names for people and counters: faults, NOTIFICATION codes and subcodes (IANA registry "BGP Error Codes"), communities (IANA
// registry "BGP Well-known Communities").
#include "wire/bgp.h"

const char *bgp_fault_name(enum bgp_fault fault)
{
	static const char *const names[BGP_FAULT_COUNT] = {
		[BGP_FAULT_NONE] = "none",
		[BGP_FAULT_ATTRIBUTE_OVERRUN] = "attribute-overrun",
		[BGP_FAULT_ATTRIBUTE_FLAGS] = "attribute-flags",
		[BGP_FAULT_ATTRIBUTE_LENGTH] = "attribute-length",
		[BGP_FAULT_ATTRIBUTE_VALUE] = "attribute-value",
		[BGP_FAULT_ATTRIBUTE_TWICE] = "attribute-twice",
		[BGP_FAULT_AS_PATH] = "as-path",
		[BGP_FAULT_MP_REACH] = "mp-reach",
		[BGP_FAULT_MP_UNREACH] = "mp-unreach",
		[BGP_FAULT_MISSING_MANDATORY] = "missing-mandatory",
		[BGP_FAULT_NLRI] = "nlri",
		[BGP_FAULT_MESSAGE] = "message",
	};
	return (unsigned)fault < BGP_FAULT_COUNT ? names[fault] : "unknown";
}

static const char *const bgp_names_codes[] = {
	[1] = "Message Header Error",	     [2] = "OPEN Message Error",	 [3] = "UPDATE Message Error",
	[4] = "Hold Timer Expired",	     [5] = "Finite State Machine Error", [6] = "Cease",
	[7] = "ROUTE-REFRESH Message Error", [8] = "Send Hold Timer Expired",
};

static const char *const bgp_names_header_subcodes[] = {
	[1] = "Connection Not Synchronized",
	[2] = "Bad Message Length",
	[3] = "Bad Message Type",
};

static const char *const bgp_names_open_subcodes[] = {
	[1] = "Unsupported Version Number", [2] = "Bad Peer AS",
	[3] = "Bad BGP Identifier",	    [4] = "Unsupported Optional Parameter",
	[5] = "Authentication Failure",	    [6] = "Unacceptable Hold Time",
	[7] = "Unsupported Capability",	    [11] = "Role Mismatch",
};

static const char *const bgp_names_update_subcodes[] = {
	[1] = "Malformed Attribute List",
	[2] = "Unrecognized Well-known Attribute",
	[3] = "Missing Well-known Attribute",
	[4] = "Attribute Flags Error",
	[5] = "Attribute Length Error",
	[6] = "Invalid ORIGIN Attribute",
	[7] = "AS Routing Loop",
	[8] = "Invalid NEXT_HOP Attribute",
	[9] = "Optional Attribute Error",
	[10] = "Invalid Network Field",
	[11] = "Malformed AS_PATH",
};

static const char *const bgp_names_fsm_subcodes[] = {
	[1] = "Unexpected Message in OpenSent",
	[2] = "Unexpected Message in OpenConfirm",
	[3] = "Unexpected Message in Established",
};

static const char *const bgp_names_cease_subcodes[] = {
	[1] = "Maximum Number of Prefixes Reached",
	[2] = "Administrative Shutdown",
	[3] = "Peer De-configured",
	[4] = "Administrative Reset",
	[5] = "Connection Rejected",
	[6] = "Other Configuration Change",
	[7] = "Connection Collision Resolution",
	[8] = "Out of Resources",
	[9] = "Hard Reset",
	[10] = "BFD Down",
};

static const char *const bgp_names_refresh_subcodes[] = {[1] = "Invalid Message Length"};

static const struct {
	const char *const *names;
	size_t count;
} bgp_names_subcodes[] = {
	[1] = {bgp_names_header_subcodes, ARRAY_LEN(bgp_names_header_subcodes)},
	[2] = {bgp_names_open_subcodes, ARRAY_LEN(bgp_names_open_subcodes)},
	[3] = {bgp_names_update_subcodes, ARRAY_LEN(bgp_names_update_subcodes)},
	[5] = {bgp_names_fsm_subcodes, ARRAY_LEN(bgp_names_fsm_subcodes)},
	[6] = {bgp_names_cease_subcodes, ARRAY_LEN(bgp_names_cease_subcodes)},
	[7] = {bgp_names_refresh_subcodes, ARRAY_LEN(bgp_names_refresh_subcodes)},
};

static const char *bgp_names_at(const char *const *names, size_t count, uint8_t n)
{
	return n < count && names[n] ? names[n] : "unknown";
}

const char *bgp_notification_name(uint8_t code)
{
	return bgp_names_at(bgp_names_codes, ARRAY_LEN(bgp_names_codes), code);
}

const char *bgp_notification_subcode_name(uint8_t code, uint8_t subcode)
{
	if (code >= ARRAY_LEN(bgp_names_subcodes))
		return "unknown";
	return bgp_names_at(bgp_names_subcodes[code].names, bgp_names_subcodes[code].count, subcode);
}

static const struct {
	uint32_t value;
	const char *name;
} bgp_names_communities[] = {
	{0xffff0000, "GRACEFUL_SHUTDOWN"}, // RFC 8326
	{0xffff0001, "ACCEPT_OWN"},	   // RFC 7611
	{0xffff0002, "ROUTE_FILTER_TRANSLATED_v4"},
	{0xffff0003, "ROUTE_FILTER_v4"},
	{0xffff0004, "ROUTE_FILTER_TRANSLATED_v6"},
	{0xffff0005, "ROUTE_FILTER_v6"},
	{0xffff0006, "LLGR_STALE"}, // RFC 9494
	{0xffff0007, "NO_LLGR"},
	{0xffff0008, "ACCEPT_OWN_NEXTHOP"},
	{0xffff0009, "STANDBY_PE"}, // RFC 9026
	{0xffff029a, "BLACKHOLE"},  // RFC 7999
	{0xffffff01, "NO_EXPORT"},  // RFC 1997
	{0xffffff02, "NO_ADVERTISE"},
	{0xffffff03, "NO_EXPORT_SUBCONFED"},
	{0xffffff04, "NOPEER"}, // RFC 3765
};

const char *bgp_community_name(uint32_t value)
{
	if (value < bgp_names_communities[0].value)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(bgp_names_communities); i++)
		if (bgp_names_communities[i].value == value)
			return bgp_names_communities[i].name;
	return NULL;
}

static bool bgp_names_alike(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char x = *a == '-' ? '_' : *a, y = *b;
		if ((x | 0x20) != (y | 0x20))
			return false;
	}
	return *a == *b;
}

bool bgp_community_named(const char *name, uint32_t *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(bgp_names_communities); i++)
		if (bgp_names_alike(name, bgp_names_communities[i].name)) {
			*ret = bgp_names_communities[i].value;
			return true;
		}
	return false;
}
