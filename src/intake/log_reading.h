// SPDX-License-Identifier: ISC
// An event log read from its beginning to its end, without an engine: counted, or shown record by record.
#pragma once

#include "base/notice.h"
#include "intake/log_export.h"
#include "journal/reader.h"

struct log_reading {
	const char *dir;		   // the log
	const struct notice_sink *notices; // where every damage is told
	struct log_export *export;	   // its records go there; null: to show()
	// Takes whole lines, an observation, cut, note or configuration each. An answer below 0 ends the reading. Null, and no
	// export: records are only counted.
	int (*show)(void *context, struct cursor lines);
	void *context;
	bool json; // each line shown is a JSON object
};

// Reads it all. 0; ERR_NOT_FOUND: no log is there; -errno; what show() or the export answered. *ret_totals is what was read until
// then; after ERR_NOT_FOUND and where the folder cannot be read it is untouched.
int MUST_USE log_reading_run(const struct log_reading *reading, struct journal_totals *ret_totals);

// The totals: lines for people, and one JSON object without an end of line.
void log_totals_text(struct text *out, const char *dir, const struct journal_totals *t);
void log_totals_json(struct text *out, const char *dir, const struct journal_totals *t);
