// SPDX-License-Identifier: ISC
// The first signs of trouble, out of the service checks of an entity: the share that times out, and how long those that
// succeed take. They join an incident and tell when it began; alone they open none, for one hung server does the same.
// Pure.
#pragma once

#include "detect/level.h"
#include "model/pulse.h"

struct carry; // base/carry.h

struct checks;

// The sink gets SIGNAL_TIMEOUTS and SIGNAL_CONNECT detections. `decisions`: of the run, borrowed; null: the table's.
struct checks *checks_create(const struct decisions *decisions, uint32_t entity, struct detection_sink out);
void checks_free(struct checks *c);
void checks_pulse(struct checks *c, const struct pulse *p);
void checks_now(struct checks *c);		      // tells once more of what is open, as it stands; changes nothing
void checks_carry(struct carry *c, struct checks *s); // all but what it was created with
