// SPDX-License-Identifier: ISC
// Documents of our own that are one JSON object, read whole and then member by member: recording.json, truth.json, precedents.
#pragma once

#include "base/attr.h"
#include "base/file_error.h"
#include "base/instant.h"

#include <jansson.h>
#include <stdbool.h>

// Reads the file, of at most `most` bytes, as JSON without repeated keys. 0; ERR_NOT_FOUND; ERR_MALFORMED (too large or no plain
// file too); -errno; each with *e filled. Release with json_decref.
int MUST_USE document_load(const char *path, size_t most, struct file_error *e, json_t **ret);

// A member that is a number of Unix seconds. One that is missing or of another type leaves *ret alone. False: a time outside of
// what an instant can be; *ret is untouched.
bool MUST_USE document_seconds(const json_t *object, const char *key, struct instant *ret);

// A member that is a time by RFC 3339, or null or missing, which leaves *ret alone. False: neither.
bool MUST_USE document_time(const json_t *object, const char *key, struct instant *ret);

// A member that is a number from `least` to `most`, or null or missing, which leaves *ret alone. False: neither.
bool MUST_USE document_number(const json_t *object, const char *key, double least, double most, double *ret);
