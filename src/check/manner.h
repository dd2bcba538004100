// SPDX-License-Identifier: ISC
// A manner (model/manner.h) made ready for checks: its patterns are compiled.
#pragma once

#include "base/pattern.h"
#include "model/manner.h"

struct check_manner {
	struct manner as;
	struct pattern *patterns[MANNER_PARTS]; // by part; null: it is none
};

// 0; ERR_MALFORMED: it is none, or holds a pattern that is none.
int MUST_USE check_manner_create(const struct manner *m, struct check_manner **ret);
void check_manner_free(struct check_manner *m); // null is fine
