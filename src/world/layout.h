// SPDX-License-Identifier: ISC
// The world file as it lies on disk; the one description that the writer and the reader share.
//
// DOC: little-endian, but IPv6 addresses in network order (so they sort as bytes). The header below, then six
// sections, each at a multiple of 8 and described by {offset, count}:
//   V4, V6     disjoint ranges, ascending; country and network of an address are one range (where either changes, a
//              new range begins), so one search answers both
//   COUNTRIES, NETWORKS   entities ascending by key (country code as two letters, AS number), each with its slice
//              of REFS; a network also with its name
//   REFS       u32 range numbers, ascending inside an entity: n below the number of V4 ranges is V4[n], above it
//              V6[n - that number]
//   POOL       texts, each ended by a zero byte; offset 0 is the empty text, meaning "none"
// The checksum covers every byte from `file_bytes` to the end; what lies before it is compared with constants. A
// change inside any single 8-byte word is always seen, anything else but for a chance of about 2^-64.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define WORLD_MAGIC	"LACWORLD"
#define WORLD_VERSION	1u
#define WORLD_BYTES_MAX (1ull << 30) // 50 times what the whole Internet takes; range numbers stay far below 2^32

enum world_section {
	WORLD_SECTION_V4,
	WORLD_SECTION_V6,
	WORLD_SECTION_COUNTRIES,
	WORLD_SECTION_NETWORKS,
	WORLD_SECTION_REFS,
	WORLD_SECTION_POOL,
	WORLD_SECTION_COUNT,
};

struct world_disk_section {
	uint64_t offset; // from the begin of the file
	uint64_t count;	 // elements; bytes for POOL
};

#define WORLD_NOT_STATED INT64_MIN // of a time

struct world_disk_header {
	char magic[8];
	uint32_t version;
	uint32_t header_bytes;
	uint64_t checksum;
	uint64_t file_bytes;
	int64_t built_ns;
	int64_t data_ns;      // or WORLD_NOT_STATED
	uint32_t attribution; // offset in POOL
	uint32_t reserved;
	struct world_disk_section sections[WORLD_SECTION_COUNT];
};

struct world_disk_v4 {
	uint32_t first, last;
	uint32_t asn;	  // 0: unknown
	uint16_t country; // first letter in the upper byte; 0: unknown
	uint16_t reserved;
};

struct world_disk_v6 {
	uint8_t first[16], last[16];
	uint32_t asn;
	uint16_t country;
	uint16_t reserved;
};

struct world_disk_entity {
	uint32_t key;
	uint32_t name; // offset in POOL; 0 for countries and nameless networks
	uint32_t refs_at;
	uint32_t refs_count;
};

#define WORLD_CHECKSUM_FROM offsetof(struct world_disk_header, file_bytes)

static const uint8_t world_element_bytes[WORLD_SECTION_COUNT] = {
	[WORLD_SECTION_V4] = sizeof(struct world_disk_v4),
	[WORLD_SECTION_V6] = sizeof(struct world_disk_v6),
	[WORLD_SECTION_COUNTRIES] = sizeof(struct world_disk_entity),
	[WORLD_SECTION_NETWORKS] = sizeof(struct world_disk_entity),
	[WORLD_SECTION_REFS] = sizeof(uint32_t),
	[WORLD_SECTION_POOL] = 1,
};

// Country codes are two upper-case letters.
static inline int world_code_valid(uint16_t code)
{
	unsigned a = code >> 8, b = code & 0xff;
	return a >= 'A' && a <= 'Z' && b >= 'A' && b <= 'Z';
}

uint64_t world_checksum(const void *bytes, size_t n);
