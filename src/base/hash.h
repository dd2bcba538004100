// SPDX-License-Identifier: ISC
// 64-bit mixing for hash tables (the finaliser of MurmurHash3, Austin Appleby, public domain constants).
// Not for secrets.
#pragma once

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
// Of long runs, eight bytes at a time; another value than hash_bytes().
static inline uint64_t hash_words(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t h = n, word;
	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, p, n);
	return hash_mix(h ^ word);
}

static inline uint64_t hash_bytes(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t h = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return hash_mix(h);
}
