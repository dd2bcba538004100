// SPDX-License-Identifier: ISC
// Who sees what: one bit per (prefix, peer), prefix-major, the peers of one network (AS) side by side inside
// one 64-bit word wherever they fit, so that "how many networks see this prefix" is a few operations a word.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct carry; // base/carry.h

#define MATRIX_COLUMNS_MAX 16384 // peers that are told apart; memory

struct matrix;

struct matrix *matrix_create(void);
void matrix_free(struct matrix *m);

// Adds a column for a peer of `group` (a dense number of its network). Returns the column's handle, which stays
// valid while the layout underneath changes.
uint32_t matrix_add_column(struct matrix *m, uint32_t group);
uint32_t matrix_columns(const struct matrix *m);
void matrix_reserve_rows(struct matrix *m, uint32_t rows); // rows below this number exist from now on

bool matrix_get(const struct matrix *m, uint32_t row, uint32_t column);
bool matrix_set(struct matrix *m, uint32_t row, uint32_t column);   // true: the bit changed
bool matrix_clear(struct matrix *m, uint32_t row, uint32_t column); // true: the bit changed
void matrix_prefetch(const struct matrix *m, uint32_t row);
void matrix_clear_column(struct matrix *m, uint32_t column, uint32_t rows);

// The mask says which columns count (health, full feed). Changing it is O(1) per column.
struct matrix_mask {
	uint64_t *words;   // owned by the caller through matrix_mask_*; indexed by layout
	uint32_t capacity; // words
	uint32_t layout;   // for which layout it was made
};

// Brings groups side by side where counted columns of one group stand apart. Masks made before are void after it
// returns true.
bool matrix_tidy(struct matrix *m, const bool *column_counts);
void matrix_mask_make(const struct matrix *m, struct matrix_mask *mask, const bool *column_counts);
void matrix_mask_drop(const struct matrix *m, struct matrix_mask *mask, uint32_t column); // one column out: O(1)
void matrix_mask_free(struct matrix_mask *mask);

// Networks (groups) with at least one counted column that sees the row; and counted columns that see it.
uint32_t matrix_row_networks(const struct matrix *m, const struct matrix_mask *mask, uint32_t row);
uint32_t matrix_row_peers(const struct matrix *m, const struct matrix_mask *mask, uint32_t row);

// The same for rows first … first + n - 1 into out (saturating at 65,535).
void matrix_scan_networks(const struct matrix *m, const struct matrix_mask *mask, uint32_t first, uint32_t n,
			  uint16_t *out);
void matrix_scan_peers(const struct matrix *m, const struct matrix_mask *mask, uint32_t first, uint32_t n,
		       uint16_t *out);

uint64_t matrix_column_count(const struct matrix *m, uint32_t column, uint32_t rows); // set bits of one column
size_t matrix_bytes(const struct matrix *m);
void matrix_carry(struct carry *c, struct matrix *m); // into an empty one
void matrix_mask_carry(struct carry *c, struct matrix_mask *mask);
bool matrix_mask_fits(const struct matrix *m, const struct matrix_mask *mask); // it has a bit for every column
