// SPDX-License-Identifier: ISC
// `lacuna check --zone`: the servers of a zone as targets.
#pragma once

#include "cli/measure_command.h"

struct zone_wish {
	const char *zone;
	const char *resolver; // address; null: the system's first
	bool list;	      // print them as targets of lacuna.yml, do not ask them
};

// Finds the zone's name and mail servers and adds them to the plan, at most as many as can be named. 0, or the exit status
// after a message.
int zone_targets(struct measure_command *m, const struct zone_wish *w);
