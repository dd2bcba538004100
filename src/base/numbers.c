// SPDX-License-Identifier: ISC
// Orders and medians. No subtraction: that would wrap.
#include "base/numbers.h"

#include "base/instant.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int numbers_by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	if (isnan(x) || isnan(y))
		return (isnan(x) != 0) - (isnan(y) != 0);
	return (x > y) - (x < y);
}

int numbers_by_float(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	if (isnan(x) || isnan(y))
		return (isnan(x) != 0) - (isnan(y) != 0);
	return (x > y) - (x < y);
}

int numbers_by_uint32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

int numbers_by_uint64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

int numbers_by_int64(const void *a, const void *b)
{
	return numbers_order(*(const int64_t *)a, *(const int64_t *)b);
}

int numbers_by_instant(const void *a, const void *b)
{
	struct instant x = *(const struct instant *)a, y = *(const struct instant *)b;
	if (!instant_known(x) || !instant_known(y))
		return instant_known(x) - instant_known(y);
	return numbers_order(x.ns, y.ns);
}

int numbers_by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

double numbers_median(double *values, size_t n)
{
	if (!n)
		return NAN;
	qsort(values, n, sizeof(*values), numbers_by_double);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

float numbers_median_float(float *values, size_t n)
{
	if (!n)
		return NAN;
	qsort(values, n, sizeof(*values), numbers_by_float);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

uint32_t numbers_median_uint32(uint32_t *values, size_t n)
{
	if (!n)
		return 0;
	qsort(values, n, sizeof(*values), numbers_by_uint32);
	return values[n / 2];
}

static int numbers_by_weighed(const void *a, const void *b)
{
	return numbers_by_double(&((const struct numbers_weighed *)a)->value,
				 &((const struct numbers_weighed *)b)->value);
}

double numbers_weighted_median(struct numbers_weighed *values, size_t n)
{
	double whole = 0, sum = 0;
	for (size_t i = 0; i < n; i++)
		whole += values[i].weight;
	if (!(whole > 0))
		return NAN;
	qsort(values, n, sizeof(*values), numbers_by_weighed);
	for (size_t i = 0; i < n; i++) {
		sum += values[i].weight;
		if (2 * sum >= whole)
			return values[i].value;
	}
	return values[n - 1].value;
}
