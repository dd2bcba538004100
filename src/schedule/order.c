// SPDX-License-Identifier: ISC
// Permutations without memory.
#include "schedule/order.h"

#include "base/hash.h"

static uint64_t order_mask(unsigned bits)
{
	return (1ULL << bits) - 1;
}

struct order order_of(uint64_t n, uint64_t seed)
{
	struct order o = {.n = n < ORDER_MAX ? n : ORDER_MAX};
	unsigned bits = o.n > 2 ? 64 - (unsigned)__builtin_clzll(o.n - 1) : 2;
	o.low = bits / 2;
	o.high = bits - o.low;
	for (unsigned i = 0; i < ORDER_ROUNDS; i++)
		o.keys[i] = hash_pair(seed, i);
	return o;
}

// Two multiplications mix a half well enough: this is no cipher, and a census walks 2^24 of them a round.
static inline uint64_t order_mixed(uint64_t key, uint64_t half)
{
	uint64_t x = (half + key) * 0x9e3779b97f4a7c15ULL;
	return (x ^ x >> 29) * 0xbf58476d1ce4e5b9ULL >> 20;
}

// A round changes the low half by the high one, or the high half by the low one: either undoes itself.
uint64_t order_at(const struct order *o, uint64_t position)
{
	uint64_t low = position & order_mask(o->low), high = position >> o->low, x = position;
	if (position >= o->n)
		return position;
	do {
		low ^= order_mixed(o->keys[0], high) & order_mask(o->low);
		high ^= order_mixed(o->keys[1], low) & order_mask(o->high);
		low ^= order_mixed(o->keys[2], high) & order_mask(o->low);
		high ^= order_mixed(o->keys[3], low) & order_mask(o->high);
		x = high << o->low | low;
	} while (x >= o->n);
	return x;
}

uint64_t order_find(const struct order *o, uint64_t number)
{
	uint64_t low = number & order_mask(o->low), high = number >> o->low, x = number;
	if (number >= o->n)
		return number;
	do {
		high ^= order_mixed(o->keys[3], low) & order_mask(o->high);
		low ^= order_mixed(o->keys[2], high) & order_mask(o->low);
		high ^= order_mixed(o->keys[1], low) & order_mask(o->high);
		low ^= order_mixed(o->keys[0], high) & order_mask(o->low);
		x = high << o->low | low;
	} while (x >= o->n);
	return x;
}

uint64_t order_shard_count(const struct order *o, uint32_t i, uint32_t shards)
{
	return shards && i < shards && o->n > i ? (o->n - i - 1) / shards + 1 : 0;
}

uint64_t order_shard_at(const struct order *o, uint32_t i, uint32_t shards, uint64_t k)
{
	return order_at(o, i + k * shards);
}
