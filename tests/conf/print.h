// SPDX-License-Identifier: ISC
// Plans and modules as lines of text, for tests to compare.
#pragma once

#include "base/text.h"
#include "conf/plan.h"

struct blackbox;

void print_plan(struct text *out, const struct plan *p);
void print_target(struct text *out, const struct plan_target *t);
void print_blackbox(struct text *out, const struct blackbox *b);
