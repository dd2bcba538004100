// SPDX-License-Identifier: ISC
// DOC: counting each /24 once
// Two tables over all 2^24 /24s: how many visible prefixes cover it (a flip adds or takes one), and which set of
// entities it belongs to (sets are interned, so a /24 costs two bytes). An entity's count changes only when a cover
// count leaves or reaches zero, so nesting and order of prefixes do not matter. IPv6 has no such table: an entity's
// visible prefixes are intervals of /48s, kept in order and counted by blocks (cover.c).
#include "signal/space.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/must.h"
#include "signal/cover.h"

#include <stdlib.h>

#define SLASH24S (1u << 24) // all there are

struct set {
	uint32_t *members;
	size_t n;
};

struct space_range6 {
	uint64_t first, last; // /48 numbers: the upper 48 bits of the address
	uint64_t reach;	      // the greatest last of the part of the ranges that has this one in its middle
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
	struct index set_index; // by members
	uint64_t sets_lost;
	struct space_range6 *ranges6; // sorted by first
	size_t range6_count, range6_capacity;
	struct own *own; // by entity
};

static uint64_t space_slash48_of(const uint8_t bytes[16])
{
	uint64_t v;
	memcpy(&v, bytes, sizeof(v));
	return __builtin_bswap64(v) >> 16;
}

static bool space_set_equal(const struct set *s, const uint32_t *members, size_t n)
{
	return s->n == n && (!n || memcmp(s->members, members, n * sizeof(*members)) == 0);
}

// The set with these members (ascending), made if new; SPACE_NOBODY when there are too many sets.
static uint16_t space_set_intern(struct space *s, const uint32_t *members, size_t n)
{
	uint64_t hash = hash_bytes(members, n * sizeof(*members));
	struct index_walk walk = index_begin(hash);
	uint32_t number;
	while (index_next(&s->set_index, &walk, &number))
		if (space_set_equal(&s->sets[number], members, n))
			return (uint16_t)number;
	if (s->set_count >= SPACE_SETS_MAX) {
		s->sets_lost++;
		return SPACE_NOBODY;
	}
	alloc_grow((void **)&s->sets, s->set_count, &s->set_capacity, sizeof(*s->sets));
	struct set *set = &s->sets[s->set_count];
	*set = (struct set){.n = n};
	if (n) {
		set->members = alloc_zero(n, sizeof(*members));
		memcpy(set->members, members, n * sizeof(*members));
	}
	index_add(&s->set_index, hash, (uint32_t)s->set_count);
	return (uint16_t)s->set_count++;
}

// The set with one more member.
static uint16_t space_set_with(struct space *s, uint16_t set, uint32_t entity)
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
	uint16_t with = held ? set : space_set_intern(s, members, n + 1);
	free(members);
	return with;
}

static void space_add_range4(struct space *s, uint32_t entity, const struct entity_range *r)
{
	uint32_t first = v4_number(r->first.bytes) >> 8, last = v4_number(r->last.bytes) >> 8;
	uint16_t was = SPACE_NOBODY, becomes = space_set_with(s, SPACE_NOBODY, entity);
	for (uint32_t i = first; i <= last && i < SLASH24S; i++) {
		if (s->owner[i] != was) {
			was = s->owner[i];
			becomes = space_set_with(s, was, entity);
		}
		s->own[entity].own24 += becomes != was;
		s->owner[i] = becomes;
	}
}

static int space_by_first(const void *a, const void *b)
{
	const struct space_range6 *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

// Ranges of an entity may overlap or share a /48: each counts once. They come sorted by their first.
static void space_own48_count(struct space *s)
{
	uint64_t *next = alloc_zero(s->entities->count, sizeof(*next)); // first /48 not yet counted
	for (size_t i = 0; i < s->range6_count; i++) {
		const struct space_range6 *r = &s->ranges6[i];
		uint64_t first = r->first > next[r->entity] ? r->first : next[r->entity];
		if (r->last < first)
			continue;
		s->own[r->entity].own48 += r->last - first + 1;
		next[r->entity] = r->last + 1;
	}
	free(next);
}

// Makes of the sorted ranges a tree: the middle one, and what is before and after it in the same way.
static uint64_t space_reach6(struct space *s, size_t low, size_t high)
{
	if (low == high)
		return 0;
	size_t middle = (low + high) / 2;
	struct space_range6 *r = &s->ranges6[middle];
	uint64_t before = space_reach6(s, low, middle), after = space_reach6(s, middle + 1, high);
	r->reach = before > r->last ? before : r->last;
	r->reach = after > r->reach ? after : r->reach;
	return r->reach;
}

struct space *space_create(const struct entity_list *entities)
{
	struct space *s = alloc_zero(1, sizeof(*s));
	s->entities = entities;
	s->cover = alloc_pages(SLASH24S * sizeof(*s->cover));
	s->owner = alloc_pages(SLASH24S * sizeof(*s->owner));
	s->own = alloc_zero(entities->count, sizeof(*s->own));
	space_set_intern(s, NULL, 0);
	for (uint32_t e = 0; e < entities->count; e++)
		for (size_t i = 0; i < entities->at[e].range_count; i++) {
			const struct entity_range *r = &entities->at[e].ranges[i];
			if (r->first.family == FAMILY_V4) {
				space_add_range4(s, e, r);
				continue;
			}
			alloc_grow((void **)&s->ranges6, s->range6_count, &s->range6_capacity, sizeof(*s->ranges6));
			s->ranges6[s->range6_count++] = (struct space_range6){space_slash48_of(r->first.bytes),
									      space_slash48_of(r->last.bytes), 0, e};
		}
	if (s->range6_count)
		qsort(s->ranges6, s->range6_count, sizeof(*s->ranges6), space_by_first);
	space_reach6(s, 0, s->range6_count);
	space_own48_count(s);
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
	index_free(&s->set_index);
	free(s->ranges6);
	free(s->own);
	free(s);
}

static void space_span4(const struct prefix *p, uint32_t *ret_first, uint32_t *ret_n)
{
	*ret_first = v4_number(p->bytes) >> 8;
	*ret_n = p->length >= 24 ? 1 : 1u << (24 - p->length);
}

static void space_span6(const struct prefix *p, uint64_t *ret_first, uint64_t *ret_last)
{
	*ret_first = space_slash48_of(p->bytes);
	*ret_last = *ret_first + (p->length >= 48 ? 0 : (1ull << (48 - p->length)) - 1);
}

struct search6 {
	uint64_t first, last;
	size_t from; // no range before this one
};

static size_t space_search6_in(const struct space *s, const struct search6 *what, size_t low, size_t high)
{
	size_t middle = (low + high) / 2;
	if (low == high || high <= what->from || s->ranges6[middle].reach < what->first)
		return SIZE_MAX;
	size_t found = space_search6_in(s, what, low, middle);
	if (found != SIZE_MAX || s->ranges6[middle].first > what->last)
		return found;
	if (middle >= what->from && s->ranges6[middle].last >= what->first)
		return middle;
	return space_search6_in(s, what, middle + 1, high);
}

// The first range at or after `from` that has some of first … last; SIZE_MAX: none.
static size_t space_range6_next(const struct space *s, size_t from, uint64_t first, uint64_t last)
{
	return space_search6_in(s, &(struct search6){first, last, from}, 0, s->range6_count);
}

static uint16_t space_set_of6(struct space *s, const struct prefix *p)
{
	uint64_t first, last;
	uint16_t set = SPACE_NOBODY;
	space_span6(p, &first, &last);
	for (size_t i = 0; (i = space_range6_next(s, i, first, last)) != SIZE_MAX; i++)
		set = space_set_with(s, set, s->ranges6[i].entity);
	return set;
}

// The first /24 from `at` on, and before `end`, that has not the owners of `at`.
static uint32_t space_run_of_owner(const struct space *s, uint32_t at, uint32_t end)
{
	uint64_t four = s->owner[at] * 0x0001000100010001ull, next;
	for (; end - at >= 4; at += 4) {
		memcpy(&next, s->owner + at, sizeof(next));
		if (next != four)
			break;
	}
	uint16_t set = (uint16_t)four;
	while (at < end && s->owner[at] == set)
		at++;
	return at;
}

uint16_t space_set_of(struct space *s, const struct prefix *p)
{
	if (p->family == FAMILY_V6)
		return space_set_of6(s, p);
	uint32_t first, n;
	space_span4(p, &first, &n);
	uint16_t set = s->owner[first];
	for (uint32_t i = space_run_of_owner(s, first, first + n); i < first + n;
	     i = space_run_of_owner(s, i, first + n)) {
		uint16_t more = s->owner[i];
		for (size_t m = 0; m < s->sets[more].n; m++)
			set = space_set_with(s, set, s->sets[more].members[m]);
	}
	return set;
}

const uint32_t *space_members(const struct space *s, uint16_t set, size_t *ret_n)
{
	must(set < s->set_count);
	*ret_n = s->sets[set].n;
	return s->sets[set].members;
}

uint64_t space_sets_lost(const struct space *s)
{
	return s->sets_lost;
}

// One more or one less prefix covers each of these. How many became covered, or ceased to be.
VECTORISED static uint32_t space_cover_change(uint16_t *cover, uint32_t n, bool visible)
{
	uint32_t edges = 0;
	uint16_t change = visible ? 1 : UINT16_MAX;
	for (uint32_t i = 0; i < n; i++) {
		edges += cover[i] == !visible;
		cover[i] = (uint16_t)(cover[i] + change);
	}
	return edges;
}

static void space_flip4(struct space *s, const struct prefix *p, bool visible)
{
	uint32_t first, n;
	space_span4(p, &first, &n);
	for (uint32_t i = first, next; i < first + n; i = next) {
		next = space_run_of_owner(s, i, first + n);
		uint64_t edges = space_cover_change(s->cover + i, next - i, visible);
		const struct set *set = &s->sets[s->owner[i]];
		for (size_t m = 0; m < set->n; m++)
			s->own[set->members[m]].up24 += visible ? edges : -edges;
	}
}

static void space_flip6(struct space *s, const struct prefix *p, bool visible)
{
	uint64_t first, last;
	space_span6(p, &first, &last);
	for (size_t i = 0; (i = space_range6_next(s, i, first, last)) != SIZE_MAX; i++) {
		const struct space_range6 *r = &s->ranges6[i];
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
		space_flip6(s, p, visible);
	else
		space_flip4(s, p, visible);
}

uint64_t space_slash24(const struct space *s, uint32_t entity)
{
	must(entity < s->entities->count);
	return s->own[entity].up24;
}

uint64_t space_slash24_own(const struct space *s, uint32_t entity)
{
	must(entity < s->entities->count);
	return s->own[entity].own24;
}

uint64_t space_slash48_own(const struct space *s, uint32_t entity)
{
	must(entity < s->entities->count);
	return s->own[entity].own48;
}

uint64_t space_slash48(struct space *s, uint32_t entity)
{
	must(entity < s->entities->count);
	struct own *o = &s->own[entity];
	if (o->stale48)
		o->up48 = cover_units(o->visible48);
	o->stale48 = false;
	return o->up48;
}
