// SPDX-License-Identifier: ISC
// The servers of a zone as targets, the way an operator would write them down by hand.
#pragma once

#include "base/text.h"
#include "check/discover.h"
#include "conf/plan.h"

// The first name server of resolv.conf(5). 0, or negative: none is set up.
int MUST_USE zone_system_resolver(struct addr *ret);

// Letters, digits, hyphens, underscores and dots. A name in the DNS may hold any byte, and whoever runs the zone chooses it: what
// is none of these is neither sent nor written into a configuration.
bool zone_is_plain(const char *name);

// Whether it is to be asked and not yet in the plan; `list`: hosts of no known service too.
bool zone_target_wanted(const struct plan *p, const struct discover_found *f, bool list);

// Of what is wanted. Adds it to the plan, unless that is full; and writes it as a line of lacuna.yml's targets.
void zone_target_add(struct plan *p, const struct discover_found *f, const char *zone);
void zone_target_text(struct text *t, const struct discover_found *f, const char *zone);
