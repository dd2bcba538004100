// SPDX-License-Identifier: ISC
// The structure of JSON text (RFC 8259) as far as feed must see it: where members and elements begin and end.
// What a value says is decode's. Never recursive; members and elements deeper than LINE_JSON_DEPTH are malformed.
#pragma once

#include "base/cursor.h"

#define LINE_JSON_DEPTH 16

// Where a value ends, found piece by piece.
struct line_json_end {
	int64_t depth, deepest;
	bool quoted, escaped, scalar;
};

// Moves c over blanks.
void line_json_blank(struct cursor *c);

// Moves c to the first byte behind the value, or to its end. 1: behind it. 0: it goes on. Before the first call all
// of e is zero and c stands at the value.
int line_json_end(struct line_json_end *e, struct cursor *c);

// Moves c behind the '{' or '[' it stands at.
bool MUST_USE line_json_enter(struct cursor *c, uint8_t bracket);

// Next member of the object, or element of the array, that c stands in: the text between the key's quotes, the
// value's text. 1: got one. 0: the end, c is behind it. ERR_MALFORMED.
int MUST_USE line_json_member(struct cursor *c, struct cursor *ret_key, struct cursor *ret_value);
int MUST_USE line_json_element(struct cursor *c, struct cursor *ret_value);

static inline bool line_json_is(const struct cursor *c, const char *word)
{
	size_t n = strlen(word);
	return cursor_left(c) == n && !memcmp(c->at, word, n);
}
