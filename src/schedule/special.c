// SPDX-License-Identifier: ISC
// IANA IPv4 and IPv6 special-purpose address registries, with the RFC of each entry. Entries inside a larger one are left
// out; entries that are reachable (AS112, AMT, NAT64) are refused as well: nobody's outage is found there.
#include "schedule/special.h"

#include "base/attr.h"

struct purpose4 {
	uint32_t network;
	uint8_t length;
	bool lab;
	uint16_t rfc;
};

struct purpose6 {
	uint64_t high, low;
	uint8_t length;
	bool lab;
	uint16_t rfc;
};

#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static const struct purpose4 special_purposes4[] = {
	{V4(0, 0, 0, 0), 8, false, 791},	// this network
	{V4(10, 0, 0, 0), 8, true, 1918},	// private use
	{V4(100, 64, 0, 0), 10, false, 6598},	// shared address space
	{V4(127, 0, 0, 0), 8, false, 1122},	// loopback
	{V4(169, 254, 0, 0), 16, false, 3927},	// link local
	{V4(172, 16, 0, 0), 12, true, 1918},	// private use
	{V4(192, 0, 0, 0), 24, false, 6890},	// protocol assignments; holds those of RFC 7335, 7600, 7723, 8155, 8880
	{V4(192, 0, 2, 0), 24, true, 5737},	// documentation
	{V4(192, 31, 196, 0), 24, false, 7535}, // AS112
	{V4(192, 52, 193, 0), 24, false, 7450}, // AMT
	{V4(192, 88, 99, 0), 24, false, 7526},	// 6to4 relay anycast, deprecated
	{V4(192, 168, 0, 0), 16, true, 1918},	// private use
	{V4(192, 175, 48, 0), 24, false, 7534}, // AS112, direct delegation
	{V4(198, 18, 0, 0), 15, true, 2544},	// benchmarking
	{V4(198, 51, 100, 0), 24, true, 5737},	// documentation
	{V4(203, 0, 113, 0), 24, true, 5737},	// documentation
	{V4(224, 0, 0, 0), 4, false, 5771},	// multicast
	{V4(240, 0, 0, 0), 4, false, 1112},	// reserved; holds the limited broadcast of RFC 919
};

static const struct purpose6 special_purposes6[] = {
	{0x0064ff9b00000000, 0, 96, false, 6052}, // IPv4-IPv6 translation
	{0x0064ff9b00010000, 0, 48, false, 8215}, // local-use translation
	{0x0100000000000000, 0, 64, false, 6666}, // discard only
	{0x0100000000000001, 0, 64, false, 9780}, // dummy prefix
	{0x2001000000000000, 0, 23, false, 2928}, // protocol assignments; holds Teredo, benchmarking, ORCHID
	{0x20010db800000000, 0, 32, true, 3849},  // documentation
	{0x2002000000000000, 0, 16, false, 3056}, // 6to4
	{0x2620004f80000000, 0, 48, false, 7534}, // AS112, direct delegation
	{0x3fff000000000000, 0, 20, false, 9637}, // documentation
	{0x5f00000000000000, 0, 16, false, 9602}, // segment routing identifiers
	{0xfc00000000000000, 0, 7, true, 4193},	  // unique local
	{0xfe80000000000000, 0, 10, false, 4291}, // link local
	{0xfec0000000000000, 0, 10, false, 3879}, // site local, deprecated
	{0, 0, 8, false, 4291},			  // reserved; holds unspecified, loopback, IPv4-mapped and -compatible
	{0xff00000000000000, 0, 8, false, 4291},  // multicast
};

static uint64_t special_half(const uint8_t bytes[8])
{
	uint64_t v;
	memcpy(&v, bytes, sizeof(v));
	return __builtin_bswap64(v);
}

static const struct purpose4 *special_find4(const struct addr *a)
{
	uint32_t n = v4_number(a->bytes);
	for (size_t i = 0; i < ARRAY_LEN(special_purposes4); i++)
		if ((n ^ special_purposes4[i].network) >> (32 - special_purposes4[i].length) == 0)
			return &special_purposes4[i];
	return NULL;
}

static const struct purpose6 *special_find6(const struct addr *a)
{
	uint64_t high = special_half(a->bytes), low = special_half(a->bytes + 8);
	for (size_t i = 0; i < ARRAY_LEN(special_purposes6); i++) {
		const struct purpose6 *p = &special_purposes6[i];
		bool same = p->length > 64 ? high == p->high && (low ^ p->low) >> (128 - p->length) == 0
					   : (high ^ p->high) >> (64 - p->length) == 0;
		if (same)
			return p;
	}
	return NULL;
}

bool special_purpose(const struct addr *a)
{
	if (LIKELY(a->family == FAMILY_V4))
		return special_find4(a) != NULL;
	return a->family != FAMILY_V6 || special_find6(a) != NULL;
}

bool special_loopback(const struct addr *a)
{
	if (LIKELY(a->family == FAMILY_V4))
		return a->bytes[0] == 127;
	return a->family == FAMILY_V6 && special_half(a->bytes) == 0 && special_half(a->bytes + 8) == 1;
}

bool special_lab(const struct addr *a)
{
	if (a->family == FAMILY_V4) {
		const struct purpose4 *p = special_find4(a);
		return p && p->lab;
	}
	const struct purpose6 *p = a->family == FAMILY_V6 ? special_find6(a) : NULL;
	return p && p->lab;
}

unsigned special_rfc(const struct addr *a)
{
	if (a->family == FAMILY_V4) {
		const struct purpose4 *p = special_find4(a);
		return p ? p->rfc : 0;
	}
	const struct purpose6 *p = a->family == FAMILY_V6 ? special_find6(a) : NULL;
	return p ? p->rfc : 0;
}
