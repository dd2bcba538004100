// SPDX-License-Identifier: ISC
// Joins the tables of the detectors.
#include "detect/parameters.h"

#include "base/err.h"

#include <math.h>
#include <string.h>

static bool row_at(const struct parameters *p, size_t row, const char **group, const struct level_threshold **what,
		   const double **value)
{
	if (row < LEVEL_PARAMETER_COUNT) {
		*group = "level";
		*what = level_threshold((enum level_parameter)row);
		*value = &p->level[row];
		return true;
	}
	row -= LEVEL_PARAMETER_COUNT;
	if (row < REACH_PARAMETER_COUNT) {
		*group = "reach";
		*what = reachability_threshold((enum reachability_parameter)row);
		*value = &p->reach[row];
		return true;
	}
	row -= REACH_PARAMETER_COUNT;
	if (row >= SERIES_PARAMETER_COUNT)
		return false;
	*group = "series";
	*what = series_threshold((enum series_parameter)row);
	*value = &p->series[row];
	return true;
}

void parameters_default(struct parameters *ret)
{
	const char *group;
	const struct level_threshold *what;
	const double *value;
	for (size_t row = 0; row_at(ret, row, &group, &what, &value); row++)
		*(double *)value = what->value;
}

int parameters_set(struct parameters *p, const char *name, double value)
{
	const char *group;
	const struct level_threshold *what;
	const double *held;
	if (!isfinite(value) || value < 0)
		return ERR_MALFORMED;
	for (size_t row = 0; row_at(p, row, &group, &what, &held); row++) {
		size_t n = strlen(group);
		if (strncmp(name, group, n) != 0 || name[n] != '.' || strcmp(name + n + 1, what->name) != 0)
			continue;
		*(double *)held = value;
		return 0;
	}
	return ERR_NOT_FOUND;
}

void parameters_text(struct text *t, const struct parameters *p)
{
	const char *group;
	const struct level_threshold *what;
	const double *value;
	for (size_t row = 0; row_at(p, row, &group, &what, &value); row++)
		text_printf(t, "%s.%s=%.9g\n", group, what->name, *value);
}

bool parameters_row(const struct parameters *p, size_t row, const char **ret_group,
		    const struct level_threshold **ret_default, double *ret_value)
{
	const double *value;
	if (!row_at(p, row, ret_group, ret_default, &value))
		return false;
	*ret_value = *value;
	return true;
}
