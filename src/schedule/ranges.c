// SPDX-License-Identifier: ISC
// Sets of prefixes as sorted ranges.
#include "schedule/ranges.h"

#include "base/alloc.h"
#include "base/err.h"

#include <stdlib.h>

#define TOPS	  65536 // values of the first 16 bits
#define INDEX_MIN 128	// fewer ranges are faster without the index
#define NEAR	  8	// ranges: a line of the cache

struct ranges_wide { // an address as a number
	uint64_t high, low;
};

struct range4 {
	uint32_t first, last;
};

struct ranges_range6 {
	struct ranges_wide first, last;
};

struct ranges_side { // one family
	void *at;
	size_t count, capacity, added;
	uint32_t *index; // of the first range whose last address is in or beyond these 16 bits; null: few ranges
	bool settled;
};

struct ranges {
	struct ranges_side v4, v6;
};

struct ranges *ranges_create(void)
{
	return alloc_zero(1, sizeof(struct ranges));
}

void ranges_free(struct ranges *r)
{
	if (!r)
		return;
	free(r->v4.at);
	free(r->v4.index);
	free(r->v6.at);
	free(r->v6.index);
	free(r);
}

static struct ranges_wide ranges_wide_of(const uint8_t bytes[16])
{
	struct ranges_wide w;
	memcpy(&w, bytes, sizeof(w));
	return (struct ranges_wide){__builtin_bswap64(w.high), __builtin_bswap64(w.low)};
}

static int ranges_wide_compare(struct ranges_wide a, struct ranges_wide b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low < b.low ? -1 : a.low > b.low;
}

static bool ranges_well_formed(const struct prefix *p)
{
	if ((p->family != FAMILY_V4 && p->family != FAMILY_V6) || p->length > family_bits(p->family))
		return false;
	struct prefix masked = *p;
	prefix_mask(&masked);
	return prefix_equal(&masked, p);
}

static void ranges_add4(struct ranges_side *s, const struct prefix *p)
{
	alloc_grow(&s->at, s->count, &s->capacity, sizeof(struct range4));
	uint32_t first = v4_number(p->bytes), more = p->length ? UINT32_MAX >> (p->length - 1) >> 1 : UINT32_MAX;
	((struct range4 *)s->at)[s->count++] = (struct range4){first, first | more};
}

static void ranges_add6(struct ranges_side *s, const struct prefix *p)
{
	alloc_grow(&s->at, s->count, &s->capacity, sizeof(struct ranges_range6));
	struct ranges_wide first = ranges_wide_of(p->bytes), last = first;
	unsigned high = p->length < 64 ? p->length : 64, low = p->length - high;
	last.high |= high ? UINT64_MAX >> (high - 1) >> 1 : UINT64_MAX;
	last.low |= low ? UINT64_MAX >> (low - 1) >> 1 : UINT64_MAX;
	((struct ranges_range6 *)s->at)[s->count++] = (struct ranges_range6){first, last};
}

int ranges_add(struct ranges *r, const struct prefix *p)
{
	if (!ranges_well_formed(p))
		return ERR_MALFORMED;
	struct ranges_side *s = p->family == FAMILY_V4 ? &r->v4 : &r->v6;
	if (s->added >= RANGES_MAX)
		return ERR_FULL;
	if (p->family == FAMILY_V4)
		ranges_add4(s, p);
	else
		ranges_add6(s, p);
	s->added++;
	s->settled = false;
	return 0;
}

static int ranges_compare4(const void *a, const void *b)
{
	uint32_t x = ((const struct range4 *)a)->first, y = ((const struct range4 *)b)->first;
	return x < y ? -1 : x > y;
}

static int ranges_compare6(const void *a, const void *b)
{
	return ranges_wide_compare(((const struct ranges_range6 *)a)->first, ((const struct ranges_range6 *)b)->first);
}

static size_t ranges_merge4(struct range4 *at, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (kept && (at[kept - 1].last == UINT32_MAX || at[i].first <= at[kept - 1].last + 1)) {
			if (at[i].last > at[kept - 1].last)
				at[kept - 1].last = at[i].last;
			continue;
		}
		at[kept++] = at[i];
	}
	return kept;
}

// Ranges that touch stay two: prefixes nest or lie apart, so nothing but speed could be gained.
static size_t ranges_merge6(struct ranges_range6 *at, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (kept && ranges_wide_compare(at[i].first, at[kept - 1].last) <= 0) {
			if (ranges_wide_compare(at[i].last, at[kept - 1].last) > 0)
				at[kept - 1].last = at[i].last;
			continue;
		}
		at[kept++] = at[i];
	}
	return kept;
}

static uint32_t ranges_top_of_last(const struct ranges_side *s, bool v6, size_t i)
{
	return v6 ? (uint32_t)(((const struct ranges_range6 *)s->at)[i].last.high >> 48)
		  : ((const struct range4 *)s->at)[i].last >> 16;
}

static void ranges_settle(struct ranges_side *s, bool v6)
{
	if (s->count) {
		qsort(s->at, s->count, v6 ? sizeof(struct ranges_range6) : sizeof(struct range4),
		      v6 ? ranges_compare6 : ranges_compare4);
		s->count = v6 ? ranges_merge6(s->at, s->count) : ranges_merge4(s->at, s->count);
	}
	s->settled = true;
	free(s->index);
	s->index = NULL;
	if (s->count < INDEX_MIN)
		return;
	s->index = alloc_zero(TOPS + 1, sizeof(*s->index));
	size_t i = 0;
	for (uint32_t top = 0; top < TOPS; top++) {
		while (i < s->count && ranges_top_of_last(s, v6, i) < top)
			i++;
		s->index[top] = (uint32_t)i;
	}
	s->index[TOPS] = (uint32_t)s->count;
}

// Only ranges from the first that reaches into these 16 bits to the first that reaches beyond them can hold the address.
static void ranges_bounds(const struct ranges_side *s, uint32_t top, size_t *ret_low, size_t *ret_high)
{
	size_t high = s->index ? s->index[top + 1] + 1 : s->count;
	*ret_low = s->index ? s->index[top] : 0;
	*ret_high = high < s->count ? high : s->count;
}

static inline size_t ranges_about(uint32_t n, size_t low, size_t high)
{
	return low + ((n & 0xffff) * (high - low) >> 16);
}

// Ranges of 16 equal first bits lie about evenly more often than not: looks where this address would be then, which takes one
// line of the cache from memory where halving takes ten. Where they do not, half of the ranges are gone at least.
static void ranges_guess(const struct range4 *at, uint32_t n, size_t *low, size_t *high)
{
	size_t there = ranges_about(n, *low, *high);
	size_t from = there > *low + NEAR ? there - NEAR : *low, to = there + NEAR < *high ? there + NEAR : *high;
	if (at[to - 1].last < n)
		*low = to;
	else if (from > *low && at[from - 1].last >= n)
		*high = from - 1;
	else {
		*low = from;
		*high = to;
	}
}

static bool ranges_has4(const struct ranges_side *s, uint32_t n)
{
	const struct range4 *at = s->at;
	size_t low, high;
	ranges_bounds(s, n >> 16, &low, &high);
	if (high - low > 4 * NEAR)
		ranges_guess(at, n, &low, &high);
	while (low < high) { // the first whose last address is not before n
		size_t middle = low + (high - low) / 2;
		if (at[middle].last < n)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && at[low].first <= n && n <= at[low].last;
}

static bool ranges_has6(const struct ranges_side *s, struct ranges_wide n)
{
	const struct ranges_range6 *at = s->at;
	size_t low, high;
	ranges_bounds(s, (uint32_t)(n.high >> 48), &low, &high);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ranges_wide_compare(at[middle].last, n) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && ranges_wide_compare(at[low].first, n) <= 0 &&
	       ranges_wide_compare(n, at[low].last) <= 0;
}

void ranges_near(const struct ranges *r, const struct addr *a)
{
	const struct ranges_side *s = &r->v4;
	size_t low, high;
	if (a->family != FAMILY_V4 || !s->index)
		return;
	uint32_t n = v4_number(a->bytes);
	ranges_bounds(s, n >> 16, &low, &high);
	const struct range4 *there = (const struct range4 *)s->at + ranges_about(n, low, high);
	__builtin_prefetch(there - NEAR / 2);
	__builtin_prefetch(there + NEAR / 2);
}

bool ranges_has(struct ranges *r, const struct addr *a)
{
	bool v6 = a->family == FAMILY_V6;
	struct ranges_side *s = v6 ? &r->v6 : &r->v4;
	if (!s->count || (!v6 && a->family != FAMILY_V4))
		return false;
	if (UNLIKELY(!s->settled))
		ranges_settle(s, v6);
	return v6 ? ranges_has6(s, ranges_wide_of(a->bytes)) : ranges_has4(s, v4_number(a->bytes));
}

size_t ranges_count(const struct ranges *r)
{
	return r->v4.added + r->v6.added;
}

static size_t ranges_side_bytes(const struct ranges_side *s, size_t each)
{
	return s->capacity * each + (s->index ? (TOPS + 1) * sizeof(*s->index) : 0);
}

size_t ranges_bytes(const struct ranges *r)
{
	return sizeof(*r) + ranges_side_bytes(&r->v4, sizeof(struct range4)) +
	       ranges_side_bytes(&r->v6, sizeof(struct ranges_range6));
}
