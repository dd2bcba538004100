// SPDX-License-Identifier: ISC
// Raw sockets (with our own IPv4 header) and unprivileged ping sockets: opening, and reading replies, kernel stamps and, of ping
// sockets, the error queue. Whatever a kernel too old for an option would do without it is only less exact, so options may fail.
#include "probe/filter.h"
#include "probe/prober_priv.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/icmpv6.h>
#include <linux/sock_diag.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (8 << 20) // replies of a second at 40,000/s

static void outlet_want(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

static void outlet_want_buffers(int fd)
{
	int bytes = BUFFER_BYTES;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
		outlet_want(fd, SOL_SOCKET, SO_RCVBUF, bytes);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) != 0)
		outlet_want(fd, SOL_SOCKET, SO_SNDBUF, bytes);
}

static socklen_t outlet_name_of(const struct addr *a, uint16_t port, struct sockaddr_in6 *ret)
{
	*ret = (struct sockaddr_in6){0};
	if (a->family == FAMILY_V6) {
		ret->sin6_family = AF_INET6;
		ret->sin6_port = __builtin_bswap16(port);
		memcpy(&ret->sin6_addr, a->bytes, 16);
		return sizeof(*ret);
	}
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = __builtin_bswap16(port)};
	memcpy(&v4.sin_addr, a->bytes, 4);
	memcpy(ret, &v4, sizeof(v4));
	return sizeof(v4);
}

static int outlet_bind_source(int fd, const struct addr *source)
{
	struct sockaddr_in6 name;
	if (source->family == FAMILY_NONE)
		return 0;
	socklen_t n = outlet_name_of(source, 0, &name);
	return bind(fd, (struct sockaddr *)&name, n) ? -errno : 0;
}

// A ping socket's identity is the port that the kernel gives it.
static int outlet_ping_identity(int fd, const struct addr *source, uint8_t family, uint16_t *ret)
{
	struct addr any = {.family = family};
	struct sockaddr_in6 name;
	socklen_t n = sizeof(name);
	int error = outlet_bind_source(fd, source->family == family ? source : &any);
	if (error < 0)
		return error;
	if (getsockname(fd, (struct sockaddr *)&name, &n) != 0)
		return -errno;
	*ret = __builtin_bswap16(name.sin6_port); // at the same place in both families
	return 0;
}

// To the interface that was named, where one was.
int outlet_bind(const struct prober *p, int fd)
{
	const char *interface = p->options.interface;
	if (!interface)
		return 0;
	socklen_t n = (socklen_t)strlen(interface) + 1;
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, n) ? -errno : 0;
}

static int outlet_set_up(struct prober *p, struct outlet *o)
{
	bool v6 = o->family == FAMILY_V6, ping = o->mode == ATTEMPT_PING;
	const struct addr *source = v6 ? &p->options.source6 : &p->options.source;
	struct filter_want filter = {.id = o->id};
	int error = outlet_bind(p, o->fd);
	if (error < 0)
		return error;
	outlet_want_buffers(o->fd);
	outlet_want(o->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	if (v6)
		outlet_want(o->fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	else
		outlet_want(o->fd, IPPROTO_IP, IP_RECVTTL, 1);
	if (ping) {
		outlet_want(o->fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, 1);
		return outlet_ping_identity(o->fd, source, o->family, &o->id);
	}
	if (!v6)
		outlet_want(o->fd, IPPROTO_IP, IP_HDRINCL, 1);
	else if (source->family == FAMILY_V6)
		error = outlet_bind_source(o->fd, source);
	if (error == 0)
		error = v6 ? filter_attach_v6(o->fd, &filter) : filter_attach_v4(o->fd, &filter);
	return error;
}

int outlet_open(struct prober *p, enum attempt_mode mode, uint8_t family, struct outlet *ret)
{
	bool v6 = family == FAMILY_V6, ping = mode == ATTEMPT_PING;
	struct outlet o = {.mode = (uint8_t)mode, .family = family, .id = p->id};
	o.fd = socket(v6 ? AF_INET6 : AF_INET, (ping ? SOCK_DGRAM : SOCK_RAW) | SOCK_NONBLOCK | SOCK_CLOEXEC,
		      v6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP);
	if (o.fd < 0)
		return -errno;
	int error = outlet_set_up(p, &o);
	if (error < 0) {
		close(o.fd);
		return error;
	}
	char nothing;
	while (!ping && recv(o.fd, &nothing, sizeof(nothing), MSG_DONTWAIT) >= 0)
		; // what came before the filter
	*ret = o;
	return 0;
}

int outlet_open_sender(struct prober *p, struct outlet *ret)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return -errno;
	outlet_want_buffers(fd);
	*ret = (struct outlet){.fd = fd, .mode = ATTEMPT_RAW, .family = FAMILY_V4, .id = p->id, .deaf = true};
	return outlet_bind(p, fd);
}

static void outlet_prepare(struct inbox *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		in->parts[i] = (struct iovec){in->bytes[i], READ_BYTES};
		in->messages[i].msg_hdr = (struct msghdr){.msg_name = &in->names[i],
							  .msg_namelen = sizeof(in->names[i]),
							  .msg_iov = &in->parts[i],
							  .msg_iovlen = 1,
							  .msg_control = in->control[i],
							  .msg_controllen = sizeof(in->control[i])};
	}
}

struct extras { // of one message
	struct arrival how;
	struct sock_extended_err error;
	struct addr offender;
	bool has_error;
};

static struct addr outlet_address_of(const void *name)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;
	memcpy(&v4, name, sizeof(v4));
	if (v4.sin_family == AF_INET)
		return addr_v4(__builtin_bswap32(v4.sin_addr.s_addr));
	if (v4.sin_family != AF_INET6)
		return (struct addr){0};
	memcpy(&v6, name, sizeof(v6));
	return addr_v6(v6.sin6_addr.s6_addr);
}

static bool outlet_is_cmsg(const struct cmsghdr *c, int level, int type, size_t least)
{
	return c->cmsg_level == level && c->cmsg_type == type && c->cmsg_len >= CMSG_LEN(least);
}

// The extended error is followed by the offender's socket address.
static void outlet_take_error(const struct cmsghdr *c, size_t name_bytes, struct extras *x)
{
	struct {
		struct sock_extended_err error;
		struct sockaddr_in6 offender;
	} both = {0};
	memcpy(&both, CMSG_DATA(c), sizeof(both.error) + name_bytes);
	x->error = both.error;
	x->offender = outlet_address_of(&both.offender);
	x->has_error = true;
}

static void outlet_read_extras(const struct prober *p, struct msghdr *m, struct extras *x)
{
	struct timespec stamp = {0};
	int ttl = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (outlet_is_cmsg(c, SOL_SOCKET, SO_TIMESTAMPNS, sizeof(stamp)))
			memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
		else if (outlet_is_cmsg(c, IPPROTO_IP, IP_TTL, sizeof(ttl)) ||
			 outlet_is_cmsg(c, IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(ttl)))
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
		else if (outlet_is_cmsg(c, IPPROTO_IP, IP_RECVERR, sizeof(x->error) + sizeof(struct sockaddr_in)))
			outlet_take_error(c, sizeof(struct sockaddr_in), x);
		else if (outlet_is_cmsg(c, IPPROTO_IPV6, IPV6_RECVERR, sizeof(x->error) + sizeof(struct sockaddr_in6)))
			outlet_take_error(c, sizeof(struct sockaddr_in6), x);
	}
	x->how.ttl = (uint8_t)ttl;
	x->how.stamp = prober_of_utc(p, (int64_t)stamp.tv_sec * NS_PER_S + stamp.tv_nsec);
}

static void outlet_take_message(struct prober *p, const struct outlet *o, struct mmsghdr *m)
{
	struct cursor c = cursor_of(m->msg_hdr.msg_iov->iov_base, m->msg_len);
	struct extras x = {.how.id = o->id};
	struct echo_answer a = {0};
	outlet_read_extras(p, &m->msg_hdr, &x);
	bool packet = o->mode == ATTEMPT_RAW && o->family == FAMILY_V4;
	int got = packet ? echo_parse_packet(c, &a) : echo_parse_message(c, o->family, &a);
	if (got < 0) {
		judge_damaged(p, &x.how);
		return;
	}
	if (got == 0)
		return;
	if (packet) {
		x.how.ttl = a.ttl;
	} else {
		a.from = outlet_address_of(m->msg_hdr.msg_name);
		if (a.kind == ECHO_REPLY)
			a.target = a.from;
	}
	judge_answer(p, &a, &x.how);
}

void outlet_read(struct prober *p, const struct outlet *o)
{
	int got = READ_MAX;
	while (got == READ_MAX) {
		outlet_prepare(&p->inbox, READ_MAX);
		got = recvmmsg(o->fd, p->inbox.messages, READ_MAX, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++)
			outlet_take_message(p, o, &p->inbox.messages[i]);
	}
	if (o->mode == ATTEMPT_PING)
		outlet_read_errors(p, o);
}

static void outlet_take_queued(struct prober *p, const struct outlet *o, struct mmsghdr *m)
{
	struct extras x = {.how.id = o->id};
	struct echo_answer a = {0};
	outlet_read_extras(p, &m->msg_hdr, &x);
	bool icmp = x.has_error && (x.error.ee_origin == SO_EE_ORIGIN_ICMP || x.error.ee_origin == SO_EE_ORIGIN_ICMP6);
	if (!icmp)
		return;
	struct cursor c = cursor_of(m->msg_hdr.msg_iov->iov_base, m->msg_len);
	if (echo_parse_quoted(c, o->family, &a) != 1)
		return;
	a.from = x.offender;
	a.target = outlet_address_of(m->msg_hdr.msg_name);
	a.type = x.error.ee_type;
	a.code = x.error.ee_code;
	x.how.ttl = 0; // of the quoted packet, not of the answer
	judge_answer(p, &a, &x.how);
}

void outlet_read_errors(struct prober *p, const struct outlet *o)
{
	for (;;) {
		outlet_prepare(&p->inbox, 1);
		ssize_t n = recvmsg(o->fd, &p->inbox.messages[0].msg_hdr, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (n < 0)
			break;
		p->inbox.messages[0].msg_len = (unsigned)n;
		outlet_take_queued(p, o, &p->inbox.messages[0]);
	}
	int pending;
	socklen_t size = sizeof(pending);
	(void)getsockopt(o->fd, SOL_SOCKET, SO_ERROR, &pending, &size); // an error of one target is not the next one's
}

uint64_t outlet_drops(const struct outlet *o)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t size = sizeof(info);
	if (o->fd < 0 || getsockopt(o->fd, SOL_SOCKET, SO_MEMINFO, info, &size) != 0)
		return 0;
	return info[SK_MEMINFO_DROPS];
}
