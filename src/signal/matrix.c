// SPDX-License-Identifier: ISC
// DOC: counting networks in a word
// The columns of one network form a field of adjacent bits in one word. With H the top bit of each field and
// L the field's other bits, ((x & ~H) + L) carries into H exactly when a bit of L is set, so
// (((x & ~H) + L) | x) & H has one bit per network that has any bit in x, and a population count counts them.
// A network with more peers than a word has bits gets whole words of its own and is counted apart.
#include "signal/matrix.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/carry.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64 // of a word

struct matrix_field { // a network too large for one word: words first … first + count - 1 are all its own
	uint32_t first, count;
};

struct matrix {
	uint64_t *bits;			 // rows × width
	uint32_t rows, used_rows, width; // rows there is room for, rows in use, words in a row
	uint32_t columns, column_capacity;
	uint32_t *group_of; // by column
	uint32_t *place;    // by column: bit position in a row
	uint32_t *field;    // by column: first position of the field it is part of
	uint64_t *top;	    // by word: H
	bool *plain;	    // by word: every field is one bit wide
	struct matrix_field *wide;
	uint32_t wide_count;
	uint32_t next_free; // first position never given out
	uint32_t layout;
};

// Words from `first` on hold fields of one bit.
static void matrix_fields_plain(struct matrix *m, uint32_t first)
{
	m->top = alloc_resize(m->top, m->width, sizeof(*m->top));
	m->plain = alloc_resize(m->plain, m->width, sizeof(*m->plain));
	for (uint32_t w = first; w < m->width; w++) {
		m->top[w] = UINT64_MAX;
		m->plain[w] = true;
	}
}

struct matrix *matrix_create(void)
{
	struct matrix *m = alloc_zero(1, sizeof(*m));
	m->layout = 1;
	m->width = 1;
	matrix_fields_plain(m, 0);
	return m;
}

void matrix_free(struct matrix *m)
{
	if (!m)
		return;
	alloc_pages_free(m->bits, (size_t)m->rows * m->width * sizeof(*m->bits));
	free(m->group_of);
	free(m->place);
	free(m->field);
	free(m->top);
	free(m->plain);
	free(m->wide);
	free(m);
}

uint32_t matrix_columns(const struct matrix *m)
{
	return m->columns;
}

size_t matrix_bytes(const struct matrix *m)
{
	return (size_t)m->used_rows * m->width * sizeof(*m->bits);
}

// More words in a row, the bits where they are: from the last row on, so that no other storage is needed.
static void matrix_widen(struct matrix *m, uint32_t width)
{
	size_t words = (size_t)m->rows * m->width, wanted = (size_t)m->rows * width;
	m->bits = alloc_pages_resize(m->bits, words * sizeof(*m->bits), wanted * sizeof(*m->bits));
	alloc_dense(m->bits, wanted * sizeof(*m->bits));
	for (uint32_t r = m->used_rows; r-- > 0;) {
		uint64_t *to = m->bits + (size_t)r * width;
		memmove(to, m->bits + (size_t)r * m->width, m->width * sizeof(*to));
		memset(to + m->width, 0, (width - m->width) * sizeof(*to));
	}
	m->width = width;
}

// Moves the bits to other places of the same row: `moved` by old place.
static void matrix_places_move(struct matrix *m, const uint32_t *moved)
{
	uint64_t *row = alloc_zero(m->width, sizeof(*row));
	for (uint32_t r = 0; r < m->used_rows; r++) {
		uint64_t *bits = m->bits + (size_t)r * m->width;
		memcpy(row, bits, m->width * sizeof(*row));
		memset(bits, 0, m->width * sizeof(*row));
		for (uint32_t w = 0; w < m->width; w++)
			for (uint64_t left = row[w]; left; left &= left - 1) {
				uint32_t at = moved[w * WORD_BITS + (uint32_t)__builtin_ctzll(left)];
				bits[at / WORD_BITS] |= 1ull << at % WORD_BITS;
			}
	}
	free(row);
}

void matrix_reserve_rows(struct matrix *m, uint32_t rows)
{
	if (rows > m->used_rows)
		m->used_rows = rows;
	if (rows <= m->rows)
		return;
	// Doubling costs address space only: pages that were never touched take no memory.
	uint32_t wanted = m->rows ? m->rows * 2 : 4096;
	wanted = wanted > rows ? wanted : rows;
	size_t row_bytes = m->width * sizeof(*m->bits);
	m->bits = alloc_pages_resize(m->bits, m->rows * row_bytes, wanted * row_bytes);
	alloc_dense(m->bits, wanted * row_bytes);
	m->rows = wanted;
}

uint32_t matrix_add_column(struct matrix *m, uint32_t group)
{
	if (m->columns == m->column_capacity) {
		m->column_capacity = m->column_capacity ? m->column_capacity * 2 : 64;
		m->group_of = alloc_resize(m->group_of, m->column_capacity, sizeof(*m->group_of));
		m->place = alloc_resize(m->place, m->column_capacity, sizeof(*m->place));
		m->field = alloc_resize(m->field, m->column_capacity, sizeof(*m->field));
	}
	uint32_t column = m->columns;
	if (m->next_free >= m->width * WORD_BITS) {
		uint32_t width = m->width + (m->width < 4 ? 1 : m->width / 4);
		uint32_t before = m->width;
		matrix_widen(m, width);
		matrix_fields_plain(m, before);
	}
	m->group_of[column] = group;
	m->place[column] = m->next_free++;
	m->columns++;
	m->field[column] = m->place[column];
	return column;
}

static int matrix_by_group_size(const void *a, const void *b, void *context)
{
	const uint32_t *size = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	if (size[x] != size[y])
		return size[x] > size[y] ? -1 : 1;
	return x < y ? -1 : x > y;
}

// Marks the bits from `first` on, `n` of them in one word, as one field.
static void matrix_field_mark(struct matrix *m, uint32_t first, uint32_t n)
{
	uint32_t w = first / WORD_BITS;
	if (n < 2)
		return;
	uint64_t lower = ((1ull << (n - 1)) - 1) << first % WORD_BITS;
	m->top[w] &= ~lower;
	m->plain[w] = false;
}

// Gives each group its first position: the largest first, none across a word's border.
static uint32_t matrix_place_groups(const uint32_t *size, const uint32_t *order, uint32_t groups, uint32_t *start)
{
	uint32_t at = 0;
	for (uint32_t i = 0; i < groups; i++) {
		uint32_t n = size[order[i]], left = WORD_BITS - at % WORD_BITS;
		if (n > left && left < WORD_BITS)
			at += left;
		start[order[i]] = at;
		at += n;
		if (n > WORD_BITS)
			at = (at + WORD_BITS - 1) / WORD_BITS * WORD_BITS;
	}
	return at;
}

static void matrix_fields_from_groups(struct matrix *m, const uint32_t *size, const uint32_t *start, uint32_t groups)
{
	m->wide_count = 0;
	for (uint32_t g = 0; g < groups; g++) {
		if (size[g] <= WORD_BITS) {
			if (size[g])
				matrix_field_mark(m, start[g], size[g]);
			continue;
		}
		m->wide = alloc_resize(m->wide, m->wide_count + 1, sizeof(*m->wide));
		uint32_t first = start[g] / WORD_BITS, count = (size[g] + WORD_BITS - 1) / WORD_BITS;
		m->wide[m->wide_count++] = (struct matrix_field){first, count};
		memset(m->top + first, 0, count * sizeof(*m->top));
		memset(m->plain + first, 0, count * sizeof(*m->plain));
	}
}

// Whether all counted columns of each group stand in one field.
static bool matrix_tidy_enough(const struct matrix *m, const bool *column_counts, uint32_t groups)
{
	uint32_t *field = alloc_zero(groups, sizeof(*field)); // + 1; 0 none yet
	bool enough = true;
	for (uint32_t c = 0; c < m->columns && enough; c++) {
		uint32_t *seen = &field[m->group_of[c]];
		if (!column_counts[c])
			continue;
		enough = !*seen || *seen == m->field[c] + 1;
		*seen = m->field[c] + 1;
	}
	free(field);
	return enough;
}

static void matrix_rearrange(struct matrix *m, uint32_t groups)
{
	uint32_t *size = alloc_zero(groups, sizeof(*size)), *start = alloc_zero(groups, sizeof(*start));
	uint32_t *order = alloc_zero(groups, sizeof(*order)), *place = alloc_zero(m->columns, sizeof(*place));
	uint32_t *moved = alloc_zero((size_t)m->width * WORD_BITS, sizeof(*moved)); // of the width before
	for (uint32_t c = 0; c < m->columns; c++)
		size[m->group_of[c]]++;
	for (uint32_t g = 0; g < groups; g++)
		order[g] = g;
	qsort_r(order, groups, sizeof(*order), matrix_by_group_size, size);
	uint32_t used = matrix_place_groups(size, order, groups, start);
	memcpy(order, start, groups * sizeof(*order)); // now: next free position of each group
	for (uint32_t c = 0; c < m->columns; c++) {
		place[c] = order[m->group_of[c]]++;
		moved[m->place[c]] = place[c];
		m->field[c] = start[m->group_of[c]];
	}
	uint32_t width = (used + WORD_BITS - 1) / WORD_BITS;
	if (width > m->width)
		matrix_widen(m, width);
	matrix_places_move(m, moved);
	memcpy(m->place, place, m->columns * sizeof(*place));
	m->next_free = used;
	matrix_fields_plain(m, 0);
	matrix_fields_from_groups(m, size, start, groups);
	free(size);
	free(start);
	free(order);
	free(place);
	free(moved);
}

bool matrix_tidy(struct matrix *m, const bool *column_counts)
{
	uint32_t groups = 0;
	for (uint32_t c = 0; c < m->columns; c++)
		groups = m->group_of[c] >= groups ? m->group_of[c] + 1 : groups;
	if (matrix_tidy_enough(m, column_counts, groups))
		return false;
	matrix_rearrange(m, groups);
	m->layout++;
	return true;
}

bool matrix_get(const struct matrix *m, uint32_t row, uint32_t column)
{
	uint32_t at = m->place[column];
	return m->bits[(size_t)row * m->width + at / WORD_BITS] >> at % WORD_BITS & 1;
}

bool matrix_set(struct matrix *m, uint32_t row, uint32_t column)
{
	uint32_t at = m->place[column];
	uint64_t *word = &m->bits[(size_t)row * m->width + at / WORD_BITS], bit = 1ull << at % WORD_BITS;
	bool changed = !(*word & bit);
	*word |= bit;
	return changed;
}

bool matrix_clear(struct matrix *m, uint32_t row, uint32_t column)
{
	uint32_t at = m->place[column];
	uint64_t *word = &m->bits[(size_t)row * m->width + at / WORD_BITS], bit = 1ull << at % WORD_BITS;
	bool changed = *word & bit;
	*word &= ~bit;
	return changed;
}

void matrix_prefetch(const struct matrix *m, uint32_t row)
{
	__builtin_prefetch(&m->bits[(size_t)row * m->width], 1);
}

void matrix_clear_column(struct matrix *m, uint32_t column, uint32_t rows)
{
	must(column < m->columns);
	for (uint32_t r = 0; r < rows && r < m->used_rows; r++)
		matrix_clear(m, r, column);
}

uint64_t matrix_column_count(const struct matrix *m, uint32_t column, uint32_t rows)
{
	must(column < m->columns);
	uint64_t n = 0;
	for (uint32_t r = 0; r < rows && r < m->used_rows; r++)
		n += matrix_get(m, r, column);
	return n;
}

void matrix_mask_make(const struct matrix *m, struct matrix_mask *mask, const bool *column_counts)
{
	if (mask->capacity < m->width) {
		mask->words = alloc_resize(mask->words, m->width, sizeof(*mask->words));
		mask->capacity = m->width;
	}
	if (m->width)
		memset(mask->words, 0, m->width * sizeof(*mask->words));
	for (uint32_t c = 0; c < m->columns; c++)
		if (column_counts[c])
			mask->words[m->place[c] / WORD_BITS] |= 1ull << m->place[c] % WORD_BITS;
	mask->layout = m->layout;
}

void matrix_mask_drop(const struct matrix *m, struct matrix_mask *mask, uint32_t column)
{
	must(column < m->columns);
	uint32_t at = m->place[column];
	mask->words[at / WORD_BITS] &= ~(1ull << at % WORD_BITS);
}

void matrix_mask_free(struct matrix_mask *mask)
{
	free(mask->words);
	*mask = (struct matrix_mask){0};
}

__attribute__((always_inline)) static inline uint32_t matrix_networks_in(uint64_t x, uint64_t top)
{
	return (uint32_t)__builtin_popcountll((((x & ~top) + ~top) | x) & top);
}

static uint32_t matrix_wide_networks(const struct matrix *m, const uint64_t *mask, const uint64_t *row)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < m->wide_count; i++) {
		uint64_t any = 0;
		for (uint32_t w = m->wide[i].first; w < m->wide[i].first + m->wide[i].count; w++)
			any |= row[w] & mask[w];
		n += any != 0;
	}
	return n;
}

uint32_t matrix_row_networks(const struct matrix *m, const struct matrix_mask *mask, uint32_t row)
{
	const uint64_t *bits = m->bits + (size_t)row * m->width;
	uint32_t n = m->wide_count ? matrix_wide_networks(m, mask->words, bits) : 0;
	for (uint32_t w = 0; w < m->width; w++)
		n += matrix_networks_in(bits[w] & mask->words[w], m->top[w]);
	return n;
}

uint32_t matrix_row_peers(const struct matrix *m, const struct matrix_mask *mask, uint32_t row)
{
	const uint64_t *bits = m->bits + (size_t)row * m->width;
	uint32_t n = 0;
	for (uint32_t w = 0; w < m->width; w++)
		n += (uint32_t)__builtin_popcountll(bits[w] & mask->words[w]);
	return n;
}

static uint16_t matrix_saturate(uint32_t n)
{
	return n > UINT16_MAX ? UINT16_MAX : (uint16_t)n;
}

struct matrix_scan { // what a scan goes over
	const struct matrix *m;
	const uint64_t *mask;
	uint32_t fields; // the first so many words hold fields wider than a bit
	uint32_t first, n;
};

// The scans touch every bit there is, so their one body is compiled for newer processors too and chosen at run time.
__attribute__((always_inline)) static inline void signal_matrix_scan(const struct matrix_scan *what, uint16_t *out)
{
	const struct matrix_scan s = *what; // in registers: `out` may not change it
	const uint64_t *top = s.m->top, *rows = s.m->bits;
	uint32_t width = s.m->width;
	for (uint32_t r = 0; r < s.n; r++) {
		const uint64_t *bits = rows + (size_t)(s.first + r) * width;
		uint64_t count = 0;
		uint32_t w = 0;
		for (; w < s.fields; w++)
			count += matrix_networks_in(bits[w] & s.mask[w], top[w]);
		for (; w < width; w++)
			count += (uint64_t)__builtin_popcountll(bits[w] & s.mask[w]);
		out[r] = count > UINT16_MAX ? UINT16_MAX : (uint16_t)count;
	}
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512vl,avx512vpopcntdq,popcnt"))) VECTORISED static void matrix_scan_vector(
	const struct matrix_scan *what, uint16_t *out)
{
	signal_matrix_scan(what, out);
}

__attribute__((target("popcnt"))) static void matrix_scan_popcount(const struct matrix_scan *what, uint16_t *out)
{
	signal_matrix_scan(what, out);
}
#endif

static void matrix_scan_best(const struct matrix_scan *what, uint16_t *out)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vl")) {
		matrix_scan_vector(what, out);
		return;
	}
	if (__builtin_cpu_supports("popcnt")) {
		matrix_scan_popcount(what, out);
		return;
	}
#endif
	signal_matrix_scan(what, out);
}

void matrix_scan_networks(const struct matrix *m, const struct matrix_mask *mask, uint32_t first, uint32_t n,
			  uint16_t *out)
{
	uint32_t fields = 0; // words that hold fields wider than a bit come first in a tidy layout
	while (fields < m->width && !m->plain[fields])
		fields++;
	matrix_scan_best(&(struct matrix_scan){m, mask->words, fields, first, n}, out);
	for (uint32_t r = 0; m->wide_count && r < n; r++)
		out[r] = matrix_saturate(
			out[r] + matrix_wide_networks(m, mask->words, m->bits + (size_t)(first + r) * m->width));
}

void matrix_scan_peers(const struct matrix *m, const struct matrix_mask *mask, uint32_t first, uint32_t n,
		       uint16_t *out)
{
	matrix_scan_best(&(struct matrix_scan){m, mask->words, 0, first, n}, out);
}

static void matrix_numbers_carry(struct carry *c, uint32_t **of, uint32_t n)
{
	if (carry_loads(c) && carry_good(c))
		*of = alloc_resize(*of, n, sizeof(**of));
	carry_bytes(c, *of, (size_t)n * sizeof(**of));
}

static void matrix_columns_carry(struct carry *c, struct matrix *m)
{
	size_t n = m->columns;
	carry_count(c, &n, 3 * sizeof(uint32_t));
	carry_check(c, n <= MATRIX_COLUMNS_MAX);
	n = n <= MATRIX_COLUMNS_MAX ? n : 0;
	m->columns = (uint32_t)n;
	matrix_numbers_carry(c, &m->group_of, m->columns);
	matrix_numbers_carry(c, &m->place, m->columns);
	matrix_numbers_carry(c, &m->field, m->columns);
	if (!carry_loads(c))
		return;
	m->column_capacity = m->columns;
	for (uint32_t i = 0; i < m->columns && carry_good(c); i++)
		carry_check(c, m->group_of[i] < MATRIX_COLUMNS_MAX && m->place[i] < m->width * WORD_BITS);
}

static void matrix_words_carry(struct carry *c, struct matrix *m)
{
	size_t n = m->width;
	carry_count(c, &n, sizeof(uint64_t) + 1);
	carry_check(c, n >= 1 && n <= MATRIX_COLUMNS_MAX);
	if (carry_loads(c) && carry_good(c)) {
		m->width = (uint32_t)n;
		matrix_fields_plain(m, 0);
	}
	for (size_t w = 0; w < n && carry_good(c); w++) {
		CARRY(c, m->top[w]);
		CARRY(c, m->plain[w]);
	}
	size_t wide = m->wide_count, capacity;
	carry_list(c, CARRY_ARRAY(m->wide, wide, capacity));
	m->wide_count = (uint32_t)wide;
	carry_check(c, wide <= n);
	for (uint32_t i = 0; i < m->wide_count && carry_loads(c) && carry_good(c); i++)
		carry_check(c, m->wide[i].first < m->width && m->wide[i].count <= m->width - m->wide[i].first);
}

void matrix_carry(struct carry *c, struct matrix *m)
{
	matrix_words_carry(c, m);
	matrix_columns_carry(c, m);
	CARRY(c, m->next_free);
	CARRY(c, m->layout);
	carry_check(c, m->next_free <= m->width * WORD_BITS);
	size_t rows = m->used_rows, row_bytes = m->width * sizeof(*m->bits);
	carry_count(c, &rows, row_bytes);
	carry_check(c, rows <= UINT32_MAX / 2);
	if (carry_loads(c) && carry_good(c))
		matrix_reserve_rows(m, (uint32_t)rows);
	if (carry_good(c))
		carry_bytes(c, m->bits, rows * row_bytes);
}

void matrix_mask_carry(struct carry *c, struct matrix_mask *mask)
{
	size_t n = mask->capacity, capacity;
	carry_list(c, CARRY_ARRAY(mask->words, n, capacity));
	mask->capacity = (uint32_t)n;
	CARRY(c, mask->layout);
}

bool matrix_mask_fits(const struct matrix *m, const struct matrix_mask *mask)
{
	return mask->words && mask->capacity >= m->width && mask->layout == m->layout;
}
