// SPDX-License-Identifier: ISC
// Dumps of rtnetlink(7): links, addresses, rules, routes, neighbours. The kernel is trusted to keep its own format; lengths are
// checked all the same.
#include "probe/route.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES 32768 // the kernel makes its dumps to fit this
#define ANSWER_MS    1000  // a kernel that is slower than this is not asked any further

struct route_walk {
	const struct rtattr *at[RTA_MAX + 1];
};

static void route_attributes(struct route_walk *w, const struct rtattr *a, int length)
{
	*w = (struct route_walk){0};
	for (; RTA_OK(a, length); a = RTA_NEXT(a, length))
		if ((a->rta_type & NLA_TYPE_MASK) <= RTA_MAX)
			w->at[a->rta_type & NLA_TYPE_MASK] = a;
}

static uint32_t route_number_of(const struct rtattr *a)
{
	uint32_t v = 0;
	if (a && RTA_PAYLOAD(a) >= sizeof(v))
		memcpy(&v, RTA_DATA(a), sizeof(v));
	return v;
}

static uint32_t route_v4_of(const struct rtattr *a)
{
	return __builtin_bswap32(route_number_of(a));
}

static bool route_same_table(const struct rtmsg *m, const struct route_walk *w)
{
	uint32_t table = w->at[RTA_TABLE] ? route_number_of(w->at[RTA_TABLE]) : m->rtm_table;
	return table == RT_TABLE_MAIN || table == RT_TABLE_LOCAL || table == RT_TABLE_DEFAULT;
}

static void route_take(struct route_table *t, const struct nlmsghdr *h)
{
	const struct rtmsg *m = NLMSG_DATA(h);
	struct route_walk w;
	route_attributes(&w, RTM_RTA(m), (int)RTM_PAYLOAD(h));
	if (m->rtm_family != AF_INET || m->rtm_dst_len > 32 || !route_same_table(m, &w) || m->rtm_flags & RTM_F_CLONED)
		return;
	if (t->count == ROUTES_MAX) {
		t->simple = false;
		return;
	}
	struct route r = {.length = m->rtm_dst_len, .kind = ROUTE_KERNEL, .net = route_v4_of(w.at[RTA_DST])};
	r.mask = r.length ? UINT32_MAX << (32 - r.length) : 0;
	r.metric = route_number_of(w.at[RTA_PRIORITY]);
	r.interface = (int)route_number_of(w.at[RTA_OIF]);
	r.gateway = route_v4_of(w.at[RTA_GATEWAY]);
	bool plain = m->rtm_type == RTN_UNICAST && m->rtm_tos == 0 && !w.at[RTA_MULTIPATH] && !w.at[RTA_VIA] &&
		     !(m->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN));
	if (plain && r.interface && r.gateway)
		r.kind = ROUTE_GATEWAY;
	if (m->rtm_type == RTN_LOCAL)
		r.kind = ROUTE_OWN;
	t->at[t->count++] = r;
}

static void route_take_own(struct route_table *t, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	struct route_walk w;
	route_attributes(&w, IFA_RTA(m), (int)IFA_PAYLOAD(h));
	const struct rtattr *a = w.at[IFA_LOCAL] ? w.at[IFA_LOCAL] : w.at[IFA_ADDRESS];
	if (!a || t->own_count == ADDRESSES_MAX)
		return;
	struct route_own *own = &t->own[t->own_count];
	if (m->ifa_family == AF_INET && RTA_PAYLOAD(a) == 4)
		own->address = addr_v4(route_v4_of(a));
	else if (m->ifa_family == AF_INET6 && RTA_PAYLOAD(a) == 16)
		own->address = addr_v6(RTA_DATA(a));
	else
		return;
	own->length = m->ifa_prefixlen;
	t->own_count++;
}

static void route_take_link(struct route_table *t, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = NLMSG_DATA(h);
	struct route_walk w;
	if (m->ifi_index != t->link.interface)
		return;
	route_attributes(&w, IFLA_RTA(m), (int)IFLA_PAYLOAD(h));
	const struct rtattr *a = w.at[IFLA_ADDRESS];
	bool ethernet = m->ifi_type == ARPHRD_ETHER && !(m->ifi_flags & IFF_LOOPBACK) && a && RTA_PAYLOAD(a) == 6;
	t->link.up = m->ifi_flags & IFF_UP && m->ifi_flags & IFF_RUNNING;
	t->link.ethernet = ethernet;
	if (ethernet)
		memcpy(t->link.mac, RTA_DATA(a), 6);
}

static void route_take_neighbour(struct route_table *t, const struct nlmsghdr *h)
{
	const struct ndmsg *m = NLMSG_DATA(h);
	struct route_walk w;
	route_attributes(&w, (const struct rtattr *)((const char *)m + NLMSG_ALIGN(sizeof(*m))),
			 (int)(h->nlmsg_len - NLMSG_SPACE(sizeof(*m))));
	const struct rtattr *mac = w.at[NDA_LLADDR];
	if (m->ndm_family != AF_INET || m->ndm_ifindex != t->link.interface || route_v4_of(w.at[NDA_DST]) != t->gateway)
		return;
	const int good = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP;
	t->gateway_known = m->ndm_state & good && mac && RTA_PAYLOAD(mac) == 6;
	t->gateway_failed = !t->gateway_known && m->ndm_state & (NUD_FAILED | NUD_INCOMPLETE);
	t->gateway_gave_up = !t->gateway_known && m->ndm_state & NUD_FAILED;
	if (t->gateway_known)
		memcpy(t->gateway_mac, RTA_DATA(mac), 6);
}

// A rule of the operator's may send packets past the three usual tables.
static void route_take_rule(struct route_table *t, const struct nlmsghdr *h)
{
	const struct rtmsg *m = NLMSG_DATA(h); // fib_rule_hdr has its size and its first members
	struct route_walk w;
	route_attributes(&w, RTM_RTA(m), (int)RTM_PAYLOAD(h));
	if (m->rtm_family == AF_INET && !route_same_table(m, &w))
		t->simple = false;
}

struct route_query {
	struct nlmsghdr head;
	struct rtmsg body; // the larger of what the kernel wants; all zero but the family
};

struct route_dump {
	uint16_t ask, answer;
	uint8_t family;
	uint8_t least; // bytes of the message's fixed part
	void (*take)(struct route_table *t, const struct nlmsghdr *h);
};

// 1 when the dump goes on, 0 at its end.
static int route_take_message(struct route_table *t, const struct route_dump *d, const struct nlmsghdr *h)
{
	if (h->nlmsg_seq != t->sequence)
		return 1;
	if (h->nlmsg_type == NLMSG_DONE)
		return 0;
	if (h->nlmsg_type == NLMSG_ERROR)
		return -EIO;
	if (h->nlmsg_type == d->answer && h->nlmsg_len >= (uint32_t)NLMSG_LENGTH(d->least))
		d->take(t, h);
	return 1;
}

static int route_take_answer(struct route_table *t, const struct route_dump *d, const char *bytes, size_t length)
{
	int more = 1;
	while (more == 1 && length >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *h = (const void *)bytes;
		size_t step = NLMSG_ALIGN((size_t)h->nlmsg_len);
		if (h->nlmsg_len < sizeof(*h) || h->nlmsg_len > length)
			return -EIO;
		more = route_take_message(t, d, h);
		step = step < length ? step : length;
		bytes += step;
		length -= step;
	}
	return more;
}

static int probe_route_dump(struct route_table *t, const struct route_dump *d)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_BYTES];
	struct route_query q = {
		.head = {.nlmsg_len = sizeof(q), .nlmsg_type = d->ask, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
	int error = 1;
	q.head.nlmsg_seq = ++t->sequence;
	q.body.rtm_family = d->family;
	if (send(t->ask, &q, sizeof(q), 0) < 0)
		return -errno;
	while (error > 0) {
		struct pollfd ready = {.fd = t->ask, .events = POLLIN};
		if (poll(&ready, 1, ANSWER_MS) <= 0)
			return -ETIMEDOUT;
		ssize_t n = recv(t->ask, answer, sizeof(answer), 0);
		if (n < 0)
			return -errno;
		error = route_take_answer(t, d, answer, (size_t)n);
	}
	return error;
}

// Longest prefix first, then the lowest metric.
static int route_compare(const void *left, const void *right)
{
	const struct route *a = left, *b = right;
	if (a->length != b->length)
		return a->length > b->length ? -1 : 1;
	return a->metric < b->metric ? -1 : a->metric > b->metric;
}

int route_read(struct route_table *t)
{
	static const struct route_dump dumps[] = {
		{RTM_GETLINK, RTM_NEWLINK, AF_UNSPEC, sizeof(struct ifinfomsg), route_take_link},
		{RTM_GETADDR, RTM_NEWADDR, AF_UNSPEC, sizeof(struct ifaddrmsg), route_take_own},
		{RTM_GETRULE, RTM_NEWRULE, AF_INET, sizeof(struct rtmsg), route_take_rule},
		{RTM_GETROUTE, RTM_NEWROUTE, AF_INET, sizeof(struct rtmsg), route_take},
		{RTM_GETNEIGH, RTM_NEWNEIGH, AF_INET, sizeof(struct ndmsg), route_take_neighbour},
	};
	t->count = t->own_count = 0;
	t->simple = true;
	t->link.up = t->link.ethernet = t->gateway_known = t->gateway_failed = t->gateway_gave_up = false;
	for (size_t i = 0; i < ARRAY_LEN(dumps); i++) {
		int error = probe_route_dump(t, &dumps[i]);
		if (error < 0) {
			t->simple = false;
			return error;
		}
	}
	qsort(t->at, t->count, sizeof(*t->at), route_compare);
	return 0;
}

static int route_netlink(uint32_t groups)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl name = {.nl_family = AF_NETLINK, .nl_groups = groups};
	if (fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	int error = -errno;
	if (fd >= 0)
		close(fd);
	return error;
}

int route_open(struct route_table *t)
{
	*t = (struct route_table){.ask = -1, .news = -1};
	t->ask = route_netlink(0);
	t->news = route_netlink(RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
				RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE);
	int error = t->ask < 0 ? t->ask : t->news < 0 ? t->news : route_read(t);
	if (error < 0)
		route_close(t);
	return error;
}

void route_close(struct route_table *t)
{
	if (t->ask >= 0)
		close(t->ask);
	if (t->news >= 0)
		close(t->news);
	t->ask = t->news = -1;
}

bool route_news(struct route_table *t)
{
	char some[ANSWER_BYTES];
	bool any = false;
	// An overrun (ENOBUFS) is news too.
	for (;;) {
		ssize_t n = recv(t->news, some, sizeof(some), MSG_DONTWAIT);
		if (n < 0 && errno != ENOBUFS)
			return any;
		any = true;
	}
}

const struct route *route_find(const struct route_table *t, uint32_t address)
{
	for (size_t i = 0; i < t->count; i++)
		if ((address & t->at[i].mask) == t->at[i].net)
			return &t->at[i];
	return NULL;
}

bool route_is_own(const struct route_table *t, const struct addr *a)
{
	for (size_t i = 0; i < t->own_count; i++)
		if (addr_equal(&t->own[i].address, a))
			return true;
	return false;
}

bool route_is_near(const struct route_table *t, const struct addr *a)
{
	for (size_t i = 0; i < t->own_count; i++) {
		struct prefix p = {.family = t->own[i].address.family, .length = t->own[i].length};
		memcpy(p.bytes, t->own[i].address.bytes, sizeof(p.bytes));
		prefix_mask(&p);
		if (prefix_has(&p, a))
			return true;
	}
	return false;
}
