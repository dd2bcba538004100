// SPDX-License-Identifier: ISC
// Tables of the keys that a map may have, and the walk that reads a map by its table. The table gives every scalar its type, so
// that nothing is guessed (NO is a country, 010 no number). Unknown keys are errors with a suggestion. The same tables print the
// example and are what the manual is checked against.
#pragma once

#include "conf/tree.h"

enum schema_type {
	SCHEMA_SWITCH,	 // bool: on off true false yes no
	SCHEMA_NUMBER,	 // uint32_t from low to high, decimal
	SCHEMA_REAL,	 // double from low to high
	SCHEMA_DURATION, // uint32_t milliseconds from low to high: "10s", "1m30s", "500ms"
	SCHEMA_TEXT,	 // const char *, borrowed from the tree; low to high bytes
	SCHEMA_HOST,	 // const char *, borrowed: a name of the DNS
	SCHEMA_ADDRESS,	 // struct addr
	SCHEMA_ENUM,	 // uint8_t: which of `words`
	SCHEMA_LIST,	 // `take` is called for every item, with what `offset` points at
	SCHEMA_MAP,	 // free keys; `take` is called for every value, its key is schema_key()
	SCHEMA_TABLE,	 // a map by the table `sub`, into what `offset` points at
	SCHEMA_LATER,	 // uint32_t: the node, to be read by schema_list() when the rest is known
	SCHEMA_ANY,	 // whatever it is; `take`, if there is one, is told of it
};

struct schema_reader;

// Reads one value into `to`: 0 or a negative code with its message set.
typedef int schema_take(struct schema_reader *r, uint32_t node, void *to);

struct schema_row {
	const char *key;
	uint8_t type; // enum schema_type
	bool required;
	size_t offset;
	uint64_t low, high;
	const char *const *words; // ended by null
	const struct schema *sub; // of a table; of a list or map: the table of its values, for the example
	schema_take *take;
	const char *standard; // the default as it is written; null: none
	const char *sample;   // a value for the example; null: the default
	const char *help;     // one sentence
};

struct schema {
	const struct schema_row *rows;
	size_t count;
	bool open; // keys that are not in the table are other people's, and no error
};

struct schema_step {	 // from the root to where the reader is
	const char *key; // null: an item of a list
	uint32_t item;
};

struct schema_reader {
	const struct tree *tree;
	const char *path; // of the file, as messages have it
	struct plan_error *error;
	struct schema_step steps[TREE_DEPTH_MAX + 1];
	unsigned depth;
};

// Reads the map by the table into the object. 0, ERR_MALFORMED and the like.
int MUST_USE schema_read(struct schema_reader *r, uint32_t node, const struct schema *s, void *object);
// Hands every item of the list to `take`; nothing was written (node 0): none.
int MUST_USE schema_list(struct schema_reader *r, const char *key, uint32_t node, schema_take *take, void *to);
// The same for every value of a map; its key is schema_key().
int MUST_USE schema_map(struct schema_reader *r, uint32_t node, schema_take *take, void *to);
const char *schema_key(const struct schema_reader *r); // under which the value stands; null in a list

// The text of a scalar; null with a message where it is none.
const char *schema_scalar(struct schema_reader *r, uint32_t node);

// The message "file:line: where: what". ERR_MALFORMED.
int schema_wrong(const struct schema_reader *r, uint32_t node, const char *format, ...) PRINTF_LIKE(3, 4);

// Items of lists: struct plan_list, and pointers to text.
schema_take schema_take_prefix;
int MUST_USE schema_number(struct schema_reader *r, uint32_t node, uint64_t low, uint64_t high, uint32_t *ret);

// Prints every key with its bounds, default and sentence. Keys without a default are commented out.
void schema_example(struct text *out, const struct schema *s);
// Prints every key as a paragraph of a manual page in the form of scdoc(5): bounds, default, sentence.
void schema_reference(struct text *out, const struct schema *s);
// What may be written for the row: "1 to 65535", "on or off".
void schema_bounds(struct text *out, const struct schema_row *row);
