// SPDX-License-Identifier: ISC
// `lacuna replay --follow`: a folder that is still being written, read again whenever it grew. Every answer is that of a
// replay of the same bytes, so nothing depends on when it was asked.
#pragma once

#include "intake/session.h"

struct follow_options {
	const struct session *like; // what to watch and how; its inputs are not used
	char **paths;
	int path_count;
	double every_s;	    // between looks
	double watermark_s; // data newer than this behind the newest stamp wait: late lines still find their place
	bool json;
};

// Until SIGINT or SIGTERM; then once more with all there is. Exit status of the last run.
int follow(const struct follow_options *options);
