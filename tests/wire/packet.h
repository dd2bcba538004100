// SPDX-License-Identifier: ISC
// Hand-made packets for the tests of wire: written as hex, handed to decoders right before a page that must not
// be touched, so that reading one byte too many ends the test in any build.
#pragma once

#include "../unit/unit.h"

#include "base/cursor.h"
#include "base/err.h"
#include "wire/aspath.h"
#include "wire/bgp.h"
#include "wire/bmp.h"
#include "wire/mrt.h"

#define PACKET_MAX 70000

struct packet {
	uint8_t bytes[PACKET_MAX];
	size_t length;
};

// Appends hex digits; blanks are ignored, anything else fails the test.
void packet_hex(struct packet *p, const char *hex);
void packet_fill(struct packet *p, uint8_t byte, size_t count);
void packet_u16(struct packet *p, unsigned value);
void packet_u32(struct packet *p, uint32_t value);
void packet_bytes(struct packet *p, const struct packet *more);
// A BGP message around a body; an UPDATE body around attributes and announced NLRI.
void packet_message(struct packet *p, uint8_t type, const struct packet *body);
void packet_update(struct packet *p, const char *withdrawn, const struct packet *attributes, const char *announced);

// The bytes right before the forbidden page; valid until the next call.
struct cursor packet_guarded(const void *bytes, size_t length);
struct cursor packet_cursor(const struct packet *p);
struct cursor packet_of(const char *hex);

// A table of well-formed packets of every kind.
enum golden_kind { GOLDEN_MRT, GOLDEN_BGP, GOLDEN_BMP };

struct golden {
	const char *name;
	enum golden_kind kind;
	const char *hex;
};

extern const struct golden golden_packets[];
extern const size_t golden_count;

#define MARKER "ffffffffffffffffffffffffffffffff"
