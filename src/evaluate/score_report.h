// SPDX-License-Identifier: ISC
// What `lacuna evaluate` says of one recording.
#pragma once

#include "base/json.h"
#include "evaluate/score.h"

// Appends one object: name, what was asked of each outage of the truth, and what was found (doc/FORMATS.md).
void score_json(struct json *j, const char *name, const struct score *s);
// Appends a line for each outage of the truth, and one for what was raised wrongly.
void score_text(struct text *t, const char *name, const struct score *s);
