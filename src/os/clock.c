// SPDX-License-Identifier: ISC
// clock_gettime.
#include "os/clock.h"

#include <time.h>

static int64_t clock_read_ns(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct instant clock_utc(void)
{
	return instant_of_ns(clock_read_ns(CLOCK_REALTIME));
}

int64_t clock_boot_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME);
}
