// SPDX-License-Identifier: ISC
// All that a run says when it is over, for people and as JSON: its incidents, its strip of time, the quality of its data.
#pragma once

#include "intake/run.h"

// {"incidents":[…],"quality":{…}} on one line (doc/FORMATS.md). `v` is of run_view().
void answer_json(struct text *t, const struct intake_run *s, const struct incident_view *v);

// The story. Says what nothing can be said of; never that all is well there.
void answer_text(struct text *t, const struct intake_run *s, const struct incident_view *v);
