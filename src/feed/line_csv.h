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
	char comma;		    // between fields: ',', ';' (then a value may have a decimal comma) or a tab
};

extern const struct line_csv line_csv_default; // time,entity,signal,value

// Whether the line names columns, and all that are needed.
bool line_csv_header(struct cursor line, struct line_csv *ret);
// What a first line that names none of ours says about the others: *ret is the form of its values. False: it names columns, which are
// others than those wanted; `why`, which is cleared, then says what was found and what is wanted.
bool MUST_USE line_csv_guess(struct cursor line, struct line_csv *ret, struct text *why);

// Puts entity, tab, signal, tab, value into `out`, which is cleared. False: fewer columns, or no readable time; `out` then says it
// in words.
bool MUST_USE line_csv_take(const struct line_csv *csv, struct cursor line, struct text *out, struct instant *ret);
