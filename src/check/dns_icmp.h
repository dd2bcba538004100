// SPDX-License-Identifier: ISC
// One entry of a socket's error queue (IP_RECVERR, IPV6_RECVERR): the ICMP error that came back for what was sent.
#pragma once

#include "net/prefix.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

struct dns_icmp {
	struct sockaddr_storage to; // where the failed packet went; UDP only
	uint8_t quoted[2];	    // the first bytes of its payload, as far as `quoted_bytes`
	size_t quoted_bytes;
	struct addr from; // who sent the error; FAMILY_NONE: our own side
	uint8_t type, code;
	int error;	  // errno that the kernel made of it
	int64_t stamp_ns; // when it came, UTC, where the socket stamps what it receives; 0 not known
};

// 1: got one; 0: the queue is empty; -errno.
int MUST_USE dns_icmp_next(int descriptor, struct dns_icmp *ret);
// Whether the kernel says this to an address of its own: then a neighbour did not answer.
bool dns_icmp_own(const struct addr *from, const struct addr *target);
