// SPDX-License-Identifier: ISC
// 64-bit mixing for hash tables (the finaliser of MurmurHash3, Austin Appleby, public domain constants).
// Not for secrets.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ (x >> 33);
}

static inline uint64_t hash_pair(uint64_t a, uint64_t b)
{
	return hash_mix(a ^ hash_mix(b + 0x9e3779b97f4a7c15ULL));
}

// FNV-1a over bytes, then mixed.
static inline uint64_t hash_bytes(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t h = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return hash_mix(h);
}

// 128 bits of a run of bytes that comes in pieces: two that are equal are taken for the same run. Zero is of nothing yet.
struct hash_wide {
	uint64_t a, b;
};

static inline void hash_wide_add(struct hash_wide *h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t word;
	h->a ^= n;
	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h->a = (h->a ^ word) * 0x9e3779b97f4a7c15ULL;
		h->a ^= h->a >> 32;
		h->b = hash_mix(h->b + word + 0xd1b54a32d192ed03ULL);
	}
	word = 0;
	memcpy(&word, p, n);
	h->a = hash_mix(h->a ^ word);
	h->b = hash_mix(h->b ^ (word + n));
}

static inline bool hash_wide_same(struct hash_wide x, struct hash_wide y)
{
	return x.a == y.a && x.b == y.b;
}
