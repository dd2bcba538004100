// SPDX-License-Identifier: ISC
// DOC: counting each /24 once
// Two tables over all 2^24 /24s: how many visible prefixes cover it (a flip adds or takes one), and which set of
// entities it belongs to (sets are interned, so a /24 costs two bytes). An entity's count changes only when a cover
// count leaves or reaches zero, so nesting and order of prefixes do not matter. IPv6 has no such table: an entity's
// visible prefixes are intervals of /48s, kept in order and counted by blocks (cover.c).
#include "signal/space.h"

#include "base/alloc.h"
#include "signal/cover.h"

#include <stdlib.h>

#define SLASH24S (1u << 24)

struct set {
	uint32_t *members;
	size_t n;
};

struct range6 {
	uint64_t first, last; // /48 numbers: the upper 48 bits of the address
	uint32_t entity;
};

struct own {
	uint64_t up24, own24, up48, own48;
	bool stale48;
	struct cover *visible48; // what its visible prefixes have of its ranges; made with the first
};

struct space {
	const struct entity_list *entities;
	uint16_t *cover, *owner; // by /24
	struct set *sets;
	size_t set_count, set_capacity;
	struct range6 *ranges6; // sorted by first
	size_t range6_count, range6_capacity;
	uint64_t longest6; // span of the longest range, to bound the search backwards
	struct own *own;   // by entity
};

static uint64_t slash48(const uint8_t bytes[16])
{
	uint64_t v;
	memcpy(&v, bytes, sizeof(v));
	return __builtin_bswap64(v) >> 16;
}

static bool set_equal(const struct set *s, const uint32_t *members, size_t n)
{
	return s->n == n && (!n || memcmp(s->members, members, n * sizeof(*members)) == 0);
}

// The set with these members (ascending), made if new; SPACE_NOBODY when there are too many sets.
static uint16_t set_intern(struct space *s, const uint32_t *members, size_t n)
{
	for (size_t i = s->set_count; i-- > 0;)
		if (set_equal(&s->sets[i], members, n))
			return (uint16_t)i;
	if (s->set_count >= SPACE_SETS_MAX)
		return SPACE_NOBODY;
	alloc_grow((void **)&s->sets, s->set_count, &s->set_capacity, sizeof(*s->sets));
	struct set *set = &s->sets[s->set_count];
	*set = (struct set){.n = n};
	if (n) {
		set->members = alloc_zero(n, sizeof(*members));
		memcpy(set->members, members, n * sizeof(*members));
	}
	return (uint16_t)s->set_count++;
}

// The set with one more member.
static uint16_t set_with(struct space *s, uint16_t set, uint32_t entity)
{
	size_t n = s->sets[set].n, at = 0;
	uint32_t *members = alloc_zero(n + 1, sizeof(*members));
	for (size_t i = 0; i < n && s->sets[set].members[i] < entity; i++)
		members[at++] = s->sets[set].members[i];
	bool held = at < n && s->sets[set].members[at] == entity;
	if (!held) {
		members[at] = entity;
		if (n > at)
			memcpy(members + at + 1, s->sets[set].members + at, (n - at) * sizeof(*members));
	}
	uint16_t with = held ? set : set_intern(s, members, n + 1);
	free(members);
	return with;
}

static void add_range4(struct space *s, uint32_t entity, const struct entity_range *r)
{
	uint32_t first = v4_number(r->first.bytes) >> 8, last = v4_number(r->last.bytes) >> 8;
	uint16_t was = SPACE_NOBODY, becomes = set_with(s, SPACE_NOBODY, entity);
	for (uint32_t i = first; i <= last && i < SLASH24S; i++) {
		if (s->owner[i] != was) {
			was = s->owner[i];
			becomes = set_with(s, was, entity);
		}
		s->own[entity].own24 += becomes != was;
		s->owner[i] = becomes;
	}
}

static int by_first(const void *a, const void *b)
{
	const struct range6 *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

// Ranges of an entity may overlap or share a /48: each counts once. They come sorted by their first.
static void own48_count(struct space *s)
{
	uint64_t *next = alloc_zero(s->entities->count, sizeof(*next)); // first /48 not yet counted
	for (size_t i = 0; i < s->range6_count; i++) {
		const struct range6 *r = &s->ranges6[i];
		uint64_t first = r->first > next[r->entity] ? r->first : next[r->entity];
		if (r->last < first)
			continue;
		s->own[r->entity].own48 += r->last - first + 1;
		next[r->entity] = r->last + 1;
	}
	free(next);
}

struct space *space_create(const struct entity_list *entities)
{
	struct space *s = alloc_zero(1, sizeof(*s));
	s->entities = entities;
	s->cover = alloc_pages(SLASH24S * sizeof(*s->cover));
	s->owner = alloc_pages(SLASH24S * sizeof(*s->owner));
	s->own = alloc_zero(entities->count, sizeof(*s->own));
	set_intern(s, NULL, 0);
	for (uint32_t e = 0; e < entities->count; e++)
		for (size_t i = 0; i < entities->at[e].range_count; i++) {
			const struct entity_range *r = &entities->at[e].ranges[i];
			if (r->first.family == FAMILY_V4) {
				add_range4(s, e, r);
				continue;
			}
			alloc_grow((void **)&s->ranges6, s->range6_count, &s->range6_capacity, sizeof(*s->ranges6));
			struct range6 own = {slash48(r->first.bytes), slash48(r->last.bytes), e};
			s->longest6 = own.last - own.first > s->longest6 ? own.last - own.first : s->longest6;
			s->ranges6[s->range6_count++] = own;
		}
	if (s->range6_count)
		qsort(s->ranges6, s->range6_count, sizeof(*s->ranges6), by_first);
	own48_count(s);
	return s;
}

void space_free(struct space *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->set_count; i++)
		free(s->sets[i].members);
	for (uint32_t e = 0; e < s->entities->count; e++)
		cover_free(s->own[e].visible48);
	alloc_pages_free(s->cover, SLASH24S * sizeof(*s->cover));
	alloc_pages_free(s->owner, SLASH24S * sizeof(*s->owner));
	free(s->sets);
	free(s->ranges6);
	free(s->own);
	free(s);
}

static void span4(const struct prefix *p, uint32_t *ret_first, uint32_t *ret_n)
{
	*ret_first = v4_number(p->bytes) >> 8;
	*ret_n = p->length >= 24 ? 1 : 1u << (24 - p->length);
}

static void span6(const struct prefix *p, uint64_t *ret_first, uint64_t *ret_last)
{
	*ret_first = slash48(p->bytes);
	*ret_last = *ret_first + (p->length >= 48 ? 0 : (1ull << (48 - p->length)) - 1);
}

// First range that may reach `first`.
static size_t first_range6(const struct space *s, uint64_t first)
{
	uint64_t from = first > s->longest6 ? first - s->longest6 : 0;
	size_t low = 0, high = s->range6_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->ranges6[middle].first < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint16_t set_of6(struct space *s, const struct prefix *p)
{
	uint64_t first, last;
	uint16_t set = SPACE_NOBODY;
	span6(p, &first, &last);
	for (size_t i = first_range6(s, first); i < s->range6_count && s->ranges6[i].first <= last; i++)
		if (s->ranges6[i].last >= first)
			set = set_with(s, set, s->ranges6[i].entity);
	return set;
}

uint16_t space_set_of(struct space *s, const struct prefix *p)
{
	if (p->family == FAMILY_V6)
		return set_of6(s, p);
	uint32_t first, n;
	span4(p, &first, &n);
	uint16_t set = s->owner[first], last = set;
	for (uint32_t i = 1; i < n; i++) {
		if (s->owner[first + i] == last)
			continue;
		last = s->owner[first + i];
		for (size_t m = 0; m < s->sets[last].n; m++)
			set = set_with(s, set, s->sets[last].members[m]);
	}
	return set;
}

const uint32_t *space_members(const struct space *s, uint16_t set, size_t *ret_n)
{
	*ret_n = s->sets[set].n;
	return s->sets[set].members;
}

static void flip4(struct space *s, const struct prefix *p, bool visible)
{
	uint32_t first, n;
	span4(p, &first, &n);
	for (uint32_t i = first; i < first + n; i++) {
		bool edge = visible ? s->cover[i]++ == 0 : --s->cover[i] == 0;
		const struct set *set = &s->sets[s->owner[i]];
		for (size_t m = 0; edge && m < set->n; m++)
			s->own[set->members[m]].up24 += visible ? 1 : (uint64_t)-1;
	}
}

static void flip6(struct space *s, const struct prefix *p, bool visible)
{
	uint64_t first, last;
	span6(p, &first, &last);
	for (size_t i = first_range6(s, first); i < s->range6_count && s->ranges6[i].first <= last; i++) {
		const struct range6 *r = &s->ranges6[i];
		if (r->last < first)
			continue;
		struct own *o = &s->own[r->entity];
		struct cover_span span = {first > r->first ? first : r->first, last < r->last ? last : r->last};
		if (!o->visible48)
			o->visible48 = cover_create();
		if (visible)
			cover_add(o->visible48, span);
		else
			cover_drop(o->visible48, span);
		o->stale48 = true;
	}
}

void space_flip(struct space *s, const struct prefix *p, bool visible)
{
	if (p->family == FAMILY_V6)
		flip6(s, p, visible);
	else
		flip4(s, p, visible);
}

uint64_t space_slash24(const struct space *s, uint32_t entity)
{
	return s->own[entity].up24;
}

uint64_t space_slash24_own(const struct space *s, uint32_t entity)
{
	return s->own[entity].own24;
}

uint64_t space_slash48_own(const struct space *s, uint32_t entity)
{
	return s->own[entity].own48;
}

uint64_t space_slash48(struct space *s, uint32_t entity)
{
	struct own *o = &s->own[entity];
	if (o->stale48)
		o->up48 = cover_units(o->visible48);
	o->stale48 = false;
	return o->up48;
}
