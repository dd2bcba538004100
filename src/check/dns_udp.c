// SPDX-License-Identifier: ISC
// Questions over UDP: batches out, batches in, error queues. A batch is what was begun since the last, so its size follows the
// rate; all of it leaves through one socket, chosen at random for each batch.
#include "check/dns_priv.h"

#include "base/must.h"
#include "os/clock.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <sys/epoll.h>
#include <time.h>

#define READS_MAX     64      // batches of one socket before others have their turn
#define ERRORS_MAX    1024    // entries of an error queue, likewise
#define RECEIVE_BYTES 1048576 // asked for; the system may give less
#define TRIES_LOCAL   2	      // a packet that fails so often, with an empty error queue, fails by our own side
#define TRIES_MAX     16      // with errors from outside in between

static void dns_udp_option(int s, int level, int name, int value)
{
	// One that the kernel lacks costs precision, not correctness.
	(void)setsockopt(s, level, name, &value, sizeof(value));
}

static int dns_udp_socket_open(struct check_dns *d, size_t which)
{
	struct dns_socket *s = &d->sockets[which];
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = (uint64_t)DNS_SIDE_UDP << 32 | which};
	struct sockaddr_storage any = {0};
	struct addr none = {.family = which < DNS_SOCKETS ? FAMILY_V4 : FAMILY_V6};
	bool v4 = none.family == FAMILY_V4;
	s->descriptor = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->descriptor < 0)
		return errno == EAFNOSUPPORT && !v4 ? 0 : -errno;
	if (!v4)
		dns_udp_option(s->descriptor, SOL_IPV6, IPV6_V6ONLY, 1);
	dns_udp_option(s->descriptor, v4 ? SOL_IP : SOL_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, 1);
	dns_udp_option(s->descriptor, v4 ? SOL_IP : SOL_IPV6, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
	dns_udp_option(s->descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	dns_udp_option(s->descriptor, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
	if (bind(s->descriptor, (struct sockaddr *)&any, dns_sockaddr(&none, 0, &any)) != 0 ||
	    epoll_ctl(d->events, EPOLL_CTL_ADD, s->descriptor, &e) != 0)
		return -errno;
	return 0;
}

int dns_udp_open(struct check_dns *d)
{
	struct dns_buffers *b = d->buffers;
	int err = 0;
	for (size_t i = 0; i < ARRAY_LEN(d->sockets) && !err; i++)
		err = dns_udp_socket_open(d, i);
	for (size_t i = 0; i < DNS_BATCH; i++) {
		b->out_at[i].iov_base = b->query[i];
		b->out[i].msg_hdr = (struct msghdr){.msg_name = &b->to[i], .msg_iov = &b->out_at[i], .msg_iovlen = 1};
		b->in_at[i] = (struct iovec){b->answer[i], DNS_ROOM};
		b->in[i].msg_hdr = (struct msghdr){.msg_name = &b->from[i],
						   .msg_iov = &b->in_at[i],
						   .msg_iovlen = 1,
						   .msg_control = b->control[i]};
	}
	return err;
}

// Out

static struct dns_pending *dns_udp_queue_at(struct check_dns *d, const struct dns_queue *q, size_t i)
{
	return dns_table_at(d->table, q->slots[(q->first + i) % CHECK_PENDING_MAX]);
}

static void dns_udp_queue_pop(struct dns_queue *q, size_t n)
{
	q->first = (q->first + n) % CHECK_PENDING_MAX;
	q->count -= n;
}

static unsigned dns_udp_batch_fill(struct check_dns *d, const struct dns_queue *q, uint8_t which)
{
	struct dns_buffers *b = d->buffers;
	unsigned n = 0;
	for (; n < DNS_BATCH && n < q->count; n++) {
		struct dns_pending *p = dns_udp_queue_at(d, q, n);
		p->socket = which;
		do
			p->query.id = dns_random(d);
		while (dns_table_find(d->table, which, p->query.id, NULL));
		dns_table_key(d->table, p);
		b->out_at[n].iov_len = dns_query_write(&p->query, b->query[n]);
		b->out[n].msg_hdr.msg_namelen = dns_sockaddr(&p->attempt.target, p->attempt.port, &b->to[n]);
	}
	return n;
}

// Reads the error queue of a socket; how many entries there were.
static size_t dns_udp_errors_read(struct check_dns *d, size_t which)
{
	struct dns_icmp icmp;
	size_t n = 0;
	for (; n < ERRORS_MAX && dns_icmp_next(d->sockets[which].descriptor, &icmp) == 1; n++) {
		uint16_t port;
		struct addr to = dns_addr(&icmp.to, &port);
		bool quoted = icmp.quoted_bytes >= sizeof(icmp.quoted);
		uint16_t id = (uint16_t)(icmp.quoted[0] << 8 | icmp.quoted[1]);
		struct dns_pending *p = quoted ? dns_table_find(d->table, (uint8_t)which, id, NULL)
					       : dns_table_find_address(d->table, (uint8_t)which, &to, port);
		if (!p || p->state != DNS_ASKED || p->attempt.port != port || !addr_equal(&p->attempt.target, &to))
			d->sockets[which].icmp_mismatched++;
		else if (quoted && d->sockets[which].icmp_mismatched - p->icmp_misfits < DNS_GUESSES)
			dns_fail_icmp(d, p, &icmp);
		else
			p->hint = icmp;
	}
	return n;
}

// The first of the queue could not be sent. Errors of earlier packets come up here too: then it is tried again.
static bool dns_udp_send_failed(struct check_dns *d, struct dns_queue *q, uint8_t which, int error)
{
	struct dns_pending *p = dns_udp_queue_at(d, q, 0);
	if (error == EAGAIN && clock_boot_ns() - p->sent_ns < p->timeout_ms * 1000000LL)
		return false;
	if (error == EINTR)
		return true;
	if (error == EAGAIN) // for all of its time
		p->tries = TRIES_MAX;
	p->tries = (uint8_t)(p->tries + (dns_udp_errors_read(d, which) ? 1 : TRIES_MAX / TRIES_LOCAL));
	if (p->tries >= TRIES_MAX) {
		dns_udp_queue_pop(q, 1);
		dns_fail_local(d, p, error);
	}
	return true;
}

// False: the system takes no more for now.
static bool dns_udp_batch_send(struct check_dns *d, struct dns_queue *q, uint8_t which)
{
	unsigned n = dns_udp_batch_fill(d, q, which);
	struct instant utc = clock_utc();
	int64_t now = clock_boot_ns();
	int sent = sendmmsg(d->sockets[which].descriptor, d->buffers->out, n, 0), error = errno;
	unsigned gone = sent > 0 ? (unsigned)sent : 0;
	for (unsigned i = 0; i < n; i++) {
		struct dns_pending *p = dns_udp_queue_at(d, q, i);
		if (i >= gone) {
			dns_table_unkey(d->table, p);
			continue;
		}
		p->state = DNS_ASKED;
		p->misfits = d->sockets[which].mismatched;
		p->icmp_misfits = d->sockets[which].icmp_mismatched;
		p->attempt.time = utc;
		p->sent_ns = now;
		dns_table_due(d->table, p, now + p->timeout_ms * 1000000LL);
	}
	dns_udp_queue_pop(q, gone);
	d->counts.dns_sent += gone;
	return gone || dns_udp_send_failed(d, q, which, error);
}

void dns_udp_send(struct check_dns *d)
{
	d->stalled = false;
	for (size_t family = 0; family < ARRAY_LEN(d->queues); family++) {
		struct dns_queue *q = &d->queues[family];
		while (q->count) {
			uint8_t which = (uint8_t)(family * DNS_SOCKETS + dns_random(d) % DNS_SOCKETS);
			if (d->sockets[which].descriptor < 0) {
				struct dns_pending *p = dns_udp_queue_at(d, q, 0);
				dns_udp_queue_pop(q, 1);
				dns_fail_local(d, p, EAFNOSUPPORT);
			} else if (!dns_udp_batch_send(d, q, which)) {
				d->stalled = true;
				break;
			}
		}
	}
}

// In

static void dns_udp_arrival_of(struct msghdr *m, struct dns_arrival *ret)
{
	struct timespec stamp;
	int ttl;
	ret->from = dns_addr(m->msg_name, &ret->port);
	ret->ttl = 0;
	ret->stamp_ns = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
			ret->stamp_ns = (int64_t)stamp.tv_sec * NS_PER_S + stamp.tv_nsec;
		} else if ((c->cmsg_level == SOL_IP && c->cmsg_type == IP_TTL) ||
			   (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)) {
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
			ret->ttl = (uint8_t)ttl;
		}
	}
}

static struct dns_pending *dns_udp_asked_by(struct check_dns *d, size_t which, const struct dns_arrival *a)
{
	struct dns_pending *p = dns_table_find(d->table, (uint8_t)which, a->id, NULL);
	while (p && (p->state != DNS_ASKED || p->attempt.port != a->port || !addr_equal(&p->attempt.target, &a->from)))
		p = dns_table_find(d->table, (uint8_t)which, a->id, p);
	return p;
}

static void dns_udp_packet_take(struct check_dns *d, size_t which, unsigned i, int64_t now)
{
	struct dns_buffers *b = d->buffers;
	struct cursor whole = cursor_of(b->answer[i], b->in[i].msg_len < DNS_ROOM ? b->in[i].msg_len : DNS_ROOM),
		      c = whole;
	struct dns_arrival arrived;
	struct dns_message m;
	dns_udp_arrival_of(&b->in[i].msg_hdr, &arrived);
	struct dns_pending *p = cursor_u16(&c, &arrived.id) ? dns_udp_asked_by(d, which, &arrived) : NULL;
	int err = p ? dns_message_parse(whole, &m) : 0;
	if (!p || (!err && m.has_question && !dns_question_answered(&m, &p->query))) {
		bool late = !p && cursor_left(&whole) >= sizeof(arrived.id) && dns_late(d, which, &arrived);
		d->counts.dns_mismatched += !late;
		d->sockets[which].mismatched += !late;
		return;
	}
	p->attempt.rtt_ns = dns_elapsed(p, arrived.stamp_ns, now);
	p->attempt.ttl = arrived.ttl;
	if (d->sockets[which].mismatched - p->misfits >= DNS_GUESSES) {
		dns_distrust(d, p);
		return;
	}
	if (!err) {
		dns_decide(d, p, &m);
		return;
	}
	d->counts.dns_answers++;
	dns_fail(d, p, FAILURE_DNS_MISBEHAVING);
}

// False: the socket is empty.
static bool dns_udp_batch_read(struct check_dns *d, size_t which)
{
	struct dns_buffers *b = d->buffers;
	for (size_t i = 0; i < DNS_BATCH; i++) {
		b->in[i].msg_hdr.msg_namelen = sizeof(b->from[i]);
		b->in[i].msg_hdr.msg_controllen = sizeof(b->control[i]);
	}
	int n = recvmmsg(d->sockets[which].descriptor, b->in, DNS_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0) {
		bool empty = errno == EAGAIN;
		if (!empty && errno != EINTR) // an error from outside comes up here too
			dns_udp_errors_read(d, which);
		return !empty;
	}
	int64_t now = clock_boot_ns();
	for (int i = 0; i < n; i++)
		dns_udp_packet_take(d, which, (unsigned)i, now);
	return n == DNS_BATCH;
}

void dns_udp_event(struct check_dns *d, size_t which, uint32_t events)
{
	must(which < ARRAY_LEN(d->sockets));
	bool more = true;
	if (events & EPOLLERR && dns_udp_errors_read(d, which) == ERRORS_MAX)
		d->more = true;
	for (size_t i = 0; i < READS_MAX && more; i++)
		more = dns_udp_batch_read(d, which);
	d->more |= more;
}

void dns_udp_drops(struct check_dns *d, size_t which, int64_t now_ns)
{
	must(which < ARRAY_LEN(d->sockets));
	struct dns_socket *s = &d->sockets[which];
	uint32_t memory[SK_MEMINFO_VARS];
	socklen_t length = sizeof(memory);
	if (getsockopt(s->descriptor, SOL_SOCKET, SO_MEMINFO, memory, &length) != 0 || length != sizeof(memory) ||
	    memory[SK_MEMINFO_DROPS] == s->drops)
		return;
	s->drops = memory[SK_MEMINFO_DROPS];
	s->dropped_ns = now_ns;
}
