// SPDX-License-Identifier: ISC
// The table of decisions.inc.
#include "detect/decisions.h"

const struct decision detect_rows[] = {
#define ROW(which, ...) {__VA_ARGS__},
#include "detect/decisions.inc"
#undef ROW
};

_Static_assert(ARRAY_LEN(detect_rows) <= DECISION_ROWS_MAX, "rows of a room");

const struct decision_table detect_decisions = {DECISION_DETECT, detect_rows, ARRAY_LEN(detect_rows)};
