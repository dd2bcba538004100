// SPDX-License-Identifier: ISC
// Reads error queues. Errors that are none for a question (fragmentation needed, source quench) are passed over.
#include "check/dns_icmp.h"

#include "base/instant.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ICMP4_UNREACHABLE = 3, ICMP4_FRAGMENTATION = 4, ICMP4_QUENCH = 4, ICMP6_TOO_BIG = 2 };

static struct addr dns_icmp_addr_of(const struct sockaddr *from)
{
	struct addr a = {.family = FAMILY_NONE};
	if (from->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, from, sizeof(v4));
		a = addr_v4(__builtin_bswap32(v4.sin_addr.s_addr));
	} else if (from->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, from, sizeof(v6));
		a = addr_v6(v6.sin6_addr.s6_addr);
	}
	return a;
}

static bool dns_icmp_says_nothing(const struct sock_extended_err *e)
{
	if (e->ee_origin == SO_EE_ORIGIN_ICMP)
		return e->ee_type == ICMP4_QUENCH ||
		       (e->ee_type == ICMP4_UNREACHABLE && e->ee_code == ICMP4_FRAGMENTATION);
	return e->ee_origin == SO_EE_ORIGIN_ICMP6 && e->ee_type == ICMP6_TOO_BIG;
}

static int64_t dns_icmp_stamp_of(struct msghdr *m)
{
	struct timespec stamp = {0};
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
	return (int64_t)stamp.tv_sec * NS_PER_S + stamp.tv_nsec;
}

// False: not an error that says anything.
static bool dns_icmp_error_of(struct msghdr *m, struct dns_icmp *ret)
{
	struct sock_extended_err e;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		bool v4 = c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR;
		bool v6 = c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR;
		size_t offender = sizeof(e) + (v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		if ((!v4 && !v6) || c->cmsg_len < CMSG_LEN(sizeof(e)))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		if (dns_icmp_says_nothing(&e))
			return false;
		ret->type = e.ee_type;
		ret->code = e.ee_code;
		ret->error = (int)e.ee_errno;
		ret->from = (struct addr){.family = FAMILY_NONE};
		if ((e.ee_origin == SO_EE_ORIGIN_ICMP || e.ee_origin == SO_EE_ORIGIN_ICMP6) &&
		    c->cmsg_len >= CMSG_LEN(offender))
			ret->from = dns_icmp_addr_of((const struct sockaddr *)(CMSG_DATA(c) + sizeof(e)));
		return true;
	}
	return false;
}

int dns_icmp_next(int descriptor, struct dns_icmp *ret)
{
	for (;;) {
		_Alignas(struct cmsghdr) uint8_t control[512];
		struct dns_icmp icmp = {.error = 0};
		struct iovec at = {icmp.quoted, sizeof(icmp.quoted)};
		struct msghdr m = {.msg_name = &icmp.to,
				   .msg_namelen = sizeof(icmp.to),
				   .msg_iov = &at,
				   .msg_iovlen = 1,
				   .msg_control = control,
				   .msg_controllen = sizeof(control)};
		ssize_t n = recvmsg(descriptor, &m, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (!dns_icmp_error_of(&m, &icmp))
			continue;
		icmp.quoted_bytes = (size_t)n;
		icmp.stamp_ns = dns_icmp_stamp_of(&m);
		*ret = icmp;
		return 1;
	}
}

bool dns_icmp_own(const struct addr *from, const struct addr *target)
{
	struct sockaddr_storage local = {0};
	socklen_t length = sizeof(local);
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = 1};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = 1};
	bool is_v4 = target->family == FAMILY_V4, own = false;
	memcpy(&v4.sin_addr, target->bytes, 4);
	memcpy(&v6.sin6_addr, target->bytes, 16);
	int s = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return false;
	const struct sockaddr *to = is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
	if (connect(s, to, is_v4 ? sizeof(v4) : sizeof(v6)) == 0 &&
	    getsockname(s, (struct sockaddr *)&local, &length) == 0) {
		struct addr mine = dns_icmp_addr_of((const struct sockaddr *)&local);
		// The target on this machine itself (loopback) says what it says as any other.
		own = addr_equal(&mine, from) && !addr_equal(&mine, target);
	}
	close(s);
	return own;
}
