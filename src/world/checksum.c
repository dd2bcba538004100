// SPDX-License-Identifier: ISC
// The checksum of the world file: four lanes over 32-byte blocks, then mixed. Every step is a bijection of its
// lane, so damage within one word cannot cancel out. It finds accidents; it is no protection against forgery
// (the checks at opening are).
#include "base/hash.h"
#include "world/layout.h"

#include <endian.h>
#include <string.h>

#define LANES 4

static void checksum_block_take(uint64_t lane[LANES], const uint8_t *block)
{
	for (int i = 0; i < LANES; i++) {
		uint64_t w;
		memcpy(&w, block + 8 * i, sizeof(w));
		uint64_t x = lane[i] ^ le64toh(w);
		lane[i] = (x << 29 | x >> 35) * 0x9e3779b97f4a7c15ULL;
	}
}

uint64_t world_checksum(const void *bytes, size_t n)
{
	uint64_t lane[LANES] = {0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL, 0xa4093822299f31d0ULL,
				0x082efa98ec4e6c89ULL}; // digits of pi
	const uint8_t *p = bytes;
	size_t left = n;
	for (; left >= 8 * LANES; left -= 8 * LANES, p += 8 * LANES)
		checksum_block_take(lane, p);
	if (left) {
		uint8_t rest[8 * LANES] = {0};
		memcpy(rest, p, left);
		checksum_block_take(lane, rest);
	}
	uint64_t sum = n;
	for (int i = 0; i < LANES; i++)
		sum = hash_mix(sum ^ lane[i]);
	return sum;
}
