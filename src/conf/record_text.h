// SPDX-License-Identifier: ISC
// recording.json of a recording that begins: what a plan watches, as recording.h reads it.
#pragma once

#include "base/text.h"
#include "conf/plan.h"

void record_text(struct text *out, const struct plan *p, struct instant from);

// The same for a recording that is there already: what the plan adds to it (observers, entities, targets). 1: `out` holds the new
// text; 0: it says all of that already; ERR_MALFORMED: it is no recording.json.
int MUST_USE record_join(struct text *out, const void *existing, size_t length, const struct plan *p);
