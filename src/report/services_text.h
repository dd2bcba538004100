// SPDX-License-Identifier: ISC
// The services of an incident, a line each.
#pragma once

#include "report/incident.h"
#include "report/layout.h"

// Lines below an incident: how many failed, each with its institution, how and when, when it came back; and which was first. Nothing where
// no service failed.
void services_text(struct text *t, const struct incident_view *v, const struct incident *n);
