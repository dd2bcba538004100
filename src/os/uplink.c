// SPDX-License-Identifier: ISC
// rtnetlink(7): RTM_NEWLINK tells a carrier by IFF_LOWER_UP; addresses and routes come and go by messages of their own.
#include "os/uplink.h"

#include "base/cursor.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX 32768 // as libnl's: the kernel never sends more in one datagram
#define LOOKS_MAX   64	  // datagrams in one look; the rest with the next

int uplink_watch_open(struct uplink_watch *w, const char *interface)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	to.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
	*w = (struct uplink_watch){.descriptor = -1};
	int index = interface ? (int)if_nametoindex(interface) : 0;
	if (interface && !index)
		return -errno;
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (s < 0)
		return -errno;
	if (bind(s, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int code = -errno;
		close(s);
		return code;
	}
	*w = (struct uplink_watch){s, index};
	return 0;
}

void uplink_watch_close(struct uplink_watch *w)
{
	if (w->descriptor >= 0)
		close(w->descriptor);
	w->descriptor = -1;
}

static unsigned uplink_of_link(struct cursor body, const struct uplink_watch *w, bool gone)
{
	struct ifinfomsg m;
	if (!cursor_bytes(&body, &m, sizeof(m)) || (w->interface && m.ifi_index != w->interface))
		return 0;
	bool up = !gone && m.ifi_flags & IFF_UP && m.ifi_flags & 0x10000 /* IFF_LOWER_UP */;
	return up ? UPLINK_CARRIER_BACK : UPLINK_CARRIER_LOST;
}

static unsigned uplink_of_address(struct cursor body, const struct uplink_watch *w, bool gone)
{
	struct ifaddrmsg m;
	if (!cursor_bytes(&body, &m, sizeof(m)) || (w->interface && (int)m.ifa_index != w->interface))
		return 0;
	return gone ? UPLINK_ADDRESS_LOST : UPLINK_ADDRESS_BACK;
}

static unsigned uplink_of_route(struct cursor body, bool gone)
{
	struct rtmsg m;
	if (!cursor_bytes(&body, &m, sizeof(m)) || m.rtm_table != RT_TABLE_MAIN)
		return 0;
	return gone ? UPLINK_ROUTE_LOST : UPLINK_ROUTE_BACK;
}

static unsigned uplink_of_message(uint16_t type, struct cursor body, const struct uplink_watch *w)
{
	switch (type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return uplink_of_link(body, w, type == RTM_DELLINK);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return uplink_of_address(body, w, type == RTM_DELADDR);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return uplink_of_route(body, type == RTM_DELROUTE);
	default:
		return 0;
	}
}

// All messages of one datagram.
static unsigned uplink_of_datagram(struct cursor c, const struct uplink_watch *w)
{
	struct nlmsghdr h;
	struct cursor body;
	unsigned events = 0;
	while (cursor_bytes(&c, &h, sizeof(h)) && h.nlmsg_len >= sizeof(h) &&
	       cursor_sub(&c, h.nlmsg_len - sizeof(h), &body)) {
		events |= uplink_of_message(h.nlmsg_type, body, w);
		if (!cursor_skip(&c, NLMSG_ALIGN(h.nlmsg_len) - h.nlmsg_len))
			break;
	}
	return events;
}

unsigned uplink_watch_look(struct uplink_watch *w)
{
	_Alignas(struct nlmsghdr) uint8_t bytes[MESSAGE_MAX];
	unsigned events = 0;
	for (int i = 0; i < LOOKS_MAX && w->descriptor >= 0; i++) {
		ssize_t n = recv(w->descriptor, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && errno == ENOBUFS)
			events |= UPLINK_MISSED;
		else if (n <= 0)
			break;
		else
			events |= uplink_of_datagram(cursor_of(bytes, (size_t)n), w);
	}
	return events;
}
