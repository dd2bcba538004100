// SPDX-License-Identifier: ISC
// What `lacuna evaluate --labels` says.
#pragma once

#include "base/json.h"
#include "evaluate/label_score.h"

// Appends lines for people; `s` is null where the list has nothing to tell apart.
void label_report_text(struct text *t, const struct labels *l, const struct label_scores *s);
// Appends one object and a newline.
void label_report_json(struct text *t, const struct labels *l, const struct label_scores *s);
