// SPDX-License-Identifier: ISC
// DOC: the tables
// ICMP codes are folded as the kernel folds them into errno (RFC 1122, 3.2.2.1), so that an echo and a connect that met the same
// router say the same. Time exceeded is a host that cannot be reached: a loop, or a path that is longer than 64 hops.
//
// An errno without an ICMP error behind it is our own doing, except where TCP itself answered (RST) or nobody did: "unreachable"
// from our own routing table says nothing about the target.
#include "probe/failure.h"

#include "base/attr.h"
#include "base/must.h"
#include "model/probe.h"
#include "net/prefix.h"
#include "wire/echo.h"

#include <errno.h>

#define U_NET	FAILURE_NETWORK_UNREACHABLE
#define U_HOST	FAILURE_HOST_UNREACHABLE
#define U_PORT	FAILURE_REFUSED
#define U_OTHER FAILURE_OTHER

static const uint8_t failure_codes4[] = {
	U_NET,	 // 0 net unreachable
	U_HOST,	 // 1 host unreachable
	U_PORT,	 // 2 protocol unreachable
	U_PORT,	 // 3 port unreachable
	U_OTHER, // 4 fragmentation needed: our packets are small, so this is no sane answer
	U_OTHER, // 5 source route failed
	U_NET,	 // 6 net unknown
	U_HOST,	 // 7 host unknown
	U_NET,	 // 8 host isolated
	U_NET,	 // 9 net prohibited
	U_HOST,	 // 10 host prohibited
	U_NET,	 // 11 net unreachable for this type of service
	U_HOST,	 // 12 host unreachable for this type of service
	U_HOST,	 // 13 prohibited
	U_HOST,	 // 14 host precedence violation
	U_HOST,	 // 15 precedence cutoff
};

static const uint8_t failure_codes6[] = {
	U_NET,	// 0 no route
	U_HOST, // 1 prohibited
	U_HOST, // 2 beyond the scope of the source
	U_HOST, // 3 address unreachable
	U_PORT, // 4 port unreachable
	U_HOST, // 5 source failed a policy
	U_NET,	// 6 reject route
};

uint8_t failure_of_icmp(uint8_t family, uint8_t type, uint8_t code)
{
	must(family == FAMILY_V4 || family == FAMILY_V6);
	bool v6 = family == FAMILY_V6;
	if (type == (v6 ? ECHO6_EXCEEDED : ECHO4_EXCEEDED))
		return U_HOST;
	if (type != (v6 ? ECHO6_UNREACHABLE : ECHO4_UNREACHABLE))
		return U_OTHER;
	if (v6)
		return code < ARRAY_LEN(failure_codes6) ? failure_codes6[code] : U_OTHER;
	return code < ARRAY_LEN(failure_codes4) ? failure_codes4[code] : U_OTHER;
}

bool failure_prohibits(uint8_t family, uint8_t type, uint8_t code)
{
	must(family == FAMILY_V4 || family == FAMILY_V6);
	if (family == FAMILY_V6)
		return type == ECHO6_UNREACHABLE && (code == 1 || code == 5);
	return type == ECHO4_UNREACHABLE && (code == 9 || code == 10 || code == 13);
}

uint8_t failure_of_connect(int error)
{
	switch (error) {
	case 0:
		return FAILURE_NONE;
	case ECONNREFUSED:
		return FAILURE_REFUSED;
	case ECONNRESET:
		return FAILURE_RESET;
	case ETIMEDOUT:
		return FAILURE_TIMEOUT;
	default:
		return FAILURE_LOCAL;
	}
}
