// SPDX-License-Identifier: ISC
// The one scanner of JSON text (RFC 8259) where no tree is wanted: it goes over the text once, allocates nothing, is never
// recursive, and refuses values nested deeper than SCAN_DEPTH. Tolerant of what nobody asked for: the inside of a value
// that is stepped over is not looked into, only where it ends.
//
// DOC: two ways
// scan_object() fetches the members somebody asked for from text that must be one whole object. scan_enter(), scan_member()
// and scan_element() walk an object or array member by member, also one that breaks off or that is larger than memory
// should be; they take a comma before the closing bracket. scan_end() finds the end of a value that arrives in pieces.
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
	SCAN_WORD, // no JSON: NaN, for example; scan_object() refuses it
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

// Where a value ends, found piece by piece.
struct scan_end {
	int64_t depth;
	bool quoted, escaped, scalar;
};

// Moves c over blanks.
static inline void scan_blank(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
		c->at++;
}

// `text` is one object, blanks aside. ret[i] is the last member of the name keys->names[i]. 0 or ERR_MALFORMED.
int MUST_USE scan_object(struct cursor text, const struct scan_keys *keys, struct scan_value *ret);

// The same, but one of these members twice is malformed: which of the two is meant nobody knows.
int MUST_USE scan_object_once(struct cursor text, const struct scan_keys *keys, struct scan_value *ret);

// Moves c behind the '{' or '[' it stands at, blanks aside.
bool MUST_USE scan_enter(struct cursor *c, uint8_t bracket);

// Next member of the object, or element of the array, that c stands in. 1: got one, c is behind it and its comma. 0: the
// end, c is behind it. ERR_MALFORMED, also where it breaks off.
int MUST_USE scan_member(struct cursor *c, struct scan_value *ret_key, struct scan_value *ret_value);
int MUST_USE scan_element(struct cursor *c, struct scan_value *ret_value);

// Stands ret in the array. False: the value is none.
bool MUST_USE scan_array(const struct scan_value *array, struct cursor *ret);

// Moves c to the first byte behind the value, or to its end. 1: behind it. 0: it goes on. Before the first call all of e is
// zero and c stands at the value.
int scan_end(struct scan_end *e, struct cursor *c);

// Whether text may stand in JSON at all: UTF-8 without a zero byte (RFC 8259, 8.1; RFC 3629).
bool MUST_USE scan_utf8(struct cursor text);

// The string unescaped into `ret` of `size` bytes, terminated, and cut there. Its length; 0 if it is no string.
size_t scan_string(const struct scan_value *v, char *ret, size_t size);

// A number times 10^digits (0 to 9), rounded, from 0 to `most`. A string that holds nothing else will do.
// False: none, negative, or more.
bool MUST_USE scan_scaled(const struct scan_value *v, int digits, uint64_t most, uint64_t *ret);

// The value is a number, all of it: a finite one; a whole one within the bounds, without point and exponent.
bool MUST_USE scan_real(const struct scan_value *v, double *ret);
bool MUST_USE scan_i64(const struct scan_value *v, int64_t least, int64_t most, int64_t *ret);

// Whether the value's text is this one, whatever its type; whether it is a string of just these characters.
static inline bool scan_says(const struct scan_value *v, const char *text)
{
	size_t n = strlen(text);
	return cursor_left(&v->text) == n && !memcmp(v->text.at, text, n);
}

static inline bool scan_is(const struct scan_value *v, const char *word)
{
	return v->type == SCAN_STRING && scan_says(v, word);
}
