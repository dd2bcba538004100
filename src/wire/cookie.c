// SPDX-License-Identifier: ISC
// SipHash-2-4 as its paper has it (section 2: c = 2 rounds a word, d = 4 at the end, words little-endian).
#include "wire/cookie.h"

#include <string.h>

struct cookie_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t cookie_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void cookie_sip_round(struct cookie_state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = cookie_rotate(s->v1, 13) ^ s->v0;
	s->v3 = cookie_rotate(s->v3, 16) ^ s->v2;
	s->v0 = cookie_rotate(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = cookie_rotate(s->v1, 17) ^ s->v2;
	s->v3 = cookie_rotate(s->v3, 21) ^ s->v0;
	s->v2 = cookie_rotate(s->v2, 32);
}

static inline void cookie_take_word(struct cookie_state *s, uint64_t word)
{
	s->v3 ^= word;
	cookie_sip_round(s);
	cookie_sip_round(s);
	s->v0 ^= word;
}

static uint64_t cookie_little(const uint8_t *bytes, size_t n)
{
	uint64_t word = 0;
	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static struct cookie_state cookie_begin(const struct cookie_key *key)
{
	return (struct cookie_state){key->k0 ^ 0x736f6d6570736575ULL, key->k1 ^ 0x646f72616e646f6dULL,
				     key->k0 ^ 0x6c7967656e657261ULL, key->k1 ^ 0x7465646279746573ULL};
}

static uint64_t cookie_end(struct cookie_state *s)
{
	s->v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		cookie_sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

struct cookie_key cookie_key_of(const uint8_t bytes[COOKIE_KEY_BYTES])
{
	return (struct cookie_key){cookie_little(bytes, 8), cookie_little(bytes + 8, 8)};
}

uint64_t cookie_siphash(const struct cookie_key *key, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	struct cookie_state s = cookie_begin(key);
	size_t left = n;
	for (; left >= 8; left -= 8, at += 8)
		cookie_take_word(&s, cookie_little(at, 8));
	cookie_take_word(&s, cookie_little(at, left) | (uint64_t)n << 56);
	return cookie_end(&s);
}

// As cookie_siphash() over the claim written as five words; the family takes the place of the length in the last word, so that an
// IPv4 address and the IPv6 address of the same bytes differ.
uint64_t cookie_of(const struct cookie_key *key, const struct cookie_claim *claim)
{
	struct cookie_state s = cookie_begin(key);
	uint64_t words[2];
	memcpy(words, claim->target.bytes, sizeof(words));
	cookie_take_word(&s, words[0]);
	if (claim->target.family == FAMILY_V6)
		cookie_take_word(&s, words[1]);
	cookie_take_word(&s, (uint64_t)claim->stamp);
	cookie_take_word(&s, (uint64_t)claim->serial << 32 | claim->index);
	cookie_take_word(&s, (uint64_t)claim->target.family << 56 | claim->epoch);
	return cookie_end(&s);
}
