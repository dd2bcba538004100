// SPDX-License-Identifier: ISC
// One question over TCP (RFC 7766): connect, the question with its two bytes of length, the answer with its own. One question a
// connection; at most 64 KiB of answer, and memory only for as many as its length says.
#include "check/dns_priv.h"

#include "base/alloc.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static int32_t dns_tcp_microseconds(int64_t ns)
{
	return (int32_t)(ns / 1000 < INT32_MAX ? ns / 1000 : INT32_MAX);
}

static int64_t dns_tcp_since_sent(const struct dns_pending *p)
{
	return clock_boot_ns() - p->sent_ns;
}

static int dns_tcp_wait_for(struct check_dns *d, struct dns_pending *p, int how, uint32_t what)
{
	struct epoll_event e = {.events = what, .data.u64 = (uint64_t)DNS_SIDE_TCP << 32 | p->slot};
	return epoll_ctl(d->events, how, p->stream.descriptor, &e) == 0 ? 0 : -errno;
}

void dns_tcp_close(struct check_dns *d, struct dns_pending *p)
{
	if (p->stream.descriptor < 0)
		return;
	close(p->stream.descriptor); // leaves the set of events too
	free(p->stream.answer);
	p->stream = (struct dns_stream){.descriptor = -1};
	d->streams--;
}

// What the connection failed with. Unreachable without an entry in the error queue is our own side.
static void dns_tcp_failed(struct check_dns *d, struct dns_pending *p, int error)
{
	struct dns_icmp icmp;
	if (dns_icmp_next(p->stream.descriptor, &icmp) == 1) {
		dns_fail_icmp(d, p, &icmp);
		return;
	}
	p->attempt.rtt_ns = dns_tcp_since_sent(p);
	switch (error) {
	case ECONNREFUSED:
		dns_fail(d, p, FAILURE_REFUSED);
		break;
	case ECONNRESET:
	case EPIPE:
		dns_fail(d, p, FAILURE_RESET);
		break;
	case ECONNABORTED:
		dns_fail(d, p, FAILURE_ABORTED);
		break;
	case ETIMEDOUT:
		p->attempt.rtt_ns = ATTEMPT_UNKNOWN;
		dns_fail(d, p, FAILURE_TIMEOUT);
		break;
	default:
		p->attempt.rtt_ns = ATTEMPT_UNKNOWN;
		dns_fail_local(d, p, error);
	}
}

void dns_tcp_begin(struct check_dns *d, struct dns_pending *p)
{
	struct sockaddr_storage to;
	socklen_t length = dns_sockaddr(&p->attempt.target, p->attempt.port, &to);
	bool v4 = p->attempt.target.family == FAMILY_V4;
	int on = 1, s = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s < 0) {
		dns_fail_local(d, p, errno);
		return;
	}
	d->streams++;
	p->stream.descriptor = s;
	p->state = DNS_CONNECTING;
	p->query.id = dns_random(d);
	(void)setsockopt(s, v4 ? SOL_IP : SOL_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(on));
	p->attempt.time = clock_utc();
	p->sent_ns = clock_boot_ns();
	dns_table_due(d->table, p, p->sent_ns + p->timeout_ms * 1000000LL);
	if (connect(s, (struct sockaddr *)&to, length) != 0 && errno != EINPROGRESS) {
		dns_tcp_failed(d, p, errno);
		return;
	}
	d->counts.dns_sent++;
	int err = dns_tcp_wait_for(d, p, EPOLL_CTL_ADD, EPOLLOUT);
	if (err)
		dns_fail_local(d, p, -err);
}

// An error that need not end the connection is dropped, so that it does not wake us again.
static void dns_tcp_errors_drop(const struct dns_pending *p)
{
	struct dns_icmp icmp;
	while (dns_icmp_next(p->stream.descriptor, &icmp) == 1)
		continue;
}

// Below: true when the next step can be taken at once; p is gone when it ended.

static bool dns_tcp_connected(struct check_dns *d, struct dns_pending *p, uint32_t events)
{
	int error = 0;
	socklen_t length = sizeof(error);
	if (getsockopt(p->stream.descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		error = errno;
	if (error) {
		dns_tcp_failed(d, p, error);
		return false;
	}
	if (!(events & EPOLLOUT)) {
		dns_tcp_errors_drop(p);
		return false;
	}
	p->attempt.phase_us[PHASE_CONNECT] = dns_tcp_microseconds(dns_tcp_since_sent(p));
	p->state = DNS_WRITING;
	return true;
}

static bool dns_tcp_written(struct check_dns *d, struct dns_pending *p)
{
	uint8_t bytes[2 + DNS_QUERY_MAX];
	size_t length = dns_query_write(&p->query, bytes + 2);
	bytes[0] = (uint8_t)(length >> 8);
	bytes[1] = (uint8_t)length;
	length += 2;
	ssize_t n = send(p->stream.descriptor, bytes + p->stream.written, length - p->stream.written, MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		dns_tcp_errors_drop(p);
		return false;
	}
	if (n < 0) {
		dns_tcp_failed(d, p, errno);
		return false;
	}
	p->stream.written += (uint32_t)n;
	if (p->stream.written < length)
		return false;
	p->state = DNS_READING;
	int err = dns_tcp_wait_for(d, p, EPOLL_CTL_MOD, EPOLLIN);
	if (err)
		dns_fail_local(d, p, -err);
	return false; // the answer is not there yet
}

static void dns_tcp_answered(struct check_dns *d, struct dns_pending *p)
{
	struct dns_message m;
	int err = dns_message_parse(cursor_of(p->stream.answer, p->stream.length), &m);
	p->attempt.rtt_ns = dns_tcp_since_sent(p);
	bool other = !err && (m.id != p->query.id || (m.has_question && !dns_question_answered(&m, &p->query)));
	if (!err && !other) {
		dns_decide(d, p, &m);
		return;
	}
	d->counts.dns_answers += !other;
	d->counts.dns_mismatched += other;
	dns_fail(d, p, FAILURE_DNS_MISBEHAVING);
}

static bool dns_tcp_reading(struct check_dns *d, struct dns_pending *p)
{
	struct dns_stream *s = &p->stream;
	bool prefix = s->used < sizeof(s->prefix);
	uint8_t *to = prefix ? s->prefix + s->used : s->answer + (s->used - sizeof(s->prefix));
	size_t want = prefix ? sizeof(s->prefix) - s->used : s->length + sizeof(s->prefix) - s->used;
	ssize_t n = recv(s->descriptor, to, want, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		dns_tcp_errors_drop(p);
		return false;
	}
	if (n <= 0) {
		if (n < 0) {
			dns_tcp_failed(d, p, errno);
			return false;
		}
		p->attempt.rtt_ns = dns_tcp_since_sent(p);
		dns_fail(d, p, FAILURE_EOF);
		return false;
	}
	if (!s->used)
		p->attempt.phase_us[PHASE_FIRST_BYTE] =
			dns_tcp_microseconds(dns_tcp_since_sent(p)) - p->attempt.phase_us[PHASE_CONNECT];
	s->used += (uint32_t)n;
	if (prefix && s->used == sizeof(s->prefix)) {
		s->length = (uint32_t)(s->prefix[0] << 8 | s->prefix[1]);
		s->answer = alloc_zero(s->length + 1u, 1);
	}
	if (s->used < sizeof(s->prefix) || s->used < s->length + sizeof(s->prefix))
		return true;
	dns_tcp_answered(d, p);
	return false;
}

void dns_tcp_event(struct check_dns *d, uint16_t slot, uint32_t events)
{
	struct dns_pending *p = dns_table_at(d->table, slot);
	bool on = p && p->stream.descriptor >= 0;
	while (on) {
		switch (p->state) {
		case DNS_CONNECTING:
			on = dns_tcp_connected(d, p, events);
			break;
		case DNS_WRITING:
			on = dns_tcp_written(d, p);
			break;
		default:
			on = dns_tcp_reading(d, p);
		}
	}
}
