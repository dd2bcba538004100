// SPDX-License-Identifier: ISC
// TCP connects: asked for, or in place of ping where a process may do nothing else. Opened, timed, and closed at once with a reset;
// nothing is ever sent over them.
// DOC: in place of ping
// Whoever refuses a connection has answered, so "refused" by TCP itself is success then. Ports 443 and 80 take turns with the number
// of the attempt: many hosts drop what comes to a port that they do not serve.
#include "probe/failure.h"
#include "probe/prober_priv.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 64
#define SYN_AGAIN  1 // one retransmission, as any connect has; the kernel's default of six would go on for minutes

int connect_open(struct connections *c)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		c->at[i].fd = -1;
		c->free[i] = (uint16_t)(CONNECTIONS_MAX - 1 - i);
	}
	c->free_count = CONNECTIONS_MAX;
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	return c->epoll < 0 ? -errno : 0;
}

void connect_close(struct connections *c)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (c->at[i].fd >= 0)
			close(c->at[i].fd);
	if (c->epoll >= 0)
		close(c->epoll);
	c->epoll = -1;
	c->free_count = 0;
}

static void connect_release(struct prober *p, uint16_t at)
{
	struct connections *c = &p->connections;
	close(c->at[at].fd); // leaves the epoll set by itself
	c->at[at].fd = -1;
	c->free[c->free_count++] = at;
}

void connect_drop(struct prober *p, struct pending_slot *s)
{
	if (s->connection != NO_CONNECTION)
		connect_release(p, s->connection);
}

static socklen_t connect_name_of(const struct addr *a, uint16_t port, struct sockaddr_in6 *ret)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = __builtin_bswap16(port)};
	*ret = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = __builtin_bswap16(port)};
	if (a->family == FAMILY_V6) {
		memcpy(&ret->sin6_addr, a->bytes, 16);
		return sizeof(*ret);
	}
	memcpy(&v4.sin_addr, a->bytes, 4);
	memcpy(ret, &v4, sizeof(v4));
	return sizeof(v4);
}

// What the error queue has: who sent the ICMP error that ended the connect.
static bool connect_read_offender(int fd, struct sock_extended_err *ret, struct addr *ret_from)
{
	char bytes[256];
	_Alignas(struct cmsghdr) char control[512];
	struct iovec part = {bytes, sizeof(bytes)};
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct {
			struct sock_extended_err error;
			struct sockaddr_in6 from;
		} both = {0};
		bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
		if (!v6 && (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR))
			continue;
		size_t n = c->cmsg_len - CMSG_LEN(0);
		memcpy(&both, CMSG_DATA(c), n < sizeof(both) ? n : sizeof(both));
		if (both.error.ee_origin != SO_EE_ORIGIN_ICMP && both.error.ee_origin != SO_EE_ORIGIN_ICMP6)
			return false;
		struct sockaddr_in v4;
		memcpy(&v4, &both.from, sizeof(v4));
		*ret = both.error;
		*ret_from = v6 ? addr_v6(both.from.sin6_addr.s6_addr) : addr_v4(__builtin_bswap32(v4.sin_addr.s_addr));
		return true;
	}
	return false;
}

// The kernel's own measure of the handshake, unless the SYN had to be sent again.
static int64_t connect_handshake_ns(int fd, int64_t elapsed)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_total_retrans || !info.tcpi_rtt)
		return elapsed;
	int64_t measured = (int64_t)info.tcpi_rtt * 1000;
	return measured < elapsed ? measured : elapsed;
}

static void connect_take_icmp(struct prober *p, const struct sock_extended_err *e, const struct addr *from,
			      struct attempt *out)
{
	out->failure = failure_of_icmp(out->target.family, e->ee_type, e->ee_code);
	out->icmp_from = *from;
	out->icmp_type = e->ee_type;
	out->icmp_code = e->ee_code;
	p->counts.unreachable++;
	bool ours = p->routes_known && route_is_own(&p->routes, from) && !route_is_own(&p->routes, &out->target);
	if (ours && !route_is_near(&p->routes, &out->target)) {
		out->failure = FAILURE_LOCAL;
		out->local_error = (uint8_t)e->ee_errno;
	} else if (failure_prohibits(out->target.family, e->ee_type, e->ee_code)) {
		p->backed_off = true;
		gate_back_off(p->options.gate, &out->target, prober_now(p) - p->ahead_ns);
	}
}

// Ends the connect of a slot with its errno (0: connected).
static void connect_finish(struct prober *p, uint64_t serial, int fd, int error)
{
	struct pending_slot *s = pending_slot(&p->pending, serial);
	struct attempt out = prober_attempt(p, serial);
	struct sock_extended_err icmp;
	struct addr from;
	int64_t elapsed = prober_now(p) - s->stamp;
	out.failure = failure_of_connect(error);
	out.rtt_ns = error ? elapsed : connect_handshake_ns(fd, elapsed);
	if (error && connect_read_offender(fd, &icmp, &from)) {
		connect_take_icmp(p, &icmp, &from, &out);
	} else if (out.failure == FAILURE_TIMEOUT) {
		s->connection =
			NO_CONNECTION; // the kernel gave up; when its time is over is ours to say, as for every probe
		return;
	} else if (out.failure == FAILURE_LOCAL) {
		judge_local(p, serial, error);
		return;
	} else if (out.failure == FAILURE_REFUSED && s->mode == ATTEMPT_CONNECT) {
		out.failure = FAILURE_NONE;
	}
	if (out.failure == FAILURE_NONE) {
		out.phase_us[PHASE_CONNECT] = (int32_t)(out.rtt_ns / 1000);
		if (p->backed_off)
			gate_relax(p->options.gate, &out.target);
	}
	p->counts.arrived++;
	p->counts.recorded++;
	pending_decide(&p->pending, s, SLOT_ANSWERED);
	prober_give(p, &out);
}

static int connect_open_socket(const struct prober *p, const struct addr *target)
{
	bool v6 = target->family == FAMILY_V6;
	const struct addr *source = v6 ? &p->options.source6 : &p->options.source;
	struct linger reset = {.l_onoff = 1};
	struct sockaddr_in6 name;
	int one = 1, again = SYN_AGAIN;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &again, sizeof(again));
	int error = outlet_bind(p, fd);
	if (error == 0 && source->family != FAMILY_NONE) {
		socklen_t n = connect_name_of(source, 0, &name);
		error = bind(fd, (struct sockaddr *)&name, n) ? -errno : 0;
	}
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

static uint16_t connect_port_of(const struct prober_item *item)
{
	if (item->port)
		return item->port;
	return item->number & 1 ? 443 : 80;
}

int connect_item(struct prober *p, const struct prober_item *item)
{
	struct connections *c = &p->connections;
	uint64_t serial = p->pending.tail;
	if (!c->free_count)
		return 0;
	struct pending_slot *s = pending_next(&p->pending, &item->address);
	if (!s)
		return 0;
	s->index = item->index;
	s->number = item->number;
	s->op = item->op;
	s->port = connect_port_of(item);
	s->mode = item->op == PROBE_TCP_CONNECT ? ATTEMPT_KERNEL : ATTEMPT_CONNECT;
	int fd = connect_open_socket(p, &item->address);
	s->stamp = prober_stamp(p);
	if (fd < 0) {
		judge_local(p, serial, -fd);
		return 1;
	}
	struct sockaddr_in6 name;
	socklen_t n = connect_name_of(&item->address, s->port, &name);
	int error = connect(fd, (struct sockaddr *)&name, n) ? errno : 0;
	p->counts.sent += failure_of_connect(error) != FAILURE_LOCAL || error == EINPROGRESS;
	if (error != EINPROGRESS) {
		connect_finish(p, serial, fd, error);
		close(fd);
		return 1;
	}
	s->connection = c->free[--c->free_count];
	c->at[s->connection] = (struct connection){fd, serial};
	struct epoll_event event = {.events = EPOLLOUT, .data.u32 = s->connection};
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		error = errno;
		connect_release(p, s->connection);
		judge_local(p, serial, error);
	}
	return 1;
}

void connect_read(struct prober *p)
{
	struct epoll_event events[EVENTS_MAX];
	int got = EVENTS_MAX;
	while (got == EVENTS_MAX) {
		got = epoll_wait(p->connections.epoll, events, EVENTS_MAX, 0);
		for (int i = 0; i < got; i++) {
			uint16_t at = (uint16_t)events[i].data.u32;
			int fd = p->connections.at[at].fd, error = 0;
			socklen_t size = sizeof(error);
			if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
				error = errno;
			connect_finish(p, p->connections.at[at].serial, fd, error);
			connect_release(p, at);
		}
	}
}
