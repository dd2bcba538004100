// SPDX-License-Identifier: ISC
// What a pattern is parsed into: nodes, each with its parts, and classes as ranges of characters. Shared by pattern_parse.c and pattern.c.
#pragma once

#include "base/pattern.h"

#define PATTERN_NODES  1024
#define PATTERN_RANGES 4096
#define PATTERN_LAST   0x10ffff // the last character

enum pattern_kind {
	PATTERN_EMPTY,
	PATTERN_CLASS, // one character: ranges[from] to ranges[to - 1]
	PATTERN_BOTH,  // left, then right
	PATTERN_EITHER,
	PATTERN_REPEAT, // left, low to high times
	PATTERN_GROUP,	// left is group `low`
	PATTERN_BEGIN_TEXT,
	PATTERN_END_TEXT,
	PATTERN_BEGIN_LINE,
	PATTERN_END_LINE,
	PATTERN_BOUNDARY,
	PATTERN_NO_BOUNDARY,
};

struct pattern_node {
	uint8_t kind; // enum pattern_kind
	bool lazy;
	uint16_t left, right;
	uint16_t from, to;
	int16_t low, high; // high -1: any number
};

struct pattern_range {
	uint32_t low, high;
};

struct pattern_tree {
	struct pattern_node nodes[PATTERN_NODES];
	struct pattern_range ranges[PATTERN_RANGES];
	size_t count, range_count;
	unsigned groups; // without the whole
};

// The root's number; -1 with *ret_why.
int pattern_parse(const char *text, struct pattern_tree *ret, const char **ret_why);
// The next character of the text; what is no UTF-8 is U+FFFD, a byte each.
uint32_t pattern_character(struct cursor *c);
