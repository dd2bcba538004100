// SPDX-License-Identifier: ISC
// Two open-addressing tables of 8-byte slots, so that a lookup costs one cache miss for IPv4 (the address stands
// in the slot) and two for IPv6 (a tag stands in the slot, the prefix in the array).
#include "signal/dictionary.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "base/must.h"

#include <stdlib.h>

#define FIRST_SLOTS  (1u << 12) // memory
#define LENGTH_SHIFT 26		// of a v4 slot's second word: length in the top 6 bits, id + 1 below

struct dictionary_slot {
	uint32_t key;	// v4: the address; v6: a tag out of the hash
	uint32_t value; // v4: length << 26 | id + 1; v6: id + 1; 0 empty
};

struct slots {
	struct dictionary_slot *at;
	uint32_t mask, used;
};

struct dictionary {
	struct slots v4, v6;
	struct prefix *prefixes;
	size_t count, capacity;
};

_Static_assert(DICTIONARY_MAX < 1u << LENGTH_SHIFT, "an id and a length share a word");

static void dictionary_slots_init(struct slots *s, size_t n)
{
	s->at = alloc_pages(n * sizeof(*s->at));
	alloc_dense(s->at, n * sizeof(*s->at));
	s->mask = (uint32_t)n - 1;
	s->used = 0;
}

static void dictionary_slots_free(struct slots *s)
{
	alloc_pages_free(s->at, ((size_t)s->mask + 1) * sizeof(*s->at));
}

struct dictionary *dictionary_create(void)
{
	struct dictionary *d = alloc_zero(1, sizeof(*d));
	dictionary_slots_init(&d->v4, FIRST_SLOTS);
	dictionary_slots_init(&d->v6, FIRST_SLOTS);
	return d;
}

void dictionary_free(struct dictionary *d)
{
	if (!d)
		return;
	dictionary_slots_free(&d->v4);
	dictionary_slots_free(&d->v6);
	alloc_pages_free(d->prefixes, d->capacity * sizeof(*d->prefixes));
	free(d);
}

static inline uint32_t dictionary_v4_slot(const struct slots *s, uint32_t address, uint32_t length)
{
	return (uint32_t)(hash_mix((uint64_t)address << 6 | length) & s->mask);
}

// Position of the prefix or of the empty slot where it belongs.
static uint32_t dictionary_find_v4(const struct slots *s, uint32_t address, uint32_t length)
{
	uint32_t i = dictionary_v4_slot(s, address, length);
	while (s->at[i].value && (s->at[i].key != address || s->at[i].value >> LENGTH_SHIFT != length))
		i = (i + 1) & s->mask;
	return i;
}

static uint32_t dictionary_find_v6(const struct dictionary *d, const struct prefix *p, uint64_t hash)
{
	const struct slots *s = &d->v6;
	uint32_t tag = (uint32_t)(hash >> 32), i = (uint32_t)hash & s->mask;
	while (s->at[i].value && (s->at[i].key != tag || !prefix_equal(&d->prefixes[s->at[i].value - 1], p)))
		i = (i + 1) & s->mask;
	return i;
}

static uint32_t dictionary_id_in(uint32_t value)
{
	return (value & ((1u << LENGTH_SHIFT) - 1)) - 1;
}

static void dictionary_slots_double(struct dictionary *d, struct slots *s, bool v4)
{
	struct slots old = *s;
	dictionary_slots_init(s, (old.mask + 1) * 2);
	s->used = old.used;
	for (uint32_t i = 0; i <= old.mask; i++) {
		struct dictionary_slot held = old.at[i];
		if (!held.value)
			continue;
		const struct prefix *p = &d->prefixes[dictionary_id_in(held.value)];
		uint32_t at = v4 ? dictionary_v4_slot(s, held.key, held.value >> LENGTH_SHIFT)
				 : (uint32_t)prefix_hash(p) & s->mask;
		while (s->at[at].value)
			at = (at + 1) & s->mask;
		s->at[at] = held;
	}
	dictionary_slots_free(&old);
}

uint32_t dictionary_find(const struct dictionary *d, const struct prefix *p)
{
	must(p && p->family != FAMILY_NONE);
	if (p->family == FAMILY_V4)
		return dictionary_id_in(d->v4.at[dictionary_find_v4(&d->v4, v4_number(p->bytes), p->length)].value);
	return dictionary_id_in(d->v6.at[dictionary_find_v6(d, p, prefix_hash(p))].value);
}

static uint32_t dictionary_add(struct dictionary *d, struct slots *s, uint32_t at, const struct prefix *p)
{
	if (d->count >= DICTIONARY_MAX)
		return PREFIX_NONE;
	bool v4 = p->family == FAMILY_V4;
	alloc_pages_grow((void **)&d->prefixes, d->count, &d->capacity, sizeof(*d->prefixes));
	d->prefixes[d->count] = *p;
	uint32_t id = (uint32_t)d->count++;
	s->at[at].key = v4 ? v4_number(p->bytes) : (uint32_t)(prefix_hash(p) >> 32);
	s->at[at].value = (v4 ? (uint32_t)p->length << LENGTH_SHIFT : 0) | (id + 1);
	if (++s->used > (s->mask + 1) / 2)
		dictionary_slots_double(d, s, v4);
	return id;
}

uint32_t dictionary_id(struct dictionary *d, const struct prefix *p)
{
	bool v4 = p->family == FAMILY_V4;
	struct slots *s = v4 ? &d->v4 : &d->v6;
	uint32_t at =
		v4 ? dictionary_find_v4(s, v4_number(p->bytes), p->length) : dictionary_find_v6(d, p, prefix_hash(p));
	if (s->at[at].value)
		return dictionary_id_in(s->at[at].value);
	return dictionary_add(d, s, at, p);
}

const struct prefix *dictionary_prefix(const struct dictionary *d, uint32_t id)
{
	must(id < d->count);
	return &d->prefixes[id];
}

uint32_t dictionary_count(const struct dictionary *d)
{
	return (uint32_t)d->count;
}

void dictionary_prefetch(const struct dictionary *d, const struct prefix *p)
{
	if (p->family == FAMILY_V4)
		__builtin_prefetch(&d->v4.at[dictionary_v4_slot(&d->v4, v4_number(p->bytes), p->length)]);
	else
		__builtin_prefetch(&d->v6.at[(uint32_t)prefix_hash(p) & d->v6.mask]);
}

size_t dictionary_bytes(const struct dictionary *d)
{
	return ((size_t)d->v4.mask + 1 + d->v6.mask + 1) * sizeof(struct dictionary_slot) +
	       d->capacity * sizeof(struct prefix);
}

static bool dictionary_prefix_sane(const struct prefix *p)
{
	struct prefix plain = *p;
	if ((p->family != FAMILY_V4 && p->family != FAMILY_V6) || p->length > family_bits(p->family))
		return false;
	prefix_mask(&plain);
	return prefix_equal(p, &plain);
}

// The slots are made anew; ids are given in the same order again.
void dictionary_carry(struct carry *c, struct dictionary *d)
{
	struct prefix *prefixes = d->prefixes;
	size_t n = d->count, capacity;
	if (!carry_loads(c)) {
		carry_list(c, CARRY_ARRAY(prefixes, n, capacity));
		return;
	}
	prefixes = NULL;
	carry_list(c, CARRY_ARRAY(prefixes, n, capacity));
	carry_check(c, n < DICTIONARY_MAX);
	for (uint32_t i = 0; i < n && carry_good(c); i++)
		carry_check(c, dictionary_prefix_sane(&prefixes[i]) && dictionary_id(d, &prefixes[i]) == i);
	free(prefixes);
}
