// SPDX-License-Identifier: ISC
// The matrix against a plain array of bools: random changes, new columns, new rows and tidying in any order.
#include "scene.h"

#include "base/alloc.h"
#include "signal/matrix.h"

#define ROWS	700
#define COLUMNS 420
#define GROUPS	90

struct naive {
	bool bit[ROWS][COLUMNS];
	uint32_t group[COLUMNS];
	bool counts[COLUMNS];
	uint32_t columns, rows;
};

static uint64_t seed;
static struct naive naive;

static uint32_t below(uint64_t *random, uint32_t n)
{
	return (uint32_t)(unit_random(random) >> 33) % n;
}

static uint32_t naive_networks(uint32_t row)
{
	bool seen[GROUPS] = {0};
	uint32_t n = 0;
	for (uint32_t c = 0; c < naive.columns; c++)
		if (naive.counts[c] && naive.bit[row][c] && !seen[naive.group[c]]) {
			seen[naive.group[c]] = true;
			n++;
		}
	return n;
}

static uint32_t naive_peers(uint32_t row)
{
	uint32_t n = 0;
	for (uint32_t c = 0; c < naive.columns; c++)
		n += naive.counts[c] && naive.bit[row][c];
	return n;
}

// Group 0 becomes wide (over 64 peers), the groups below 8 large, the others of 1 to 5.
static uint32_t pick_group(uint64_t *random)
{
	uint32_t kind = below(random, 4);
	return kind == 0 ? 0 : kind == 1 ? 1 + below(random, 7) : 8 + below(random, GROUPS - 8);
}

static void add_columns(struct matrix *m, uint32_t n, uint64_t *random)
{
	while (n-- && naive.columns < COLUMNS) {
		uint32_t group = pick_group(random);
		assert_int_equal(matrix_add_column(m, group), naive.columns);
		naive.group[naive.columns] = group;
		naive.counts[naive.columns++] = below(random, 4) != 0;
	}
	assert_int_equal(matrix_columns(m), naive.columns);
}

static void change_bits(struct matrix *m, uint32_t n, uint64_t *random)
{
	while (n--) {
		uint32_t row = below(random, naive.rows), column = below(random, naive.columns);
		bool *bit = &naive.bit[row][column];
		assert_int_equal(matrix_get(m, row, column), *bit);
		if (below(random, 3)) {
			assert_int_equal(matrix_set(m, row, column), !*bit);
			*bit = true;
		} else {
			assert_int_equal(matrix_clear(m, row, column), *bit);
			*bit = false;
		}
	}
}

static void change_counting(uint32_t n, uint64_t *random)
{
	while (n--) {
		uint32_t column = below(random, naive.columns);
		naive.counts[column] = !naive.counts[column];
	}
}

static void clear_one_column(struct matrix *m, uint64_t *random)
{
	uint32_t column = below(random, naive.columns), rows = below(random, naive.rows + 1);
	matrix_clear_column(m, column, rows);
	for (uint32_t r = 0; r < rows; r++)
		naive.bit[r][column] = false;
}

static void expect_counts(const struct matrix *m, const struct matrix_mask *mask)
{
	uint16_t networks[ROWS], peers[ROWS];
	uint32_t first = naive.rows / 3, n = naive.rows - first;
	matrix_scan_networks(m, mask, first, n, networks);
	matrix_scan_peers(m, mask, first, n, peers);
	for (uint32_t r = 0; r < naive.rows; r++) {
		assert_int_equal(matrix_row_networks(m, mask, r), naive_networks(r));
		assert_int_equal(matrix_row_peers(m, mask, r), naive_peers(r));
		if (r < first)
			continue;
		assert_int_equal(networks[r - first], naive_networks(r));
		assert_int_equal(peers[r - first], naive_peers(r));
	}
}

static void expect_bits(const struct matrix *m)
{
	for (uint32_t c = 0; c < naive.columns; c++) {
		uint64_t n = 0;
		for (uint32_t r = 0; r < naive.rows; r++) {
			assert_int_equal(matrix_get(m, r, c), naive.bit[r][c]);
			n += naive.bit[r][c];
		}
		assert_int_equal(matrix_column_count(m, c, naive.rows), n);
	}
}

static void drop_some(const struct matrix *m, struct matrix_mask *mask, uint64_t *random)
{
	for (uint32_t i = below(random, 9); i-- > 0;) {
		uint32_t column = below(random, naive.columns);
		naive.counts[column] = false;
		matrix_mask_drop(m, mask, column);
	}
}

static void is_the_naive_one(void **state)
{
	(void)state;
	uint64_t random = seed;
	uint32_t tidied = 0;
	struct matrix *m = matrix_create();
	struct matrix_mask mask = {0};
	naive = (struct naive){.rows = 1};
	matrix_reserve_rows(m, 1);
	for (uint32_t round = 0; round < 60; round++) {
		add_columns(m, 1 + below(&random, 12), &random);
		naive.rows += below(&random, (ROWS - naive.rows) / 8 + 1);
		matrix_reserve_rows(m, naive.rows);
		change_bits(m, 2500, &random);
		change_counting(below(&random, 6), &random);
		if (below(&random, 3) == 0)
			clear_one_column(m, &random);
		tidied += matrix_tidy(m, naive.counts);
		assert_false(matrix_tidy(m, naive.counts));
		matrix_mask_make(m, &mask, naive.counts);
		expect_counts(m, &mask);
		drop_some(m, &mask, &random);
		expect_counts(m, &mask);
		expect_bits(m);
	}
	assert_true(tidied > 1);
	assert_int_equal(naive.columns > 64 * 4, 1);
	matrix_mask_free(&mask);
	matrix_free(m);
}

// Sizes around the width of a word, alone and together, tidied from a scattered order.
static void groups_of_every_size(void **state)
{
	(void)state;
	static const uint32_t sizes[] = {1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 1, 128, 129, 2, 4};
	struct matrix *m = matrix_create();
	struct matrix_mask mask = {0};
	uint32_t columns = 0, group_of[1024];
	for (uint32_t round = 0; round < 129; round++)
		for (uint32_t g = 0; g < ARRAY_LEN(sizes); g++)
			if (round < sizes[g])
				group_of[columns++] = g;
	bool counts[1024];
	memset(counts, 1, sizeof(counts));
	for (uint32_t c = 0; c < columns; c++)
		matrix_add_column(m, group_of[c]);
	matrix_reserve_rows(m, columns + 2);
	for (uint32_t c = 0; c < columns; c++) {
		matrix_set(m, c, c); // one peer alone
		matrix_set(m, columns, c);
	}
	assert_true(matrix_tidy(m, counts));
	matrix_mask_make(m, &mask, counts);
	for (uint32_t c = 0; c < columns; c++)
		assert_int_equal(matrix_row_networks(m, &mask, c), 1);
	assert_int_equal(matrix_row_networks(m, &mask, columns), ARRAY_LEN(sizes));
	assert_int_equal(matrix_row_peers(m, &mask, columns), columns);
	assert_int_equal(matrix_row_networks(m, &mask, columns + 1), 0);
	uint16_t seen[2];
	matrix_scan_networks(m, &mask, columns, 2, seen);
	assert_int_equal(seen[0], ARRAY_LEN(sizes));
	assert_int_equal(seen[1], 0);
	matrix_mask_free(&mask);
	matrix_free(m);
	matrix_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_naive_one),
		cmocka_unit_test(groups_of_every_size),
	};
	seed = unit_seed();
	return cmocka_run_group_tests_name("signal matrix", tests, NULL, NULL);
}
