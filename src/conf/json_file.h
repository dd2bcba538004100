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

// Reads every line that is not blank as an object and calls `take` with a reader of its tree. `context` is the caller's.
int MUST_USE json_file_lines(const char *path, schema_take *take, void *context, struct plan_error *e);
