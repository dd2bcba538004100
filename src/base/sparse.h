// SPDX-License-Identifier: ISC
// Runs of memory that are mostly zero, kept small: of each eight bytes a mask of those that are not zero, and these. Only for
// the same process: what is kept is what lay there, pointers too.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Room for packing n bytes at the worst; n is a multiple of 8.
static inline size_t sparse_room(size_t n)
{
	return n + n / 8;
}

// Packs the n bytes at `of` into `ret`, which has sparse_room(n); returns how many it took.
size_t sparse_pack(const void *of, size_t n, uint8_t *ret);

// Puts what was packed back into the n bytes at `ret`.
void sparse_unpack(const uint8_t *packed, void *ret, size_t n);
