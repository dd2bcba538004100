// SPDX-License-Identifier: ISC
// IPv4 and IPv6 addresses and prefixes as values. Text forms follow RFC 5952 for IPv6.
#pragma once

#include "base/attr.h"
#include "base/hash.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { FAMILY_NONE = 0, FAMILY_V4 = 4, FAMILY_V6 = 6 };

struct addr {
	uint8_t bytes[16]; // IPv4 in the first four, the rest zero
	uint8_t family;	   // FAMILY_*
};

struct prefix {
	uint8_t bytes[16]; // as struct addr; bits beyond `length` zero unless the header that made it says otherwise
	uint8_t family;
	uint8_t length; // 0 to 32 or 0 to 128
};

static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline uint64_t addr_hash(const struct addr *a)
{
	uint64_t w[2];
	memcpy(w, a->bytes, sizeof(w));
	return hash_pair(w[0] ^ a->family, w[1]);
}

static inline uint64_t prefix_hash(const struct prefix *p)
{
	uint64_t w[2];
	memcpy(w, p->bytes, sizeof(w));
	return hash_pair(w[0] ^ ((uint64_t)p->length << 32 | (uint64_t)p->family << 40), w[1]);
}

static inline uint8_t family_bits(uint8_t family)
{
	return family == FAMILY_V6 ? 128 : 32;
}

// IPv4 address as a host-order number; v4 only.
static inline uint32_t v4_number(const uint8_t bytes[4])
{
	uint32_t v;
	memcpy(&v, bytes, sizeof(v));
	return __builtin_bswap32(v);
}

struct addr addr_v4(uint32_t number);
struct addr addr_v6(const uint8_t bytes[16]);

// Clears the bits beyond the length.
void prefix_mask(struct prefix *p);
bool prefix_contains(const struct prefix *outer, const struct prefix *inner); // equal counts
bool prefix_has(const struct prefix *p, const struct addr *a);
// Order: family, then address, then length (shorter first).
int prefix_compare(const struct prefix *a, const struct prefix *b);

// Parse the whole of a terminated string; 0 or ERR_MALFORMED. A prefix with bits beyond its length is malformed.
int MUST_USE addr_parse(const char *text, struct addr *ret);
int MUST_USE prefix_parse(const char *text, struct prefix *ret);

void text_v4(struct text *t, const uint8_t bytes[4]);
void text_addr(struct text *t, const struct addr *a);
void text_prefix(struct text *t, const struct prefix *p);
