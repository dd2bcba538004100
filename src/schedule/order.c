// SPDX-License-Identifier: ISC
// Permutations without memory.
#include "schedule/order.h"

#include "base/hash.h"

static uint64_t mask(unsigned bits)
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

// Even rounds change the low half by the high one, odd rounds the high half by the low one: each undoes itself.
static uint64_t turn(const struct order *o, uint64_t x, unsigned round)
{
	uint64_t low = x & mask(o->low), high = x >> o->low;
	if (round % 2)
		high ^= hash_mix(o->keys[round] + low) >> 8 & mask(o->high);
	else
		low ^= hash_mix(o->keys[round] + high) >> 8 & mask(o->low);
	return high << o->low | low;
}

uint64_t order_at(const struct order *o, uint64_t position)
{
	uint64_t x = position;
	if (position >= o->n)
		return position;
	do
		for (unsigned i = 0; i < ORDER_ROUNDS; i++)
			x = turn(o, x, i);
	while (x >= o->n);
	return x;
}

uint64_t order_find(const struct order *o, uint64_t number)
{
	uint64_t x = number;
	if (number >= o->n)
		return number;
	do
		for (unsigned i = ORDER_ROUNDS; i-- > 0;)
			x = turn(o, x, i);
	while (x >= o->n);
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
