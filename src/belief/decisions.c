// SPDX-License-Identifier: ISC
// The table of decisions.inc.
#include "belief/decisions.h"

const struct decision belief_rows[] = {
#define ROW(which, ...) {__VA_ARGS__},
#include "belief/decisions.inc"
#undef ROW
};

_Static_assert(ARRAY_LEN(belief_rows) <= DECISION_ROWS_MAX, "rows of a room");

const struct decision_table belief_decisions = {DECISION_BELIEF, belief_rows, ARRAY_LEN(belief_rows)};
