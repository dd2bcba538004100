// SPDX-License-Identifier: ISC
// BMP version 3 (version 4, draft-ietf-grow-bmp-tlv, is framed and refused by that name): RFC 7854, 8671 (Adj-RIB-Out), 9069 (Loc-RIB). Pure, as wire/bgp.h.
#pragma once

#include "wire/bgp.h"

#define BMP_HEADER_BYTES      6
#define BMP_PEER_HEADER_BYTES 42
#define BMP_MESSAGE_MAX	      (1u << 20) // two extended OPENs and change; a longer length is damage

#define BMP_INFORMATION_NAME 2 // type of a TLV of an Initiation: sysName

enum bmp_type {
	BMP_ROUTE_MONITORING = 0,
	BMP_STATISTICS = 1,
	BMP_PEER_DOWN = 2,
	BMP_PEER_UP = 3,
	BMP_INITIATION = 4,
	BMP_TERMINATION = 5,
	BMP_ROUTE_MIRRORING = 6,
	BMP_TYPE_COUNT
};

// Which table of the router a message speaks of; one is chosen per peer, they are never added up.
enum bmp_view {
	BMP_VIEW_PRE_POLICY,
	BMP_VIEW_POST_POLICY,
	BMP_VIEW_OUT_PRE,
	BMP_VIEW_OUT_POST,
	BMP_VIEW_LOC_RIB,
	BMP_VIEW_COUNT
};

struct bmp_peer {
	uint8_t type; // 0 global, 1 RD, 2 local, 3 Loc-RIB (RFC 9069)
	uint8_t flags;
	uint8_t distinguisher[8];
	struct addr address;
	uint32_t asn;
	uint8_t bgp_id[4];
	uint32_t seconds, microseconds; // the router's clock; may be its boot time
	enum bmp_view view;
	uint8_t as_bytes; // from the A flag
};

struct bmp_message {
	uint8_t type; // enum bmp_type
	uint32_t length;
	bool has_peer;
	struct bmp_peer peer;
	struct cursor body; // after the headers
};

struct bmp_peer_up {
	struct addr local;
	uint16_t local_port, remote_port;
	struct bgp_open sent, received;
	bool sent_valid, received_valid; // an OPEN that cannot be read costs nothing else
	struct cursor information;	 // TLVs
};

enum bmp_down_reason { // RFC 7854 4.9, RFC 9069 5.3
	BMP_DOWN_LOCAL_NOTIFICATION = 1,
	BMP_DOWN_LOCAL_FSM = 2,
	BMP_DOWN_REMOTE_NOTIFICATION = 3,
	BMP_DOWN_REMOTE_NO_NOTIFICATION = 4,
	BMP_DOWN_DECONFIGURED = 5,
	BMP_DOWN_LOCAL_SYSTEM = 6,
};

struct bmp_peer_down {
	uint8_t reason;
	uint16_t fsm_event; // reason 2
	bool has_notification;
	struct bgp_notification notification; // reasons 1 and 3
	struct cursor information;	      // reason 6
};

struct bmp_statistic {
	uint16_t type;
	uint64_t value; // 0 when the length is neither 4 nor 8
	struct cursor raw;
};

// One message. 1: got it, c stands behind it. 0: need more. ERR_MALFORMED: version, type or length.
// ERR_UNSUPPORTED: of version 4, whose messages are framed alike.
int MUST_USE bmp_message(struct cursor *c, struct bmp_message *ret);

// Whether six bytes look like a BMP common header (for resynchronisation).
bool bmp_header_plausible(struct cursor c);

int MUST_USE bmp_peer_up(const struct bmp_message *m, struct bmp_peer_up *ret);
int MUST_USE bmp_peer_down(const struct bmp_message *m, struct bmp_peer_down *ret);
// Statistics: call with a copy of m->body; the first call skips the count. 1, 0, ERR_MALFORMED.
int MUST_USE bmp_statistics_begin(const struct bmp_message *m, struct cursor *ret, uint32_t *ret_count);
int MUST_USE bmp_statistic_next(struct cursor *c, struct bmp_statistic *ret);

const char *bmp_type_name(uint8_t type);
const char *bmp_view_name(enum bmp_view view);
const char *bmp_down_reason_name(uint8_t reason);
