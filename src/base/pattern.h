// SPDX-License-Identifier: ISC
// Regular expressions in the syntax of Go's regexp (RE2), for patterns that other programs' configurations hold. The time is that of
// the text times the pattern, whatever either says: threads in step (Thompson, Pike), no going back. UTF-8 is read as Go reads it.
// What is not read (Unicode classes, more than 16 groups) is said when it is made, and never taken for something else.
#pragma once

#include "base/cursor.h"

#define PATTERN_TEXT_MAX 1024 // bytes of a pattern
#define PATTERN_STEPS	 2048 // of its program; repetitions are written out
#define PATTERN_GROUPS	 16   // the whole among them

struct pattern;

struct pattern_match { // offsets into the text; -1: the group took no part
	int32_t from[PATTERN_GROUPS], to[PATTERN_GROUPS];
};

// Null with *ret_why (static text) when it is none, or holds what is not read.
struct pattern *pattern_create(const char *text, const char **ret_why);
void pattern_free(struct pattern *p);
// Whether it is found anywhere in the text (at most 2^30 bytes). Of several places the first; ret may be null.
bool pattern_find(struct pattern *p, struct cursor text, struct pattern_match *ret);
