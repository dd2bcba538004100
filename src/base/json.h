// SPDX-License-Identifier: ISC
// Writing JSON (RFC 8259). The writer puts the commas; the caller keeps the nesting right.
// Every number of the project's output goes through these, so that its digits are fixed.
#pragma once

#include "base/instant.h"
#include "base/text.h"

#include <stdbool.h>

struct json {
	struct text *out; // borrowed
	bool comma;	  // a value has been written at this level
};

void json_open(struct json *j, char bracket); // '{' or '['
void json_close(struct json *j, char bracket);
void json_key(struct json *j, const char *key);
void json_string(struct json *j, const char *value);		 // null pointer: null
void json_string_n(struct json *j, const char *value, size_t n); // any bytes; invalid UTF-8 → U+FFFD
void json_int(struct json *j, int64_t value);
void json_real(struct json *j, double value, int digits);	    // not finite: null
void json_instant(struct json *j, struct instant when, int digits); // unknown: null
void json_bool(struct json *j, bool value);
void json_null(struct json *j);
