// SPDX-License-Identifier: ISC
// The two tables of `replay`: incidents (--csv) and every value behind the strips (--series), written while the data are read. What
// is in the file is never more than one buffer behind; memory does not grow with the data.
#pragma once

#include "intake/run.h"

#include <stdio.h>

struct tables {
	const char *incidents_path, *series_path; // null: not wanted
	FILE *series;
	const struct intake_run *run;
	struct text rows;
	int error; // of writing the series: an errno
};

// Before anything is read. Takes the points of the run. 0, or an exit status after a message: a file that is there and no such table is
// left alone.
int tables_open(struct tables *t, struct intake_run *s);

// After all was read: what was found, and the rest of the series. 0, or 4 after a message.
int tables_close(struct tables *t, const struct incident_view *v); // v null: nothing was found out
