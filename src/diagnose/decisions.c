// SPDX-License-Identifier: ISC
// The table of decisions.inc.
#include "diagnose/decisions.h"

const struct decision diagnose_rows[] = {
#define ROW(which, ...) {__VA_ARGS__},
#include "diagnose/decisions.inc"
#undef ROW
};

_Static_assert(ARRAY_LEN(diagnose_rows) <= DECISION_ROWS_MAX, "rows of a room");

const struct decision_table diagnose_decisions = {DECISION_DIAGNOSE, diagnose_rows, ARRAY_LEN(diagnose_rows)};
