// SPDX-License-Identifier: ISC
// The clocks. Whatever is scheduled goes by boot time, which never steps and counts sleep; what is recorded is UTC.
#pragma once

#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>

struct instant clock_utc(void);
int64_t clock_boot_ns(void); // CLOCK_BOOTTIME

// Watches UTC against boot time.
struct clock_watch {
	int64_t offset_ns; // UTC minus boot time when last looked
	bool began;
};

#define CLOCK_STEP_NS 100000000LL // smaller differences are the clock's discipline

// How far UTC has stepped since the last look, in ns; 0 when less than CLOCK_STEP_NS.
int64_t clock_step(struct clock_watch *w);
