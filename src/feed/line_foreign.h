// SPDX-License-Identifier: ISC
// Text that is of no kind that is read here: what it is, so that a refusal can say what was found and what is wanted.
#pragma once

#include "base/cursor.h"
#include "base/text.h"

// Of the first bytes of a file, which none of the kinds of lines took: a sentence, or null where nothing is known. Static.
const char *line_foreign(struct cursor head);

// "found are the members a, b, c" or "… the columns …" of an object or a line of columns, appended to `out`; at most some of them.
void line_foreign_members(struct cursor object, struct text *out);
void line_foreign_columns(struct cursor line, char comma, struct text *out);
