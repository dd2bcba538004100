// SPDX-License-Identifier: ISC
// DOC: a union that is counted by blocks
// The intervals stand in order of their first unit, in blocks of at most BLOCK_MAX. A block remembers how many units it
// covers when nothing before it reaches into it, and how far it reaches itself. To count, the blocks are passed in order
// with the first unit not yet counted: a block that begins at or after that unit gives what it remembers, one that ends
// before it gives nothing, and only what lies across is looked at interval by interval. So a change costs one block and
// a glance at the others, not a sort of all.
#include "signal/cover.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX 256 // memory

struct block {
	struct cover_span at[BLOCK_MAX]; // by first, then last
	uint32_t n;			 // never 0
	bool counted;			 // the two below are right
	uint64_t units, reach;		 // units: covered by this block alone; reach: the greatest last
};

struct cover {
	struct block **blocks;
	size_t n, capacity;
};

struct cover *cover_create(void)
{
	return alloc_zero(1, sizeof(struct cover));
}

void cover_free(struct cover *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		free(c->blocks[i]);
	free(c->blocks);
	free(c);
}

static bool cover_span_before(const struct cover_span *a, const struct cover_span *b)
{
	return a->first != b->first ? a->first < b->first : a->last < b->last;
}

// The last block that begins at or before the span; 0 if all begin after it.
static size_t cover_block_of(const struct cover *c, const struct cover_span *span)
{
	size_t low = 0, high = c->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (cover_span_before(span, &c->blocks[middle]->at[0]))
			high = middle;
		else
			low = middle + 1;
	}
	return low ? low - 1 : 0;
}

// The first place in the block that is not before the span.
static uint32_t cover_place_in(const struct block *b, const struct cover_span *span)
{
	uint32_t low = 0, high = b->n;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (cover_span_before(&b->at[middle], span))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct block *cover_block_insert(struct cover *c, size_t at)
{
	alloc_grow((void **)&c->blocks, c->n, &c->capacity, sizeof(*c->blocks));
	memmove(c->blocks + at + 1, c->blocks + at, (c->n - at) * sizeof(*c->blocks));
	c->n++;
	return c->blocks[at] = alloc_zero(1, sizeof(**c->blocks));
}

// Where the span goes when its block is full: half of that goes to a new block behind it; what comes in order, behind
// all there is, begins a block of its own.
static size_t cover_block_split(struct cover *c, size_t at, const struct cover_span *span)
{
	struct block *full = c->blocks[at], *next = cover_block_insert(c, at + 1);
	if (at + 2 == c->n && !cover_span_before(span, &full->at[full->n - 1]))
		return at + 1;
	next->n = full->n / 2;
	full->n -= next->n;
	memcpy(next->at, full->at + full->n, next->n * sizeof(*next->at));
	full->counted = false;
	return at + !cover_span_before(span, &next->at[0]);
}

void cover_add(struct cover *c, struct cover_span span)
{
	if (!c->n)
		cover_block_insert(c, 0);
	size_t at = cover_block_of(c, &span);
	if (c->blocks[at]->n == BLOCK_MAX)
		at = cover_block_split(c, at, &span);
	struct block *b = c->blocks[at];
	uint32_t place = cover_place_in(b, &span);
	memmove(b->at + place + 1, b->at + place, (b->n - place) * sizeof(*b->at));
	b->at[place] = span;
	b->n++;
	b->counted = false;
}

static void cover_block_remove(struct cover *c, size_t at)
{
	free(c->blocks[at]);
	c->n--;
	memmove(c->blocks + at, c->blocks + at + 1, (c->n - at) * sizeof(*c->blocks));
}

// Two small neighbours become one, so that blocks do not outlive what was in them.
static void cover_block_join(struct cover *c, size_t at)
{
	struct block *b = c->blocks[at], *next = at + 1 < c->n ? c->blocks[at + 1] : NULL;
	if (!next || b->n + next->n > BLOCK_MAX / 2)
		return;
	memcpy(b->at + b->n, next->at, next->n * sizeof(*b->at));
	b->n += next->n;
	b->counted = false;
	cover_block_remove(c, at + 1);
}

void cover_drop(struct cover *c, struct cover_span span)
{
	if (!c->n)
		return;
	size_t at = cover_block_of(c, &span);
	struct block *b = c->blocks[at];
	uint32_t place = cover_place_in(b, &span);
	if (place == b->n || b->at[place].first != span.first || b->at[place].last != span.last)
		return;
	b->n--;
	memmove(b->at + place, b->at + place + 1, (b->n - place) * sizeof(*b->at));
	b->counted = false;
	if (!b->n)
		cover_block_remove(c, at);
	else
		cover_block_join(c, at);
}

// Units from `next` on that the block covers.
static uint64_t cover_block_units(const struct block *b, uint64_t next)
{
	uint64_t units = 0;
	for (uint32_t i = 0; i < b->n; i++) {
		uint64_t first = b->at[i].first > next ? b->at[i].first : next;
		if (b->at[i].last < first)
			continue;
		units += b->at[i].last - first + 1;
		next = b->at[i].last + 1;
	}
	return units;
}

static void cover_block_count(struct block *b)
{
	b->units = cover_block_units(b, 0);
	b->reach = 0;
	for (uint32_t i = 0; i < b->n; i++)
		b->reach = b->at[i].last > b->reach ? b->at[i].last : b->reach;
	b->counted = true;
}

uint64_t cover_units(struct cover *c)
{
	uint64_t units = 0, next = 0; // next: the first unit not yet counted
	for (size_t i = 0; i < c->n; i++) {
		struct block *b = c->blocks[i];
		if (!b->counted)
			cover_block_count(b);
		if (b->reach < next)
			continue;
		units += b->at[0].first >= next ? b->units : cover_block_units(b, next);
		next = b->reach + 1;
	}
	return units;
}
