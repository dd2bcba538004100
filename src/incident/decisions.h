// SPDX-License-Identifier: ISC
// The numbers that incidentors decide by; decisions.inc has the rows.
#pragma once

#include "model/decision.h"

enum incident_decision {
	INCIDENT_DECISIONS_BEGIN = DECISION_FIRST(DECISION_INCIDENT) - 1,
#define ROW(which, ...) which,
#include "incident/decisions.inc"
#undef ROW
	INCIDENT_DECISIONS_END
};

extern const struct decision incident_rows[];
extern const struct decision_table incident_decisions;

// The run's number; the table's where d is null.
static inline double incident_value(const struct decisions *d, enum incident_decision which)
{
	return decision_value(d, incident_rows, which);
}

// The same of a number in seconds, as nanoseconds.
static inline int64_t incident_ns(const struct decisions *d, enum incident_decision which)
{
	return decision_ns(incident_value(d, which));
}
