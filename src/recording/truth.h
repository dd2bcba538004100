// SPDX-License-Identifier: ISC
// truth.json (doc/FORMATS.md): what really happened in a recording. Read by `evaluate` only; `replay` never opens it.
#pragma once

#include "base/file_error.h"
#include "base/instant.h"
#include "model/entity.h"

#include <stddef.h>

#define TRUTH_WORDS_MAX 16

struct truth_words {
	char *at[TRUTH_WORDS_MAX];
	size_t n;
};

struct truth_outage {
	char entity[ENTITY_ID_MAX + 1];
	struct instant start, end, routes_start, routes_end; // unknown where not given
	double start_tolerance_s, end_tolerance_s;
	bool ongoing;
	char *scope;			     // total, partial, service, none
	char *cause;			     // null: not labelled
	struct truth_words scopes;	     // also_acceptable_scope
	struct truth_words acceptable, not ; // causes
	struct truth_words order, recovery;
};

struct truth {
	char *scenario, *variation; // of a recording made in a lab, else null
	struct truth_outage *outages;
	size_t count;
};

// Reads DIR/truth.json; release with truth_free. 0, or ERR_NOT_FOUND or another error with a message that names file and member.
int MUST_USE truth_read(const char *dir, struct truth *ret, struct file_error *e);
void truth_free(struct truth *t);
