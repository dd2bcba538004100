// SPDX-License-Identifier: ISC
// DOC: room for rows
// Rows lie in chunks of CHUNK_BYTES, one behind the other, and a row that grows leaves its place to the next of that
// size. A new row gets as much room as the one before it has come to need: in a dump all rows are about alike, and each
// is whole before the next begins.
#include "signal/rows.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/carry.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>

#define STEP	    4u			   // capacities are multiples of this
#define CHUNK_BYTES ((size_t)2 << 20)	   // memory
#define STEPS	    (PEERS_MAX / STEP + 1) // memory

struct hole { // where a row was
	struct hole *next;
};

struct rows {
	struct heard_row *at; // by prefix
	size_t count, capacity;
	uint32_t before;	   // the prefix that was new last
	struct hole *holes[STEPS]; // by capacity / STEP
	uint8_t **chunks;
	size_t chunk_count, chunk_capacity;
	size_t used; // bytes of the last chunk
};

_Static_assert(PEERS_MAX * sizeof(struct heard) <= CHUNK_BYTES, "the longest row fits a chunk");
_Static_assert(STEP * sizeof(struct heard) % _Alignof(struct hole) == 0, "holes are aligned");

struct rows *rows_create(void)
{
	struct rows *r = alloc_zero(1, sizeof(*r));
	r->used = CHUNK_BYTES;
	return r;
}

void rows_free(struct rows *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->chunk_count; i++)
		alloc_pages_free(r->chunks[i], CHUNK_BYTES);
	alloc_pages_free(r->at, r->capacity * sizeof(*r->at));
	free(r->chunks);
	free(r);
}

const struct heard_row *rows_of(const struct rows *r, uint32_t prefix)
{
	return prefix < r->count && r->at[prefix].n ? &r->at[prefix] : NULL;
}

uint32_t rows_place(const struct heard_row *row, uint32_t peer)
{
	uint32_t low = 0, high = row->n;
	if (!high || row->at[high - 1].peer < peer) // they mostly come in order of their numbers, as in a dump
		return high;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (row->at[middle].peer < peer)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct heard *rows_find(const struct rows *r, uint32_t prefix, uint32_t peer)
{
	if (prefix >= r->count)
		return NULL;
	const struct heard_row *row = &r->at[prefix];
	uint32_t at = rows_place(row, peer);
	return at < row->n && row->at[at].peer == peer ? &row->at[at] : NULL;
}

static struct heard *rows_room_take(struct rows *r, uint32_t capacity)
{
	struct hole **hole = &r->holes[capacity / STEP];
	if (*hole) {
		void *at = *hole;
		*hole = (*hole)->next;
		return at;
	}
	size_t bytes = capacity * sizeof(struct heard);
	if (r->used + bytes > CHUNK_BYTES) {
		alloc_grow((void **)&r->chunks, r->chunk_count, &r->chunk_capacity, sizeof(*r->chunks));
		r->chunks[r->chunk_count++] = alloc_pages(CHUNK_BYTES);
		if (r->chunk_count > 2) // few rows shall not cost a large page
			alloc_dense(r->chunks[r->chunk_count - 1], CHUNK_BYTES);
		r->used = 0;
	}
	uint8_t *at = r->chunks[r->chunk_count - 1] + r->used;
	r->used += bytes;
	return (void *)at;
}

static void rows_room_leave(struct rows *r, struct heard_row *row)
{
	struct hole *hole = (void *)row->at;
	hole->next = r->holes[row->capacity / STEP];
	r->holes[row->capacity / STEP] = hole;
}

static void rows_grow(struct rows *r, struct heard_row *row)
{
	uint32_t usual = r->at[r->before].n, wanted = row->n ? row->n + row->n / 2 + 1 : usual;
	wanted = (wanted < STEP ? STEP : wanted + STEP - 1) / STEP * STEP;
	wanted = wanted > (STEPS - 1) * STEP ? (STEPS - 1) * STEP : wanted;
	struct heard *at = rows_room_take(r, wanted);
	if (row->n) {
		memcpy(at, row->at, row->n * sizeof(*at));
		rows_room_leave(r, row);
	}
	row->at = at;
	row->capacity = wanted;
}

void rows_add(struct rows *r, uint32_t prefix, const struct heard *heard)
{
	must(heard);
	for (; r->count <= prefix; r->count++)
		alloc_pages_grow((void **)&r->at, r->count, &r->capacity, sizeof(*r->at));
	struct heard_row *row = &r->at[prefix];
	bool new = !row->n;
	if (row->n == row->capacity)
		rows_grow(r, row);
	if (new)
		r->before = prefix;
	uint32_t at = rows_place(row, heard->peer);
	memmove(row->at + at + 1, row->at + at, (row->n - at) * sizeof(*row->at));
	row->at[at] = *heard;
	row->n++;
}

void rows_forget(struct rows *r, uint32_t prefix)
{
	if (prefix < r->count && r->at[prefix].capacity) {
		rows_room_leave(r, &r->at[prefix]);
		r->at[prefix] = (struct heard_row){0};
	}
}

uint32_t rows_count(const struct rows *r)
{
	return (uint32_t)r->count;
}

static bool rows_flag_sane(const struct heard *h)
{
	uint8_t byte;
	memcpy(&byte, &h->withdrawn, sizeof(byte));
	return byte <= 1;
}

// One row, in its place. A row is carried as one run of bytes: there are very many.
static void rows_row_load(struct carry *c, struct rows *r, uint32_t prefix, uint32_t n)
{
	struct heard_row *row = &r->at[prefix];
	carry_check(c, n <= c->limits[CARRY_PEERS] && n * sizeof(struct heard) <= cursor_left(&c->in));
	if (!n || !carry_good(c))
		return;
	row->capacity = (n + STEP - 1) / STEP * STEP;
	row->at = rows_room_take(r, row->capacity);
	row->n = n;
	r->before = prefix;
	carry_bytes(c, row->at, n * sizeof(*row->at));
	for (uint32_t i = 0; i < n && carry_good(c); i++) {
		carry_within(c, CARRY_PEERS, row->at[i].peer);
		carry_check(c, (!i || row->at[i - 1].peer < row->at[i].peer) && rows_flag_sane(&row->at[i]));
	}
}

void rows_carry(struct carry *c, struct rows *r)
{
	size_t n = r->count;
	carry_count(c, &n, sizeof(uint32_t));
	for (uint32_t i = 0; i < n && carry_good(c); i++) {
		uint32_t heard = carry_loads(c) ? 0 : r->at[i].n;
		CARRY(c, heard);
		if (!carry_loads(c)) {
			carry_bytes(c, r->at[i].at, heard * sizeof(struct heard));
			continue;
		}
		alloc_pages_grow((void **)&r->at, i, &r->capacity, sizeof(*r->at));
		r->count = (size_t)i + 1;
		rows_row_load(c, r, i, heard);
	}
}

void rows_prefetch(const struct rows *r, uint32_t prefix, int step)
{
	if (prefix >= r->count)
		return;
	const struct heard_row *row = &r->at[prefix];
	if (!step) {
		__builtin_prefetch(row);
		return;
	}
	for (uint32_t i = 0; i < row->n && i < 16; i += 3) // a line holds three
		__builtin_prefetch(&row->at[i], 1);
}
