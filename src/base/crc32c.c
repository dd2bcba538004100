// SPDX-License-Identifier: ISC
// By instruction in three lanes, whose sums are put together by tables of what so many zero bytes do to a sum; or eight bytes at
// a time by table ("slicing", Kounavis and Berry 2005). The polynomial is 0x1edc6f41, reflected.
#include "base/crc32c.h"

#include "base/attr.h"

#include <string.h>

#define POLYNOMIAL 0x82f63b78u
#define LANE	   1024u // bytes of each of the three lanes

static uint32_t base_crc32c_table[8][256];
static uint32_t crc32c_lane_shift[4][256]; // a sum, by bytes, moved over LANE zero bytes

// A sum is linear: what LANE zero bytes do to a value is known from what they do to its bits.
static void crc32c_begin_lanes(void)
{
	for (int bit = 0; bit < 32; bit++) {
		uint32_t sum = 1u << bit;
		for (unsigned n = 0; n < LANE; n++)
			sum = sum >> 8 ^ base_crc32c_table[0][sum & 0xff];
		for (uint32_t i = 0; i < 256; i++)
			if (i >> bit % 8 & 1)
				crc32c_lane_shift[bit / 8][i] ^= sum;
	}
}

// Made at the first use: one thread a process asks for sums.
static void crc32c_begin(void)
{
	if (LIKELY(base_crc32c_table[0][1]))
		return;
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t sum = i;
		for (int bit = 0; bit < 8; bit++)
			sum = sum & 1 ? sum >> 1 ^ POLYNOMIAL : sum >> 1;
		base_crc32c_table[0][i] = sum;
	}
	for (int slice = 1; slice < 8; slice++)
		for (int i = 0; i < 256; i++)
			base_crc32c_table[slice][i] = base_crc32c_table[slice - 1][i] >> 8 ^
						      base_crc32c_table[0][base_crc32c_table[slice - 1][i] & 0xff];
	crc32c_begin_lanes();
}

static uint64_t crc32c_word(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

uint32_t crc32c_table(uint32_t before, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	uint32_t sum = ~before;
	crc32c_begin();
	for (; n >= 8; n -= 8, at += 8) {
		uint64_t word = crc32c_word(at) ^ sum;
		sum = 0;
		for (int i = 0; i < 8; i++)
			sum ^= base_crc32c_table[7 - i][word >> 8 * i & 0xff];
	}
	for (; n; n--, at++)
		sum = sum >> 8 ^ base_crc32c_table[0][(sum ^ *at) & 0xff];
	return ~sum;
}

#if defined(__x86_64__)
static uint32_t crc32c_over_lane(uint32_t sum)
{
	return crc32c_lane_shift[0][sum & 0xff] ^ crc32c_lane_shift[1][sum >> 8 & 0xff] ^
	       crc32c_lane_shift[2][sum >> 16 & 0xff] ^ crc32c_lane_shift[3][sum >> 24];
}

// The instruction takes three cycles, and another can begin in each: three independent sums at a time.
__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(uint32_t before, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	uint64_t sum = (uint32_t)~before;
	crc32c_begin();
	for (; n >= 3 * LANE; n -= 3 * LANE, at += 3 * LANE) {
		uint64_t second = 0, third = 0;
		for (size_t i = 0; i < LANE; i += 8) {
			sum = __builtin_ia32_crc32di(sum, crc32c_word(at + i));
			second = __builtin_ia32_crc32di(second, crc32c_word(at + LANE + i));
			third = __builtin_ia32_crc32di(third, crc32c_word(at + 2 * LANE + i));
		}
		sum = crc32c_over_lane(crc32c_over_lane((uint32_t)sum) ^ (uint32_t)second) ^ (uint32_t)third;
	}
	for (; n >= 8; n -= 8, at += 8)
		sum = __builtin_ia32_crc32di(sum, crc32c_word(at));
	for (; n; n--, at++)
		sum = __builtin_ia32_crc32qi((uint32_t)sum, *at);
	return ~(uint32_t)sum;
}
#endif

uint32_t crc32c(uint32_t before, const void *bytes, size_t n)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return crc32c_hardware(before, bytes, n);
#endif
	return crc32c_table(before, bytes, n);
}
