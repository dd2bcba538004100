// SPDX-License-Identifier: ISC
// The cookie of a probe: SipHash-2-4 (Aumasson, Bernstein: SipHash, a fast short-input PRF, 2012) under a key that only this run
// knows. Whoever did not see the request cannot make one, and it fits no other address, probe or time. Pure.
#pragma once

#include "net/prefix.h"

#include <stddef.h>
#include <stdint.h>

#define COOKIE_KEY_BYTES 16

struct cookie_key {
	uint64_t k0, k1;
};

struct cookie_claim { // what the cookie vouches for
	struct addr target;
	int64_t stamp;		// when the request was sent
	uint32_t serial, epoch; // the request's number in this run, and how often that wrapped
	uint32_t index;		// of the target in the sender's list
};

struct cookie_key cookie_key_of(const uint8_t bytes[COOKIE_KEY_BYTES]);
uint64_t cookie_siphash(const struct cookie_key *key, const void *bytes, size_t n);
uint64_t cookie_of(const struct cookie_key *key, const struct cookie_claim *claim);
