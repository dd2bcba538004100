// SPDX-License-Identifier: ISC
// Error number, error queue and route together, as one word.
// DOC: What is measured in namespaces, IPv4 and IPv6 (doc/PROBING.md, tests/check/faults.py):
//
//   what happened               error number               error queue            word
//   closed port, RST            ECONNREFUSED               none                   refused
//   ICMP port unreachable       ECONNREFUSED               3/3, 1/4  offender     refused, with ICMP
//   ICMP host unreachable       EHOSTUNREACH               3/1, 1/3  offender     host unreachable
//   administratively prohibited EHOSTUNREACH, EACCES (v6)  3/13, 1/1 offender     host unreachable
//   no route at a router        ENETUNREACH                3/0, 1/0  offender     network unreachable
//   no route of our own         ENETUNREACH                none                   local fault
//   own unreachable, prohibit,  EHOSTUNREACH, EACCES,      none                   local fault
//   blackhole route             EINVAL
//   own firewall, reject        as from outside            offender is ourselves  local fault
//   next hop silent (ARP, ND)   EHOSTUNREACH after 3 s     3/1, 1/3: ourselves    see below
//
// What an own firewall drops without a word is tried again by TCP until the time is over: it cannot be told from silence outside.
// ICMP decides by type and code, never by the error number made of it. When nobody answers ARP or neighbour discovery, the kernel
// reports "host unreachable" in our own name. Where the silent next hop is a router, our packet never left our own link: a local
// fault. Where it is the target itself, on our link, then that host is dark: host unreachable, without an ICMP sender.
//
// Silence is looked into once more: where we have no route any more, or its link has lost its carrier, it was ours.
#include "check/fault.h"

#include "base/alloc.h"

#include <errno.h>
#include <time.h> // errqueue.h needs it first

#include <linux/errqueue.h>
#include <linux/icmpv6.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct fault_route {
	int netlink;
};

int fault_route_open(struct fault_route **ret)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (netlink < 0)
		return -errno;
	struct fault_route *r = alloc_zero(1, sizeof(*r));
	r->netlink = netlink;
	*ret = r;
	return 0;
}

void fault_route_close(struct fault_route *r)
{
	if (!r)
		return;
	close(r->netlink);
	free(r);
}

struct route_question {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attribute;
	uint8_t address[16];
};

struct route_answer {
	int error;	 // errno: the kernel would not send at all
	bool via_router; // else straight to the target, over a link of ours
};

// The kernel's answer to a question for a route.
static struct route_answer fault_route_read(const struct nlmsghdr *header, size_t n)
{
	struct route_answer a = {0};
	const struct rtmsg *route = NLMSG_DATA(header);
	const struct nlmsgerr *error = NLMSG_DATA(header);
	if (header->nlmsg_type == NLMSG_ERROR && n >= NLMSG_LENGTH(sizeof(*error)))
		a.error = -error->error;
	if (header->nlmsg_type != RTM_NEWROUTE || n < NLMSG_SPACE(sizeof(*route)))
		return a;
	size_t left = n - NLMSG_SPACE(sizeof(*route));
	for (const struct rtattr *at = RTM_RTA(route); RTA_OK(at, left); at = RTA_NEXT(at, left))
		a.via_router |= at->rta_type == RTA_GATEWAY || at->rta_type == RTA_VIA || at->rta_type == RTA_MULTIPATH;
	if (route->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN))
		a.error = ENETDOWN;
	return a;
}

// Which way the kernel would send now. Where it does not say: to a router, without an error.
static struct route_answer fault_route_ask(struct fault_route *r, const struct addr *to)
{
	size_t bytes = to->family == FAMILY_V6 ? 16 : 4;
	struct route_question q = {
		.header = {.nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST},
		.route = {.rtm_family = to->family == FAMILY_V6 ? AF_INET6 : AF_INET,
			  .rtm_dst_len = (uint8_t)(bytes * 8),
			  .rtm_flags = RTM_F_FIB_MATCH}, // the route as it was set, with the state of its link
		.attribute = {.rta_len = (unsigned short)RTA_LENGTH(bytes), .rta_type = RTA_DST},
	};
	union {
		struct nlmsghdr header;
		uint8_t bytes[4096];
	} reply;
	memcpy(q.address, to->bytes, bytes);
	q.header.nlmsg_len = (uint32_t)(NLMSG_SPACE(sizeof(q.route)) + RTA_LENGTH(bytes));
	ssize_t n = send(r->netlink, &q, q.header.nlmsg_len, 0);
	if (n > 0) // the answer is there when it returns
		n = recv(r->netlink, &reply, sizeof(reply), 0);
	if (n < (ssize_t)sizeof(reply.header) || reply.header.nlmsg_len > (size_t)n)
		return (struct route_answer){.via_router = true};
	return fault_route_read(&reply.header, reply.header.nlmsg_len);
}

static struct addr fault_addr_of(const struct sockaddr *s)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	if (s->sa_family == AF_INET) {
		memcpy(&v4, s, sizeof(v4));
		return addr_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (s->sa_family != AF_INET6)
		return (struct addr){0};
	memcpy(&v6, s, sizeof(v6));
	return addr_v6(v6.sin6_addr.s6_addr);
}

static bool fault_is_ours(int descriptor, const struct addr *a)
{
	struct sockaddr_storage own = {0};
	socklen_t length = sizeof(own);
	if (getsockname(descriptor, (struct sockaddr *)&own, &length) != 0)
		return false;
	struct addr mine = fault_addr_of((struct sockaddr *)&own);
	return addr_equal(&mine, a);
}

static bool fault_is_queue(const struct cmsghdr *c)
{
	return (c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) ||
	       (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

struct queued {
	uint8_t type, code;
	struct addr from;
};

// The first ICMP error in the socket's queue.
static bool fault_queue_read(int descriptor, struct queued *ret)
{
	union {
		struct cmsghdr align;
		uint8_t bytes[512];
	} control;
	uint8_t packet[64]; // what was sent; not needed
	struct iovec part = {packet, sizeof(packet)};
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	if (recvmsg(descriptor, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err e;
		if (!fault_is_queue(c) || c->cmsg_len < CMSG_LEN(sizeof(e) + sizeof(struct sockaddr_in)))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		if (e.ee_origin != SO_EE_ORIGIN_ICMP && e.ee_origin != SO_EE_ORIGIN_ICMP6)
			continue;
		ret->type = e.ee_type;
		ret->code = e.ee_code;
		const struct sockaddr *from = (const struct sockaddr *)(CMSG_DATA(c) + sizeof(e));
		bool whole =
			from->sa_family == AF_INET || c->cmsg_len >= CMSG_LEN(sizeof(e) + sizeof(struct sockaddr_in6));
		ret->from = whole ? fault_addr_of(from) : (struct addr){0};
		return true;
	}
	return false;
}

static enum probe_failure fault_icmp4_failure(uint8_t type, uint8_t code)
{
	if (type != ICMP_DEST_UNREACH)
		return FAILURE_HOST_UNREACHABLE; // time exceeded: the packets run in a circle
	switch (code) {
	case ICMP_PROT_UNREACH:
	case ICMP_PORT_UNREACH:
		return FAILURE_REFUSED;
	case ICMP_NET_UNREACH:
	case ICMP_NET_UNKNOWN:
	case ICMP_NET_ANO:
	case ICMP_NET_UNR_TOS:
		return FAILURE_NETWORK_UNREACHABLE;
	default:
		return FAILURE_HOST_UNREACHABLE;
	}
}

static enum probe_failure fault_icmp6_failure(uint8_t type, uint8_t code)
{
	if (type != ICMPV6_DEST_UNREACH)
		return FAILURE_HOST_UNREACHABLE;
	if (code == ICMPV6_PORT_UNREACH)
		return FAILURE_REFUSED;
	return code == ICMPV6_NOROUTE ? FAILURE_NETWORK_UNREACHABLE : FAILURE_HOST_UNREACHABLE;
}

// The error came in our own name: our firewall, or nobody on our link answered for the next hop.
static void fault_judge_ours(struct attempt *a, const struct queued *q, int error, struct fault_route *route)
{
	bool unreachable = a->target.family == FAMILY_V6
				   ? q->type == ICMPV6_DEST_UNREACH && q->code == ICMPV6_ADDR_UNREACH
				   : q->type == ICMP_DEST_UNREACH && q->code == ICMP_HOST_UNREACH;
	if (unreachable && !fault_route_ask(route, &a->target).via_router)
		a->failure = FAILURE_HOST_UNREACHABLE;
	else
		fault_local(a, error);
}

static enum probe_failure fault_number_failure(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return FAILURE_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return FAILURE_RESET;
	case ECONNABORTED:
		return FAILURE_ABORTED;
	case ETIMEDOUT:
		return FAILURE_TIMEOUT;
	default:
		return FAILURE_LOCAL;
	}
}

void fault_judge(struct attempt *a, int descriptor, int error, struct fault_route *route)
{
	struct queued q;
	if (fault_queue_read(descriptor, &q)) {
		if (!addr_equal(&q.from, &a->target) && fault_is_ours(descriptor, &q.from)) {
			fault_judge_ours(a, &q, error, route);
			return;
		}
		a->icmp_from = q.from;
		a->icmp_type = q.type;
		a->icmp_code = q.code;
		enum probe_failure f = a->target.family == FAMILY_V6 ? fault_icmp6_failure(q.type, q.code)
								     : fault_icmp4_failure(q.type, q.code);
		a->failure = (uint8_t)f;
		return;
	}
	a->failure = (uint8_t)fault_number_failure(error);
	if (a->failure == FAILURE_LOCAL)
		fault_local(a, error);
}

void fault_timeout(struct attempt *a, struct fault_route *route)
{
	struct route_answer now = fault_route_ask(route, &a->target);
	a->failure = FAILURE_TIMEOUT;
	if (now.error)
		fault_local(a, now.error);
}

void fault_local(struct attempt *a, int error)
{
	a->failure = FAILURE_LOCAL;
	a->local_error = (uint8_t)error;
}
