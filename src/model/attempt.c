// SPDX-License-Identifier: ISC
// The empty attempt.
#include "model/attempt.h"

struct attempt attempt_of(uint8_t op, const struct addr *target, uint32_t index, struct instant time)
{
	struct attempt a = {.time = time, .rtt_ns = ATTEMPT_UNKNOWN, .target = *target, .index = index, .op = op};
	a.number = 1;
	a.rcode = ATTEMPT_UNKNOWN;
	for (int i = 0; i < PHASE_COUNT; i++)
		a.phase_us[i] = ATTEMPT_UNKNOWN;
	return a;
}
