// SPDX-License-Identifier: ISC
// YAML files as trees. One document, plain tags, at most YAML_BYTES_MAX and YAML_ANCHORS_MAX; keys that are no texts and tags of
// programs are refused, merge keys are followed. No scalar gets a type here: the schema that asks for it gives it one.
#pragma once

#include "base/cursor.h"
#include "conf/tree.h"

#define YAML_BYTES_MAX	 (4u << 20) // of one file; long lists of targets are JSON or lines, which are read faster
#define YAML_ANCHORS_MAX 256	    // their names are compared one by one

// Reads bytes that a file of that name holds. 0, or ERR_MALFORMED or ERR_TOO_LARGE with a message that names its line. An empty
// document is an empty map.
int MUST_USE yaml_parse(struct tree *t, const char *path, struct cursor bytes, struct plan_error *e);
int MUST_USE yaml_read(struct tree *t, const char *path, struct plan_error *e);
// A file of another program: a tag costs the value that bears it, and what stands behind the first document is left aside;
// *ret_more is the line where that begins, 0: nothing does.
int MUST_USE yaml_read_first(struct tree *t, const char *path, uint32_t *ret_more, struct plan_error *e);
