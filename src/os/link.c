// SPDX-License-Identifier: ISC
// rtnetlink(7): RTM_NEWLINK tells a carrier by IFF_LOWER_UP; addresses and routes come and go by messages of their own.
#include "os/link.h"

#include "base/cursor.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX 32768 // as libnl's: the kernel never sends more in one datagram
#define LOOKS_MAX   64	  // datagrams in one look; the rest with the next

int link_watch_open(struct link_watch *w, const char *interface)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	to.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
	*w = (struct link_watch){.descriptor = -1};
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
	*w = (struct link_watch){s, index};
	return 0;
}

void link_watch_close(struct link_watch *w)
{
	if (w->descriptor >= 0)
		close(w->descriptor);
	w->descriptor = -1;
}

static unsigned of_link(struct cursor body, const struct link_watch *w, bool gone)
{
	struct ifinfomsg m;
	if (!cursor_bytes(&body, &m, sizeof(m)) || (w->interface && m.ifi_index != w->interface))
		return 0;
	bool up = !gone && m.ifi_flags & IFF_UP && m.ifi_flags & 0x10000 /* IFF_LOWER_UP */;
	return up ? LINK_CARRIER_BACK : LINK_CARRIER_LOST;
}

static unsigned of_address(struct cursor body, const struct link_watch *w, bool gone)
{
	struct ifaddrmsg m;
	if (!cursor_bytes(&body, &m, sizeof(m)) || (w->interface && (int)m.ifa_index != w->interface))
		return 0;
	return gone ? LINK_ADDRESS_LOST : LINK_ADDRESS_BACK;
}

static unsigned of_route(struct cursor body, bool gone)
{
	struct rtmsg m;
	if (!cursor_bytes(&body, &m, sizeof(m)) || m.rtm_table != RT_TABLE_MAIN)
		return 0;
	return gone ? LINK_ROUTE_LOST : LINK_ROUTE_BACK;
}

static unsigned of_message(uint16_t type, struct cursor body, const struct link_watch *w)
{
	switch (type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return of_link(body, w, type == RTM_DELLINK);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return of_address(body, w, type == RTM_DELADDR);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return of_route(body, type == RTM_DELROUTE);
	default:
		return 0;
	}
}

// All messages of one datagram.
static unsigned of_datagram(struct cursor c, const struct link_watch *w)
{
	struct nlmsghdr h;
	struct cursor body;
	unsigned events = 0;
	while (cursor_bytes(&c, &h, sizeof(h)) && h.nlmsg_len >= sizeof(h) &&
	       cursor_sub(&c, h.nlmsg_len - sizeof(h), &body)) {
		events |= of_message(h.nlmsg_type, body, w);
		if (!cursor_skip(&c, NLMSG_ALIGN(h.nlmsg_len) - h.nlmsg_len))
			break;
	}
	return events;
}

unsigned link_watch_look(struct link_watch *w)
{
	_Alignas(struct nlmsghdr) uint8_t bytes[MESSAGE_MAX];
	unsigned events = 0;
	for (int i = 0; i < LOOKS_MAX && w->descriptor >= 0; i++) {
		ssize_t n = recv(w->descriptor, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && errno == ENOBUFS)
			events |= LINK_MISSED;
		else if (n <= 0)
			break;
		else
			events |= of_datagram(cursor_of(bytes, (size_t)n), w);
	}
	return events;
}
