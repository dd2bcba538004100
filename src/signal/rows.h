// SPDX-License-Identifier: ISC
// Per prefix the peers that ever announced it, each with the route last heard. Rows are small and very many.
#pragma once

#include "model/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct carry; // base/carry.h

struct heard { // the route a peer last announced
	uint16_t peer;
	bool withdrawn;
	uint32_t origin, upstream;
	uint32_t path_hash;
	uint32_t since_s; // first heard; seconds since 1970, good until 2106
};

_Static_assert(PEERS_MAX <= UINT16_MAX, "a peer's number takes two bytes");

struct heard_row { // by peer in rising order
	struct heard *at;
	uint32_t n, capacity;
};

struct rows;

struct rows *rows_create(void);
void rows_free(struct rows *r);

const struct heard_row *rows_of(const struct rows *r, uint32_t prefix); // null: nobody announced it
// Where the peer is in the row, or belongs: `n` if behind all others.
uint32_t rows_place(const struct heard_row *row, uint32_t peer);
// Null: never heard of. Borrowed until the next rows_add.
struct heard *rows_find(const struct rows *r, uint32_t prefix, uint32_t peer);
void rows_add(struct rows *r, uint32_t prefix, const struct heard *heard); // a peer that is not in the row
void rows_forget(struct rows *r, uint32_t prefix);			   // nobody announced it
void rows_carry(struct carry *c, struct rows *r);			   // into an empty one
uint32_t rows_count(const struct rows *r);			     // numbers of prefixes with a row are below this
void rows_prefetch(const struct rows *r, uint32_t prefix, int step); // step 0, and when that has come, 1
