// SPDX-License-Identifier: ISC
// Lines of comma-separated series, whose columns a first line may name, as LINE_SERIES records have them.
// Fields may be quoted ("" is a quote); a field with a tab or another control character is refused.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"
#include "base/text.h"

enum { CSV_TIME, CSV_ENTITY, CSV_SIGNAL, CSV_VALUE, CSV_WANTED };

#define LINE_FIELD_MAX 256

struct line_field {
	size_t length;
	char bytes[LINE_FIELD_MAX];
};

// The next field. 1: got it. 0: there is none. -1: refused. c moves behind the comma; *more must be true at first.
int MUST_USE line_csv_field(struct cursor *c, bool *more, struct line_field *f);

struct line_csv {
	uint8_t column[CSV_WANTED]; // which column holds it
};

extern const struct line_csv line_csv_default; // time,entity,signal,value

// Whether the line names columns, and all that are needed.
bool line_csv_header(struct cursor line, struct line_csv *ret);

// Puts entity, tab, signal, tab, value into `out`, which is cleared. False: fewer columns, or no readable time.
bool MUST_USE line_csv_take(const struct line_csv *csv, struct cursor line, struct text *out, struct instant *ret);
