// SPDX-License-Identifier: ISC
// `lacuna replay --follow`: files that are still being written. One engine that stays open and is given only what is new; each
// revision is told when it is cut.
#pragma once

#include "intake/run.h"
#include "intake/screen.h"

struct follow_options {
	struct intake_run *session;  // set up, not opened
	const struct screen *screen; // of what is told in text
	char **paths;
	int path_count;
	double every_s;	    // between looks where nothing wakes us: file systems of other machines
	double watermark_s; // most that a source holds the others up
	bool json;	    // a JSON object a line
	bool verbose;	    // the whole story
};

// Until SIGINT, SIGTERM, the session's `until`, or until nobody reads what is told. Exit status.
int follow(const struct follow_options *options);
