// SPDX-License-Identifier: ISC
// An event log as plain files in a folder: probes/OBSERVER.ndjson and series/values.csv as recordings have them, routes.ndjson and
// log.ndjson. Files that are there already are written to at their end.
#pragma once

#include "report/observation.h"

struct log_export;

int MUST_USE log_export_begin(const char *folder, struct log_export **ret); // made when it is not there
int MUST_USE log_export_batch(struct log_export *e, const struct observation_names *names, const struct batch *b);
int MUST_USE log_export_event(struct log_export *e, const struct text *line); // a line of log.ndjson
int MUST_USE log_export_end(struct log_export *e);			      // writes what is left; frees it
