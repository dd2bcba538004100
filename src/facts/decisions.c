// SPDX-License-Identifier: ISC
// The table of decisions.inc.
#include "facts/decisions.h"

const struct decision facts_rows[] = {
#define ROW(which, ...) {__VA_ARGS__},
#include "facts/decisions.inc"
#undef ROW
};

_Static_assert(ARRAY_LEN(facts_rows) <= DECISION_ROWS_MAX, "rows of a room");

const struct decision_table facts_decisions = {DECISION_FACTS, facts_rows, ARRAY_LEN(facts_rows)};
