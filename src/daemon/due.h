// SPDX-License-Identifier: ISC
// What is due next of a role's targets and ranges: rounds of a one-shot run, or the watch list of a run for ever.
#pragma once

#include "daemon/role.h"
#include "schedule/sweep.h"
#include "schedule/watch.h"

#define WATCH_INTERVAL_MS                                                                                              \
	20000 // of pings, unless the configuration says otherwise: the tests of order and shape want one in 20 to 30 s

struct due_item {
	uint64_t item; // below target_count: a target; else an address of the ranges
	uint16_t number;
};

struct due {
	const struct role *role; // borrowed
	uint64_t count;		 // targets and addresses of ranges
	struct sweep sweep;	 // one-shot
	struct watch *watch;	 // for ever
	int64_t began_ns;
	bool over;
};

void due_create(struct due *d, const struct role *r);
void due_free(struct due *d);
// 1: *ret is due; 0: nothing before *ret_until_ns (boot time); -1: there will be nothing more.
int due_next(struct due *d, int64_t now_ns, struct due_item *ret, int64_t *ret_until_ns);
bool due_over(const struct due *d);
uint64_t due_rounds(const struct due *d); // finished
// The address of an item.
struct addr due_address(const struct due *d, uint64_t item);
