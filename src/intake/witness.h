// SPDX-License-Identifier: ISC
// Of what one observer alone pings, and nothing else looks at, no outage is raised (doc/DETECTION.md 5). Whoever relies on that is told
// before the data are read and after, with what was lost and the cheapest second witness.
#pragma once

#include "base/json.h"
#include "intake/run.h"

// Before anything is read: by what recordings say of themselves. Notices; nothing where all is well or nothing is said.
void witness_tell(const struct intake_run *s);

// After: whether the entity was pinged by one observer, and nothing else was looked at.
bool witness_lone(const struct intake_run *s, uint32_t entity);

// Losses of all of those: what would have been raised with a second witness.
size_t witness_unraised(const struct intake_run *s);

// Member "lone_witness" of the quality: whom it concerns, how often it was lost, what to add.
void witness_json(struct json *j, const struct intake_run *s);

// The same in sentences, a line each.
void witness_text(struct text *t, const struct intake_run *s);
