// SPDX-License-Identifier: ISC
// The values of a run: joined from the rooms' tables, changed by name within bounds, written out to be hashed.
#include "model/decision.h"

#include "base/err.h"

#include <math.h>
#include <string.h>

void decisions_join(const struct decision_table *const *tables, size_t count, struct decisions *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->table_count = count < DECISION_TABLES_MAX ? count : DECISION_TABLES_MAX;
	for (size_t i = 0; i < ret->table_count; i++) {
		const struct decision_table *t = ret->tables[i] = tables[i];
		for (size_t k = 0; k < t->count; k++)
			ret->value[DECISION_FIRST((size_t)t->room) + k] = t->rows[k].value;
	}
}

// The table that holds row i of all, which becomes the row's place in it; null behind the last.
static const struct decision_table *model_decision_table(const struct decisions *d, size_t *i)
{
	for (size_t k = 0; k < d->table_count; k++) {
		if (*i < d->tables[k]->count)
			return d->tables[k];
		*i -= d->tables[k]->count;
	}
	return NULL;
}

bool decision_counts(const struct decision *row)
{
	static const char *const units[] = {"gaps",
					    "silences",
					    "failures in a row",
					    "entities",
					    "failures an observer",
					    "checks",
					    "networks",
					    "full-feed networks",
					    "hosts",
					    "networks of observers",
					    "values in a row",
					    "values",
					    "weeks",
					    "points",
					    "units",
					    "quiet watch intervals",
					    "features",
					    "blocks",
					    "starts",
					    "families",
					    "services",
					    "classes",
					    "machines",
					    "losses",
					    "waves",
					    "outages",
					    "series",
					    "ticks",
					    "addresses"};
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(row->unit, units[i]) == 0)
			return true;
	return false;
}

int decisions_set(struct decisions *d, const char *name, double value, const struct decision **ret_row)
{
	const struct decision_table *t;
	for (size_t i = 0, at = 0; (t = model_decision_table(d, &at)); at = ++i) {
		const struct decision *row = &t->rows[at];
		if (strcmp(row->name, name) != 0)
			continue;
		*ret_row = row;
		if (!(value >= row->low && value <= row->high))
			return ERR_TOO_LARGE;
		if (decision_counts(row) && value != floor(value))
			return ERR_MALFORMED;
		d->value[DECISION_FIRST((size_t)t->room) + at] = value;
		return 0;
	}
	return ERR_NOT_FOUND;
}

double decisions_value(const struct decisions *d, const char *name)
{
	const struct decision *row;
	double value;
	for (size_t i = 0; (row = decisions_row(d, i, &value)); i++)
		if (strcmp(row->name, name) == 0)
			return value;
	return NAN;
}

const struct decision *decisions_row(const struct decisions *d, size_t i, double *ret_value)
{
	const struct decision_table *t = model_decision_table(d, &i);
	if (!t)
		return NULL;
	*ret_value = d->value[DECISION_FIRST((size_t)t->room) + i];
	return &t->rows[i];
}

void decisions_text(struct text *t, const struct decisions *d)
{
	const struct decision *row;
	double value;
	for (size_t i = 0; (row = decisions_row(d, i, &value)); i++)
		text_printf(t, "%s=%.17g\n", row->name, value);
}
