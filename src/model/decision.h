// SPDX-License-Identifier: ISC
// A number that decides something is a row: its name, value, unit, bounds and where it comes from. Each room keeps its rows
// in one file of its own, decisions.inc; whoever knows all rooms joins their tables into the values of one run, which are
// handed down by pointer to those who decide. No null is needed for "as the tables have it": null is that.
#pragma once

#include "base/attr.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum decision_room { // rooms that decide
	DECISION_BELIEF,
	DECISION_SIGNAL,
	DECISION_DETECT,
	DECISION_INCIDENT,
	DECISION_FACTS,
	DECISION_DIAGNOSE,
	DECISION_ENGINE,
	DECISION_ROOMS
};

#define DECISION_ROWS_MAX      128 // of a room
#define DECISION_FIRST(room)   ((room)*DECISION_ROWS_MAX)
#define DECISION_TABLES_MAX    DECISION_ROOMS
#define DECISION_NS_PER_SECOND 1e9

struct decision {
	const char *name; // "level.open": what it belongs to, a dot, a word
	double value;
	const char *unit; // "s", "share", "watch intervals"
	double low, high; // bounds, both allowed: within them every run ends and says something
	const char *source;
};

struct decision_table { // of one room; row i has the number DECISION_FIRST(room) + i
	enum decision_room room;
	const struct decision *rows;
	size_t count;
};

struct decisions { // the values of one run
	const struct decision_table *tables[DECISION_TABLES_MAX];
	size_t table_count;
	double value[DECISION_FIRST(DECISION_ROOMS)];
};

// What the rooms' own accessors are made of: the run's value, or the row's where d is null. `which`: an enumerator of the
// room that `rows` belongs to.
static inline double decision_value(const struct decisions *d, const struct decision *rows, unsigned which)
{
	return d ? d->value[which] : rows[which % DECISION_ROWS_MAX].value;
}

static inline int64_t decision_ns(double seconds)
{
	return (int64_t)(seconds * DECISION_NS_PER_SECOND);
}

// Joins `count` tables of different rooms and takes their values. The tables are borrowed for as long as ret is used.
void decisions_join(const struct decision_table *const *tables, size_t count, struct decisions *ret);

// Whether its unit is of things that are counted: three networks, never two and a half.
bool decision_counts(const struct decision *row);

// Another value for the row of that name. 0; ERR_NOT_FOUND: no such row; ERR_TOO_LARGE: not a number within its bounds, which
// *ret_row tells; ERR_MALFORMED: no whole number of what is counted. The row is told whenever there is one.
int MUST_USE decisions_set(struct decisions *d, const char *name, double value, const struct decision **ret_row);

// Row by row, in the order of the tables, for i from 0; null behind the last. ret_value: the run's.
const struct decision *decisions_row(const struct decisions *d, size_t i, double *ret_value);

// What the run has for the row of that name; NaN: no such row.
double decisions_value(const struct decisions *d, const char *name);

// One line a row, "level.open=0.9", in the order of the tables and with all digits: what is hashed.
void decisions_text(struct text *t, const struct decisions *d);
