// SPDX-License-Identifier: ISC
// ICMP and ICMPv6 echo (RFC 792, RFC 4443): writing requests, reading replies and the errors that quote a request, with
// extensions (RFC 4884) left alone. Pure, as the other codecs: cursor in, struct out; answers 1 got one, 0 well-formed but neither,
// negative damaged.
#pragma once

#include "base/cursor.h"
#include "net/prefix.h"

#define ECHO_TEXT_MAX	 40 // purpose and contact, cut; with the body the whole payload
#define ECHO_BODY_BYTES	 24
#define ECHO_PAYLOAD_MAX (ECHO_BODY_BYTES + ECHO_TEXT_MAX)
#define ECHO_HEAD_BYTES	 8 // ICMP header: type, code, checksum, identity, sequence
#define ECHO_IP4_BYTES	 20
#define ECHO_IP6_BYTES	 40
#define ECHO_PACKET_MAX	 (ECHO_IP6_BYTES + ECHO_HEAD_BYTES + ECHO_PAYLOAD_MAX)

// Types of ICMP and ICMPv6.
enum { ECHO4_REPLY = 0, ECHO4_UNREACHABLE = 3, ECHO4_REQUEST = 8, ECHO4_EXCEEDED = 11, ECHO4_PARAMETER = 12 };
enum { ECHO6_UNREACHABLE = 1, ECHO6_EXCEEDED = 3, ECHO6_PARAMETER = 4, ECHO6_REQUEST = 128, ECHO6_REPLY = 129 };

struct echo_body { // the first bytes of a request's payload
	int64_t stamp;
	uint32_t serial, index;
	uint64_t cookie;
};

struct echo_origin {	    // what all requests of a sender share
	struct addr source; // says the family too; all zero: the system fills it in
	uint16_t id;
	uint8_t ttl;
	const char *text;
};

struct echo_template {
	uint8_t bytes[ECHO_PACKET_MAX];
	uint64_t ip_sum, icmp_sum; // of the parts that do not change, not yet folded
	uint8_t family, head;	   // bytes of the IP header
	uint8_t length;		   // of the whole packet
};

struct echo_request {
	struct addr target;
	struct echo_body body;
	uint16_t seq;
	uint16_t ip_id; // IPv4
};

void echo_template_make(const struct echo_origin *o, struct echo_template *ret);
// The whole packet from its IP header on, checksums included. Returns its length.
size_t echo_build(const struct echo_template *t, const struct echo_request *r, uint8_t ret_packet[ECHO_PACKET_MAX]);
// The ICMP checksum that echo_build() writes, in host order.
uint16_t echo_checksum(const struct echo_template *t, const struct echo_request *r);

enum echo_kind { ECHO_REPLY, ECHO_ERROR };

struct echo_answer {
	uint8_t kind;	      // enum echo_kind
	uint8_t ttl;	      // of the answer; 0 without its IP header
	uint8_t type, code;   // ICMP
	bool has_body;	      // the payload, or what was quoted of it, holds a body
	struct addr from;     // who answered; FAMILY_NONE without its IP header
	struct addr target;   // an error: whom the quoted request was for; FAMILY_NONE where no IP header is quoted
	uint16_t id, seq;     // of the request
	uint16_t checksum;    // an error: of the quoted request
	uint16_t quoted_size; // an error: bytes that are quoted of the ICMP request
	uint16_t ip_id;	      // an error over IPv4: of the quoted IP header
	struct echo_body body;
};

// A whole IP packet; of IPv4 the checksum of the ICMP message is compared (of IPv6 the kernel has done so).
int echo_parse_packet(struct cursor packet, struct echo_answer *ret);
// An ICMP message without its IP header.
int echo_parse_message(struct cursor message, uint8_t family, struct echo_answer *ret);
// The ICMP request itself, as an error queue hands it back (IP_RECVERR); type and code are for the caller to fill in.
int echo_parse_quoted(struct cursor request, uint8_t family, struct echo_answer *ret);
