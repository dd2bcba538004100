// SPDX-License-Identifier: ISC
// Addresses of both families as one 128-bit number, for ranges and their arithmetic.
#pragma once

#include "net/prefix.h"

#include <endian.h>

__extension__ typedef unsigned __int128 wide;

static inline wide wide_max(uint8_t family)
{
	return family == FAMILY_V6 ? ~(wide)0 : (wide)UINT32_MAX;
}

static inline wide wide_of_bytes(const uint8_t bytes[16])
{
	uint64_t w[2];
	memcpy(w, bytes, sizeof(w));
	return (wide)be64toh(w[0]) << 64 | be64toh(w[1]);
}

static inline void wide_to_bytes(wide v, uint8_t ret[16])
{
	uint64_t w[2] = {htobe64((uint64_t)(v >> 64)), htobe64((uint64_t)v)};
	memcpy(ret, w, sizeof(w));
}

static inline wide wide_of_addr(const struct addr *a)
{
	return a->family == FAMILY_V6 ? wide_of_bytes(a->bytes) : (wide)v4_number(a->bytes);
}

static inline struct addr wide_addr(wide v, uint8_t family)
{
	if (family != FAMILY_V6)
		return addr_v4((uint32_t)v);
	uint8_t bytes[16];
	wide_to_bytes(v, bytes);
	return addr_v6(bytes);
}
