// SPDX-License-Identifier: ISC
// The table of decisions.inc.
#include "incident/decisions.h"

const struct decision incident_rows[] = {
#define ROW(which, ...) {__VA_ARGS__},
#include "incident/decisions.inc"
#undef ROW
};

_Static_assert(ARRAY_LEN(incident_rows) <= DECISION_ROWS_MAX, "rows of a room");

const struct decision_table incident_decisions = {DECISION_INCIDENT, incident_rows, ARRAY_LEN(incident_rows)};
