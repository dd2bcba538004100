// SPDX-License-Identifier: ISC
// The empty attempt.
#include "model/attempt.h"

#include "base/must.h"

#include <string.h>

bool attempt_sound(const struct attempt *a)
{
	return a->op < PROBE_OP_COUNT && a->failure < FAILURE_COUNT && a->mode < ATTEMPT_MODES &&
	       (a->target.family == FAMILY_V4 || a->target.family == FAMILY_V6 || a->target.family == FAMILY_NONE) &&
	       memchr(a->nsid, 0, sizeof(a->nsid));
}

struct attempt attempt_of(uint8_t op, const struct addr *target, uint32_t index, struct instant time)
{
	must(op < PROBE_OP_COUNT);
	struct attempt a = {.time = time, .rtt_ns = ATTEMPT_UNKNOWN, .target = *target, .index = index, .op = op};
	a.number = 1;
	a.rcode = ATTEMPT_UNKNOWN;
	for (int i = 0; i < PHASE_COUNT; i++)
		a.phase_us[i] = ATTEMPT_UNKNOWN;
	return a;
}
