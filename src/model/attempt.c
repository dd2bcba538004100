// SPDX-License-Identifier: ISC
// The empty attempt, and the attempt as an observation.
#include "model/attempt.h"

#include "base/must.h"
#include "model/peer.h"

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

bool attempt_is_cut(const struct attempt *a)
{
	return a->op == PROBE_DNS && a->failure == FAILURE_NONE && a->dns_flags & ATTEMPT_DNS_TC &&
	       !(a->dns_flags & ATTEMPT_DNS_TCP);
}

struct obs obs_of_attempt(const struct attempt *a, uint16_t observer, uint32_t target)
{
	struct obs o = {.time = a->time, .peer = PEER_NONE, .kind = OBS_PROBE, .observer = observer, .target = target};
	o.probe.op = a->op;
	o.probe.outcome = attempt_is_cut(a) ? PROBE_CUT : probe_failure_outcome(a->failure);
	if (a->icmp_from.family) {
		o.probe.icmp_type = a->icmp_type;
		o.probe.icmp_code = a->icmp_code;
		o.prefix.family = a->icmp_from.family;
		o.prefix.length = family_bits(a->icmp_from.family);
		memcpy(o.prefix.bytes, a->icmp_from.bytes, sizeof(o.prefix.bytes));
	}
	uint64_t us = a->rtt_ns > 0 ? ((uint64_t)a->rtt_ns + 500) / 1000 : 0;
	if (o.probe.outcome == PROBE_OK && us <= UINT32_MAX)
		o.rtt_us = (uint32_t)us;
	return o;
}
