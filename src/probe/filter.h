// SPDX-License-Identifier: ISC
// Socket filters (classic BPF) that pass our own echo replies and the ICMP errors that quote our requests, so that whatever else
// arrives costs the kernel a few instructions and us nothing.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct filter_want {
	uint16_t id;	// of our requests
	bool host_only; // packet sockets: not what was sent to other machines
};

// Packets that begin with an IPv4 header: packet sockets without link header, raw sockets. 0 or -errno.
int MUST_USE filter_attach_v4(int fd, const struct filter_want *want);
// ICMPv6 messages without an IP header: raw sockets.
int MUST_USE filter_attach_v6(int fd, const struct filter_want *want);
