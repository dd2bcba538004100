// SPDX-License-Identifier: ISC
// Steps every connection goes through: connect, the TLS handshake; and the table of all steps.
#include "check/engine.h"

#include "base/must.h"
#include "os/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define SYN_RETRIES	 2 // the first SYN is sent again at most so often (kernels since 6.5: 4 more, a second apart)
#define SYN_FIRST_TRY_NS 900000000LL // who was faster than the kernel's first retransmission (1 s) needed none

int step_fail(struct check_slot *s, enum probe_failure f)
{
	s->attempt.failure = (uint8_t)f;
	return STEP_END;
}

int step_stream(struct check_slot *s, enum stream_answer a)
{
	if (a == STREAM_END)
		return step_fail(s, FAILURE_EOF);
	return a == STREAM_FAILED ? STEP_END : STEP_WAIT;
}

void step_phase_begin(struct check_slot *s)
{
	s->phase_ns = clock_boot_ns();
}

// Ends when its event was seen, not when its turn came.
void step_phase_end(const struct check *c, struct check_slot *s, enum attempt_phase which)
{
	must(which < PHASE_COUNT);
	int64_t end = c->event_ns >= s->phase_ns ? c->event_ns : clock_boot_ns();
	s->attempt.phase_us[which] = (int32_t)((end - s->phase_ns) / 1000);
	s->phase_ns = end;
}

int step_send(struct check *c, struct check_slot *s, struct cursor message, enum check_state next)
{
	enum stream_answer a = stream_send(c, s, message.at, cursor_left(&message));
	if (a != STREAM_OK)
		return step_stream(s, a);
	s->sent = 0;
	s->state = (uint8_t)next;
	return STEP_ON;
}

static socklen_t steps_socket_address(const struct addr *a, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	if (a->family == FAMILY_V6) {
		memcpy(&v6.sin6_addr, a->bytes, sizeof(v6.sin6_addr));
		memcpy(ret, &v6, sizeof(v6));
		return sizeof(v6);
	}
	memcpy(&v4.sin_addr, a->bytes, sizeof(v4.sin_addr));
	memcpy(ret, &v4, sizeof(v4));
	return sizeof(v4);
}

static int steps_socket_open(const struct addr *a)
{
	const int on = 1, retries = SYN_RETRIES;
	bool v6 = a->family == FAMILY_V6;
	int descriptor = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	// Without the queue and the bound a check still works, only less exactly.
	(void)setsockopt(descriptor, v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on));
	(void)setsockopt(descriptor, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof(retries));
	return descriptor;
}

int step_connect_begin(struct check *c, struct check_slot *s)
{
	struct sockaddr_storage to;
	socklen_t length = steps_socket_address(&s->attempt.target, s->attempt.port, &to);
	struct epoll_event watch = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
				    .data.u64 = (uint64_t)s->generation << 32 | (uint64_t)(s - c->slots)};
	s->descriptor = steps_socket_open(&s->attempt.target);
	if (s->descriptor < 0) {
		fault_local(&s->attempt, -s->descriptor);
		return STEP_END;
	}
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, s->descriptor, &watch) != 0) {
		fault_local(&s->attempt, errno);
		return STEP_END;
	}
	s->phase_ns = clock_boot_ns();
	if (!s->hops) {
		s->attempt.time = clock_utc();
		s->began_ns = s->phase_ns;
	}
	if (connect(s->descriptor, (const struct sockaddr *)&to, length) == 0 || errno == EINPROGRESS)
		return STEP_WAIT;
	fault_judge(&s->attempt, s->descriptor, errno, c->route);
	c->event_ns = clock_boot_ns();
	return STEP_END;
}

static void steps_count_retransmissions(struct check *c, const struct check_slot *s)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof(info);
	if (getsockopt(s->descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_total_retrans)
		c->counts.syn_retransmitted++;
}

// The name that TLS is asked for: as the manner has it for the target itself, else that of the hop. `room` of CHECK_NAME_MAX + 1 bytes.
static const char *steps_server_name(const struct check_slot *s, char *room)
{
	const char *server = s->manner && !s->onward ? manner_text(&s->manner->as, MANNER_SERVER_NAME) : NULL;
	const char *host = s->manner && !s->onward ? manner_text(&s->manner->as, MANNER_HOST) : NULL;
	if (server || !host || strlen(host) > CHECK_NAME_MAX)
		return server ? server : s->name;
	size_t n = *host == '[' ? strlen(host) : strcspn(host, ":");
	memcpy(room, host, n);
	room[n] = '\0';
	return n ? room : s->name;
}

int step_tls_begin(struct check *c, struct check_slot *s)
{
	char room[CHECK_NAME_MAX + 1];
	struct addr address;
	const struct manner *m = s->manner ? &s->manner->as : NULL;
	struct check_tls_ask ask = {.verify = s->flags & CHECK_TLS_VERIFY, .http = s->attempt.op == PROBE_HTTP};
	ask.name = steps_server_name(s, room);
	ask.named = addr_parse(ask.name, &address) != 0;
	if (m) {
		ask.least = m->tls_least;
		ask.most = m->tls_most;
		ask.http2 = m->flags & MANNER_OFFER_HTTP2;
	}
	s->tls = check_tls_begin(c->tls, &ask);
	if (!s->tls) {
		fault_local(&s->attempt, ENOMEM);
		return STEP_END;
	}
	step_phase_begin(s);
	s->state = CHECK_TLS;
	return STEP_ON;
}

static bool steps_talks(const struct check_slot *s)
{
	const struct manner *m = s->manner ? &s->manner->as : NULL;
	return m && (manner_has(m, MANNER_EXPECT) || manner_has(m, MANNER_SEND) || manner_has(m, MANNER_STARTTLS));
}

static int steps_after_connect(struct check *c, struct check_slot *s)
{
	switch (s->attempt.op) {
	case PROBE_TLS:
		return step_tls_begin(c, s);
	case PROBE_HTTP:
		s->state = CHECK_HTTP_SEND;
		return s->flags & CHECK_HTTPS ? step_tls_begin(c, s) : STEP_ON;
	case PROBE_SMTP:
		s->state = CHECK_SMTP_BANNER;
		smtp_reply_begin(&s->at.reply);
		return STEP_ON;
	default:
		return steps_talks(s) ? step_talk_begin(c, s) : step_fail(s, FAILURE_NONE);
	}
}

int step_connect(struct check *c, struct check_slot *s, uint32_t events)
{
	int error = 0;
	socklen_t length = sizeof(error);
	if (events & (EPOLLERR | EPOLLHUP) &&
	    (getsockopt(s->descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error)) {
		fault_judge(&s->attempt, s->descriptor, error ? error : errno, c->route);
		return STEP_END;
	}
	if (!(events & EPOLLOUT))
		return STEP_WAIT;
	s->connected = true;
	step_phase_end(c, s, PHASE_CONNECT);
	if (s->phase_ns - s->began_ns > SYN_FIRST_TRY_NS)
		steps_count_retransmissions(c, s);
	return steps_after_connect(c, s);
}

static enum check_tls_strictness steps_strictness(const struct check_slot *s)
{
	if (s->flags & CHECK_TLS_VERIFY)
		return TLS_VERIFY;
	if (s->manner && s->manner->as.flags & MANNER_TLS_ANY)
		return TLS_ANY;
	return s->attempt.op == PROBE_SMTP ? TLS_ANY : TLS_DATES;
}

static int steps_tls(struct check *c, struct check_slot *s)
{
	enum stream_answer a = stream_handshake(c, s);
	if (a != STREAM_OK)
		return step_stream(s, a);
	step_phase_end(c, s, PHASE_TLS);
	s->attempt.failure = (uint8_t)check_tls_judge(c->tls, s->tls, steps_strictness(s), &s->attempt.expires);
	if (s->attempt.failure == FAILURE_LOCAL)
		fault_local(&s->attempt, ENOENT);
	if (s->attempt.op == PROBE_SMTP)
		return step_smtp_quit(c, s);
	if (s->attempt.failure != FAILURE_NONE)
		return STEP_END;
	if (s->attempt.op != PROBE_HTTP)
		return steps_talks(s) ? step_talk_begin(c, s) : STEP_END;
	if (check_tls_is_http2(s->tls)) // it was offered because none of the versions that are fine is that one
		return step_fail(s, FAILURE_UNEXPECTED);
	s->state = CHECK_HTTP_SEND;
	return STEP_ON;
}

int step_run(struct check *c, struct check_slot *s)
{
	static int (*const steps[CHECK_STATES])(struct check *, struct check_slot *) = {
		[CHECK_TLS] = steps_tls,
		[CHECK_HTTP_SEND] = step_http_send,
		[CHECK_HTTP_HEAD] = step_http_head,
		[CHECK_HTTP_BODY] = step_http_body,
		[CHECK_SMTP_BANNER] = step_smtp_reply,
		[CHECK_SMTP_EHLO_SEND] = step_smtp_send,
		[CHECK_SMTP_EHLO] = step_smtp_reply,
		[CHECK_SMTP_STARTTLS_SEND] = step_smtp_send,
		[CHECK_SMTP_STARTTLS] = step_smtp_reply,
		[CHECK_SMTP_QUIT_SEND] = step_smtp_send,
		[CHECK_SMTP_LINGER] = step_smtp_linger,
		[CHECK_TALK_EXPECT] = step_talk_expect,
		[CHECK_TALK_SEND] = step_talk_send,
	};
	int answer = STEP_ON;
	while (answer == STEP_ON && steps[s->state])
		answer = steps[s->state](c, s);
	return answer;
}
