// SPDX-License-Identifier: ISC
// What a failed connection says: the error number alone is ambiguous four times over; with the socket's error queue (ICMP type,
// code, offender) and whether it was our own side that gave up it is not.
#pragma once

#include "model/attempt.h"

struct fault_route; // asks the kernel which way it would send

int MUST_USE fault_route_open(struct fault_route **ret);
void fault_route_close(struct fault_route *r);

// Fills failure, icmp_*, local_error from what recv, send, connect or SO_ERROR said. rtt_ns is the caller's.
void fault_judge(struct attempt *a, int descriptor, int error, struct fault_route *route);
// Nothing came in time. Ours, where there is no way out any more; else a timeout.
void fault_timeout(struct attempt *a, struct fault_route *route);
// Our own side failed before anything was sent.
void fault_local(struct attempt *a, int error);
