// SPDX-License-Identifier: ISC
// JSON files: one value, or one object a line. Both go through the same trees and tables as YAML.
#pragma once

#include "base/cursor.h"
#include "conf/schema.h"

// Values of one document, an object counting as four: the most that jansson can make of them are 700 MB.
#define JSON_VALUES_MAX 8000000
#define JSON_LINE_MAX	(1u << 20) // bytes of one line; 256 hosts with their ports are less

// Parses the whole; null with a message. Release with json_decref.
json_t *json_file_parse(struct cursor bytes, const char *path, uint32_t line, struct plan_error *e) MUST_USE;

// The same of another program's file, for which the last of two equal keys counts: *ret_twice says that there are some, and the message
// then where.
json_t *json_file_parse_last(struct cursor bytes, const char *path, bool *ret_twice, struct plan_error *e) MUST_USE;

struct json_lines {
	struct plan *plan; // whose notes name the lines that are left out
	schema_take *take; // called with a reader of each line's tree
	void *context;
};

// Reads every line that is not blank as an object. A line that is wrong costs itself. 0; ERR_MALFORMED: no line of it is right;
// ERR_TOO_LARGE: the plan is full.
int MUST_USE json_file_lines(const char *path, const struct json_lines *how, struct plan_error *e);
