// SPDX-License-Identifier: ISC
// Everything a record says about one route, for writers of text (bgpdump -m, bgpreader -e, JSON).
#pragma once

#include "wire/bgp.h"

enum bgp_envelope {
	ENVELOPE_TABLE_DUMP,
	ENVELOPE_TABLE_DUMP2,
	ENVELOPE_BGP4MP,
	ENVELOPE_BGP4MP_ET,
	ENVELOPE_BMP,
	ENVELOPE_BGP // of 1999
};

struct bgp_route {
	uint8_t envelope;	 // enum bgp_envelope
	bool from_mp;		 // the prefix came from MP_REACH or MP_UNREACH
	uint16_t subtype;	 // MRT subtype, or BMP message type
	uint32_t header_seconds; // of the MRT header
	uint32_t microseconds;	 // _ET
	uint32_t originated;	 // RIB entries
	struct addr local;	 // BGP4MP
	uint32_t local_asn;
	const struct bgp_attributes *attributes; // null for withdrawals of IPv4 and for sessions
};
