// SPDX-License-Identifier: ISC
// Lists of numbers: how qsort orders them, and what is in the middle.
#pragma once

#include <stddef.h>
#include <stdint.h>

// For qsort and bsearch over arrays of these types, ascending. Not a number comes last; an unknown instant first.
int numbers_by_double(const void *a, const void *b);
int numbers_by_float(const void *a, const void *b);
int numbers_by_uint32(const void *a, const void *b);
int numbers_by_uint64(const void *a, const void *b);
int numbers_by_int64(const void *a, const void *b);
int numbers_by_instant(const void *a, const void *b); // struct instant
int numbers_by_text(const void *a, const void *b);    // char *, by strcmp

// -1, 0 or 1: for comparing members inside a comparator of one's own.
static inline int numbers_order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static inline int numbers_order_real(double a, double b)
{
	return (a > b) - (a < b);
}

// The median of n values, which are put in order by it: of an even number the mean of the two in the middle. NaN for none.
double numbers_median(double *values, size_t n);
float numbers_median_float(float *values, size_t n);

// The value in the middle, of an even number the upper one; they are put in order by it. 0 for none.
uint32_t numbers_median_uint32(uint32_t *values, size_t n);

struct numbers_weighed {
	double value, weight; // weight at least 0
};

// The least value at which half of the weight is reached; they are put in order by it. NaN where there is no weight.
double numbers_weighted_median(struct numbers_weighed *values, size_t n);
