// SPDX-License-Identifier: ISC
// clock_gettime, and the difference between two of its clocks.
#include "os/clock.h"

#include <stdlib.h>
#include <time.h>

static int64_t read_ns(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct instant clock_utc(void)
{
	return (struct instant){read_ns(CLOCK_REALTIME)};
}

int64_t clock_boot_ns(void)
{
	return read_ns(CLOCK_BOOTTIME);
}

int64_t clock_step(struct clock_watch *w)
{
	int64_t offset = read_ns(CLOCK_REALTIME) - read_ns(CLOCK_BOOTTIME);
	int64_t step = w->began ? offset - w->offset_ns : 0;
	w->began = true;
	if (llabs(step) < CLOCK_STEP_NS && w->offset_ns) {
		w->offset_ns += step / 8; // follow what is disciplined slowly
		return 0;
	}
	w->offset_ns = offset;
	return step;
}
