// SPDX-License-Identifier: ISC
// The list of known incidents (data/precedents.json): facts with their source, to compare an incident with. Who did
// something is no member; a mechanism is that which its source gives, "undetermined" where experts abstained.
#pragma once

#include "base/file_error.h"
#include "model/precedent.h"

#include <stddef.h>

#define PRECEDENTS_JSON_MAX (4u << 20) // bytes
#define PRECEDENTS_MAX	    4096
struct precedents {
	struct precedent *at; // owned
	size_t count;
};

// Reads the list; release with precedents_free. 0; or ERR_NOT_FOUND, ERR_MALFORMED, -errno with a message that names the precedent
// and the member.
int MUST_USE precedents_read(const char *path, struct precedents *ret, struct file_error *e);
void precedents_free(struct precedents *list);
