// SPDX-License-Identifier: ISC
// What is due next of a role's targets and ranges: rounds of a one-shot run, or the watch list of a run for ever.
#pragma once

#include "daemon/role.h"
#include "schedule/sweep.h"
#include "schedule/watch.h"

#define WATCH_INTERVAL_MS                                                                                              \
	20000 // of pings, unless the configuration says otherwise: the tests of order and shape want one in 20 to 30 s

struct agenda_item {
	uint64_t item; // below target_count: a target; else an address of the ranges
	uint16_t number;
};

struct agenda {
	const struct role *role;      // borrowed
	uint64_t count;		      // targets and addresses of ranges
	struct sweep sweep;	      // one-shot
	struct schedule_watch *watch; // for ever
	int64_t began_ns;
	bool over;
};

void agenda_create(struct agenda *d, const struct role *r);
void agenda_free(struct agenda *d);
// 1: *ret is due; 0: nothing before *ret_until_ns (boot time); -1: there will be nothing more.
int agenda_next(struct agenda *d, int64_t now_ns, struct agenda_item *ret, int64_t *ret_until_ns);
bool agenda_over(const struct agenda *d);
uint64_t agenda_rounds(const struct agenda *d); // finished
// The address of an item.
struct addr agenda_address(const struct agenda *d, uint64_t item);
