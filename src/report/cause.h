// SPDX-License-Identifier: ISC
// Why an incident happened, for machines and for people. Every word is out of the tables of diagnose/; names of files are untrusted.
#pragma once

#include "base/json.h"
#include "report/incident.h"

// Members causes, verdict, would_change_most and findings of an incident; null where there is no diagnosis.
void cause_json(struct json *j, const struct incident_view *v, const struct incident *n);

void cause_headline(struct text *t, const struct incident *n); // one line: the cause, and how sure

// Some lines below an incident: strongest evidence for and against, what would change it most.
void cause_text(struct text *t, const struct incident *n);

// All of it: verdict, table of causes with the range of their priors, evidence with ratios and files, what is not known.
void cause_explain(struct text *t, const struct incident_view *v, const struct incident *n);
