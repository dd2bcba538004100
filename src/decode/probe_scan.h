// SPDX-License-Identifier: ISC
// Reads the few members of a JSON object that somebody asked for, in one pass, and steps over all others. Refuses
// text that is not one object, and nesting deeper than SCAN_DEPTH. Never recursive, allocates nothing.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"

#define SCAN_DEPTH 16

enum scan_type {
	SCAN_ABSENT, // not there, or null
	SCAN_STRING,
	SCAN_NUMBER, // begins as one; whether it is one is told when it is read
	SCAN_TRUE,
	SCAN_FALSE,
	SCAN_OBJECT,
	SCAN_ARRAY,
};

struct scan_value {
	uint8_t type; // enum scan_type
	bool escaped;
	struct cursor text; // STRING: between its quotes; else all of the value
};

struct scan_keys {
	const char *const *names;
	size_t count;
};

// `text` is one object, blanks aside. ret[i] is the last member of the name keys->names[i]. 0 or ERR_MALFORMED.
int MUST_USE scan_object(struct cursor text, const struct scan_keys *keys, struct scan_value *ret);

// Stands c in the array, and goes through it. scan_element: 1 got one, 0 the end, ERR_MALFORMED.
bool MUST_USE scan_array(const struct scan_value *array, struct cursor *ret);
int MUST_USE scan_element(struct cursor *c, struct scan_value *ret);

// The string unescaped into `ret` of `size` bytes, terminated, and cut there. Its length; 0 if it is no string.
size_t scan_string(const struct scan_value *v, char *ret, size_t size);

// A number times 10^digits (0 to 9), rounded, from 0 to `most`. A string that holds nothing else will do.
// False: none, negative, or more.
bool MUST_USE scan_scaled(const struct scan_value *v, int digits, uint64_t most, uint64_t *ret);

// Any finite number.
bool MUST_USE scan_real(struct cursor text, double *ret);

static inline bool scan_is(const struct scan_value *v, const char *word)
{
	size_t n = strlen(word);
	return v->type == SCAN_STRING && cursor_left(&v->text) == n && !memcmp(v->text.at, word, n);
}
