// SPDX-License-Identifier: ISC
// A random order of 0 to n - 1 that needs no memory and can be entered anywhere: a Feistel network over the smallest even or odd
// number of bits that holds n, walked along its cycle until it falls below n (Black and Rogaway 2002, "Ciphers with arbitrary
// finite domains"). Neighbours in the order are strangers in the numbers, so no network is swept through. Not for secrets.
#pragma once

#include <stdint.h>

#define ORDER_ROUNDS 4
#define ORDER_MAX    (1ULL << 40)

struct order {
	uint64_t n; // at most ORDER_MAX
	uint64_t keys[ORDER_ROUNDS];
	unsigned low, high; // bits of the two halves
};

struct order order_of(uint64_t n, uint64_t seed);
// The number at this position, and the position of this number; both below n.
uint64_t order_at(const struct order *o, uint64_t position);
uint64_t order_find(const struct order *o, uint64_t number);

// Senders that share the work: shard `i` of `shards` takes every shards-th position. How many that are, and its k-th.
uint64_t order_shard_count(const struct order *o, uint32_t i, uint32_t shards);
uint64_t order_shard_at(const struct order *o, uint32_t i, uint32_t shards, uint64_t k);
