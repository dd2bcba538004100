// SPDX-License-Identifier: ISC
// A probing role's look at itself (layers 1 to 3 of "is it us?"): carrier, controls, own losses, lateness, clock steps, gaps. Says
// when it becomes blind or degraded, since when, and when it is well again.
#pragma once

#include "daemon/role.h"
#include "os/uplink.h"
#include "schedule/audit.h"

#define SELF_CHECK_CONTROLS_MAX 256
#define SELF_CHECK_WINDOW	64 // seconds that the controls' answers are remembered

struct self_check {
	struct uplink_watch link;
	struct audit audit;
	uint32_t controls[SELF_CHECK_CONTROLS_MAX]; // their indexes
	size_t control_count;
	uint32_t window;						// seconds of the controls that count
	uint32_t asked[SELF_CHECK_WINDOW], answered[SELF_CHECK_WINDOW]; // by second
	uint64_t second;
	struct prober_counts before;
	int interface; // that packets leave by; 0: not known
	bool carrier_lost;
	uint8_t state, reasons; // as last said
};

void self_check_open(struct self_check *s);			   // before privileges go
void self_check_begin(struct self_check *s, const struct role *r); // targets are known
// Which interface's carrier counts: the others of this machine come and go as they like. 0: none is known, and none counts.
void self_check_leaves_by(struct self_check *s, int interface);
void self_check_take(struct self_check *s, const struct attempt *a);
// Once a second: says what changed. `lag_ns`: the latest tick since the last look.
void self_check_look(struct self_check *s, struct role *r, const struct prober_counts *now, int64_t lag_ns);
bool self_check_blind(const struct self_check *s);
void self_check_close(struct self_check *s);
