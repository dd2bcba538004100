// SPDX-License-Identifier: ISC
// Text for people, fitted to where it is shown: lines broken at blanks, and in ASCII where nothing else can be shown. Pure.
#pragma once

#include "base/text.h"

#define LAYOUT_LABELS 14 // columns of "  start       ", where what a label is of begins

#define LAYOUT_NO_HANG (~0u)

struct layout_form {
	unsigned width; // columns; 0: lines stay as long as they are
	bool ascii;
	unsigned hang; // columns in, where a line goes on; 0: as the line has it; LAYOUT_NO_HANG: none
};

// Appends n bytes of UTF-8 text to `to`, line by line. What does not fit goes on below the place where the line's words began: behind its
// label, or two columns in. A word that is wider than that is broken where it must be.
void layout_text(struct text *to, const char *bytes, size_t n, const struct layout_form *l);

// Columns that UTF-8 text takes on a terminal: none for combining marks, two for wide letters of East Asia.
size_t layout_columns(const char *bytes, size_t n);
