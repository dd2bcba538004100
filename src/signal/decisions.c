// SPDX-License-Identifier: ISC
// The table of decisions.inc.
#include "signal/decisions.h"

const struct decision signal_rows[] = {
#define ROW(which, ...) {__VA_ARGS__},
#include "signal/decisions.inc"
#undef ROW
};

_Static_assert(ARRAY_LEN(signal_rows) <= DECISION_ROWS_MAX, "rows of a room");

const struct decision_table signal_decisions = {DECISION_SIGNAL, signal_rows, ARRAY_LEN(signal_rows)};
