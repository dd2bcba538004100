// SPDX-License-Identifier: ISC
// The engine: slots, one epoll, deadlines, the gate; hands attempts on in batches and DNS checks to check/dns.h.
#include "check/engine.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "check/dns.h"
#include "os/clock.h"

#include <errno.h>
#include <linux/icmpv6.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define USUAL_MS     5000  // a check may take so long, where nothing is set
#define SMTP_MS	     60000 // RFC 5321 4.5.3.2.1 gives a greeting five minutes; who is asked that seldom may take one
#define EVENTS	     64	   // handled before new ones are stamped: bounds how late a stamp can be
#define FULL_WAIT_NS 10000000LL // a slot comes back within moments

// epoll's data of what is no slot; slots have a generation in the upper half.
enum { WATCH_TIMER = 1, WATCH_DNS = 2 };

static int check_watch(struct check *c, int descriptor, uint64_t what)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = what};
	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, descriptor, &e) == 0 ? 0 : -errno;
}

static int check_descriptors_open(struct check *c)
{
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll < 0)
		return -errno;
	c->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (c->timer < 0)
		return -errno;
	int status = check_watch(c, c->timer, WATCH_TIMER);
	return status == 0 ? check_watch(c, check_dns_descriptor(c->dns), WATCH_DNS) : status;
}

// As many handles as checks, where the hard limit lets us; with fewer, those beyond are local faults.
static void check_handles_raise(void)
{
	struct rlimit limit;
	rlim_t wanted = CHECK_PENDING_MAX + 256;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int check_open(const struct check_options *o, struct check **ret)
{
	struct check *c = alloc_zero(1, sizeof(*c));
	check_handles_raise();
	c->gate = o->gate;
	c->out = o->out;
	c->finder = o->finder;
	c->epoll = c->timer = -1;
	c->slots = alloc_pages(CHECK_PENDING_MAX * sizeof(*c->slots));
	deadlines_create(&c->deadlines, CHECK_PENDING_MAX);
	int status = check_identity_set(c, o);
	if (status == 0)
		status = check_tls_open(o->authorities, &c->tls);
	if (status == 0)
		status = fault_route_open(&c->route);
	if (status == 0)
		status = check_dns_open(o, &c->dns);
	if (status == 0)
		status = check_descriptors_open(c);
	if (status == 0) {
		*ret = c;
		c = NULL;
	}
	check_close(c);
	return status;
}

static void check_slot_release(struct check *c, struct check_slot *s)
{
	uint32_t index = (uint32_t)(s - c->slots);
	const struct linger reset = {.l_onoff = 1};
	deadlines_drop(&c->deadlines, index);
	SSL_free(s->tls);
	s->tls = NULL;
	free(s->kept);
	free(s->say);
	s->kept = NULL;
	s->say = NULL;
	// A connection that nothing was sent over ends by RST: the least packets, and no port of ours is held for a minute.
	if (s->connected && s->attempt.op == PROBE_TCP_CONNECT && !s->received)
		(void)setsockopt(s->descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (s->descriptor >= 0)
		close(s->descriptor);
	c->tls_pending -= s->wants_tls;
	c->pending--;
	s->state = CHECK_FREE;
	s->next_free = c->free;
	c->free = index + 1;
}

void check_close(struct check *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->used; i++)
		if (c->slots[i].state != CHECK_FREE)
			check_slot_release(c, &c->slots[i]);
	check_dns_close(c->dns);
	fault_route_close(c->route);
	check_tls_close(c->tls);
	deadlines_free(&c->deadlines);
	alloc_pages_free(c->slots, CHECK_PENDING_MAX * sizeof(*c->slots));
	if (c->timer >= 0)
		close(c->timer);
	if (c->epoll >= 0)
		close(c->epoll);
	free(c);
}

static void check_flush(struct check *c)
{
	size_t n = c->batch_count;
	c->batch_count = 0;
	if (n)
		c->out.take(c->out.context, c->batch, n);
}

// Whether somebody else than our own kernel said so.
static bool check_answered(const struct attempt *a)
{
	if (a->failure == FAILURE_HOST_UNREACHABLE || a->failure == FAILURE_NETWORK_UNREACHABLE)
		return a->icmp_from.family != FAMILY_NONE;
	return a->failure != FAILURE_TIMEOUT && a->failure != FAILURE_LOCAL;
}

static bool check_prohibited(const struct attempt *a)
{
	if (!a->icmp_from.family)
		return false;
	if (a->target.family == FAMILY_V6)
		return a->icmp_type == ICMPV6_DEST_UNREACH && a->icmp_code == ICMPV6_ADM_PROHIBITED;
	return a->icmp_type == ICMP_DEST_UNREACH &&
	       (a->icmp_code == ICMP_NET_ANO || a->icmp_code == ICMP_HOST_ANO || a->icmp_code == ICMP_PKT_FILTERED);
}

// Whoever says "prohibited" is asked less often, until the target itself answers again.
static void check_tell_gate(struct check *c, const struct attempt *a)
{
	if (check_prohibited(a))
		gate_back_off(c->gate, &a->target, c->event_ns);
	else if (check_answered(a) && !a->icmp_from.family)
		gate_relax(c->gate, &a->target);
}

void check_report(struct check *c, struct check_slot *s)
{
	struct attempt *a = &s->attempt;
	a->in_handshake = s->state == CHECK_TLS && a->failure != FAILURE_NONE && a->phase_us[PHASE_TLS] < 0;
	check_tell_gate(c, a);
	for (int i = 0; i < PHASE_COUNT; i++)
		a->phase_us[i] += a->phase_us[i] >= 0 ? s->spent_us[i] : 0;
	if (check_answered(a)) {
		int64_t end = c->event_ns >= s->began_ns ? c->event_ns : clock_boot_ns();
		a->rtt_ns = end - s->began_ns;
	}
	c->counts.local_faults += a->failure == FAILURE_LOCAL;
	c->counts.finished++;
	s->reported = true;
	a->target = s->asked;
	a->port = s->asked_port;
	c->batch[c->batch_count++] = *a;
	if (c->batch_count == ARRAY_LEN(c->batch))
		check_flush(c);
}

void check_deadline(struct check *c, struct check_slot *s, int64_t at_ns)
{
	must(s);
	deadlines_set(&c->deadlines, (uint32_t)(s - c->slots), at_ns);
}

void check_slot_end(struct check *c, struct check_slot *s)
{
	if (!s->reported)
		check_report(c, s);
	stream_goodbye(c, s);
	check_slot_release(c, s);
}

static uint16_t check_usual_port(const struct check_spec *s)
{
	switch (s->op) {
	case PROBE_TLS:
		return 443;
	case PROBE_HTTP:
		return s->flags & CHECK_HTTPS ? 443 : 80;
	case PROBE_SMTP:
		return 25;
	default:
		return 80;
	}
}

static bool check_spec_valid(const struct check_spec *s)
{
	bool op = s->op == PROBE_TCP_CONNECT || s->op == PROBE_TLS || s->op == PROBE_HTTP || s->op == PROBE_SMTP;
	bool family = s->address.family == FAMILY_V4 || s->address.family == FAMILY_V6;
	bool path = !s->path || (*s->path == '/' && strlen(s->path) <= MANNER_PATH_MAX);
	bool name = !s->name || (strlen(s->name) <= CHECK_NAME_MAX && http1_host_valid(s->name));
	return op && family && name && path && s->kind < GATE_KINDS;
}

static bool check_wants_tls(const struct check_spec *s)
{
	return s->op == PROBE_TLS || (s->op == PROBE_HTTP && s->flags & CHECK_HTTPS) ||
	       (s->op == PROBE_SMTP && s->flags & CHECK_STARTTLS);
}

static void check_name_set(struct check_slot *s, const struct check_spec *spec)
{
	struct text text = {0};
	if (!spec->name)
		text_addr(&text, &spec->address);
	hop_name_set(s, spec->name ? spec->name : text_string(&text));
	text_free(&text);
}

static struct check_slot *check_slot_take(struct check *c, const struct check_spec *spec)
{
	uint32_t index = c->free ? c->free - 1 : (uint32_t)c->used++;
	struct check_slot *s = &c->slots[index];
	uint32_t generation = s->generation + 1, next_free = s->next_free;
	if (c->free)
		c->free = next_free;
	memset(s, 0, offsetof(struct check_slot, at));
	s->generation = generation ? generation : 1; // 0 would look like WATCH_TIMER
	s->descriptor = -1;
	s->state = CHECK_CONNECT;
	s->flags = spec->flags;
	s->manner = spec->manner;
	s->kind = spec->kind;
	s->network = spec->network;
	snprintf(s->path, sizeof(s->path), "%s", spec->path ? spec->path : "");
	s->wants_tls = check_wants_tls(spec);
	check_name_set(s, spec);
	s->attempt = attempt_of(spec->op, &spec->address, spec->index, clock_utc());
	s->attempt.mode = ATTEMPT_KERNEL;
	s->attempt.number = spec->number ? spec->number : 1;
	s->attempt.port = spec->port ? spec->port : check_usual_port(spec);
	s->own_host = true;
	s->asked = spec->address;
	s->asked_port = s->attempt.port;
	c->pending++;
	c->tls_pending += s->wants_tls;
	return s;
}

static void check_arm(struct check *c, int64_t at_ns)
{
	if (c->armed_ns && c->armed_ns <= at_ns)
		return;
	struct itimerspec when = {.it_value = {at_ns / NS_PER_S, at_ns % NS_PER_S}};
	if (timerfd_settime(c->timer, TFD_TIMER_ABSTIME, &when, NULL) == 0)
		c->armed_ns = at_ns;
}

static void check_begin(struct check *c, const struct check_spec *spec, int64_t now_ns)
{
	uint32_t usual_ms = spec->op == PROBE_SMTP ? SMTP_MS : USUAL_MS;
	uint32_t timeout_ms = spec->timeout_ms ? spec->timeout_ms : usual_ms;
	if (timeout_ms > CHECK_TIMEOUT_MAX)
		timeout_ms = CHECK_TIMEOUT_MAX;
	struct check_slot *s = check_slot_take(c, spec);
	s->began_ns = now_ns;
	c->counts.started++;
	c->event_ns = now_ns;
	if (step_connect_begin(c, s) == STEP_END) {
		check_slot_end(c, s);
		check_flush(c);
		return;
	}
	s->end_ns = s->began_ns + (int64_t)timeout_ms * 1000000;
	check_deadline(c, s, s->end_ns);
	check_arm(c, s->end_ns);
}

int check_start(struct check *c, const struct check_spec *s, int64_t *ret_wait_ns)
{
	if (!check_identity_admits(c, &s->address)) {
		c->counts.refused++;
		return 1;
	}
	if (s->op == PROBE_DNS)
		return check_dns_start(c->dns, s, ret_wait_ns);
	if (!check_spec_valid(s))
		return -EINVAL;
	bool more = (s->path && strcmp(s->path, "/") != 0) || (s->manner && manner_for_own(&s->manner->as));
	if (more && !gate_listed(c->gate, &s->address))
		return -EACCES;
	if (c->pending == CHECK_PENDING_MAX || (check_wants_tls(s) && c->tls_pending == CHECK_TLS_MAX)) {
		c->counts.held++;
		*ret_wait_ns = FULL_WAIT_NS;
		return 0;
	}
	struct gate_ask ask = {.address = s->address, .network = s->network, .kind = s->kind, .op = s->op};
	int64_t now_ns = clock_boot_ns(), until_ns = now_ns;
	enum gate_answer answer = gate_ask(c->gate, &ask, now_ns, &until_ns);
	if (answer == GATE_WAIT) {
		c->counts.held++;
		*ret_wait_ns = until_ns > now_ns ? until_ns - now_ns : 0;
		return 0;
	}
	if (answer == GATE_GO)
		check_begin(c, s, now_ns);
	else
		c->counts.refused++;
	return 1;
}

static void check_slot_event(struct check *c, struct check_slot *s, uint32_t events)
{
	s->readable |= (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	s->hung_up |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	int answer = s->state == CHECK_CONNECT ? step_connect(c, s, events) : STEP_ON;
	if (answer == STEP_ON)
		answer = step_run(c, s);
	if (answer == STEP_END)
		check_slot_end(c, s);
}

static void check_event(struct check *c, const struct epoll_event *e)
{
	uint64_t expired;
	uint32_t index = (uint32_t)e->data.u64, generation = (uint32_t)(e->data.u64 >> 32);
	if (generation) {
		struct check_slot *s = &c->slots[index];
		if (s->state != CHECK_FREE && s->generation == generation)
			check_slot_event(c, s, e->events);
	} else if (index == WATCH_DNS) {
		c->dns_ready = true;
	} else if (index == WATCH_TIMER && read(c->timer, &expired, sizeof(expired)) > 0) {
		c->armed_ns = 0;
	}
}

uint32_t check_ticket(const struct check *c, const struct check_slot *s)
{
	return s->generation * CHECK_PENDING_MAX + (uint32_t)(s - c->slots);
}

static void check_rearm(struct check *c)
{
	int64_t at_ns;
	if (deadlines_next(&c->deadlines, &at_ns))
		check_arm(c, at_ns);
}

// The time is over. Of our own caps and our resolver it says nothing about the target.
static void check_time_over(struct check *c, struct check_slot *s)
{
	if (s->state == CHECK_HOP || s->state == CHECK_LOOKUP)
		fault_local(&s->attempt, s->state == CHECK_HOP ? EBUSY : EAGAIN);
	else
		fault_timeout(&s->attempt, c->route);
}

void check_found(struct check *c, uint32_t ticket, const struct names_answer *a)
{
	uint32_t index = ticket % CHECK_PENDING_MAX;
	struct check_slot *s = index < c->used ? &c->slots[index] : NULL;
	if (s && s->state == CHECK_LOOKUP && check_ticket(c, s) == ticket) {
		c->event_ns = clock_boot_ns();
		hop_looked_up(c, s, a);
		check_rearm(c);
		check_flush(c);
	}
}

static void check_expire(struct check *c)
{
	uint32_t index;
	while (deadlines_take(&c->deadlines, c->event_ns, &index)) {
		struct check_slot *s = &c->slots[index];
		if (s->state == CHECK_HOP && c->event_ns < s->end_ns) {
			if (step_hop_connect(c, s) == STEP_END)
				check_slot_end(c, s);
			continue;
		}
		if (!s->reported)
			check_time_over(c, s);
		check_slot_end(c, s);
	}
}

int check_poll(struct check *c, int64_t wait_ns)
{
	struct epoll_event events[EVENTS];
	struct timespec wait = {wait_ns > 0 ? wait_ns / NS_PER_S : 0, wait_ns > 0 ? wait_ns % NS_PER_S : 0};
	int n = epoll_pwait2(c->epoll, events, EVENTS, &wait, NULL);
	if (n < 0 && errno != EINTR)
		return -errno;
	c->event_ns = clock_boot_ns();
	c->dns_ready = false;
	for (int i = 0; i < n; i++)
		check_event(c, &events[i]);
	check_expire(c);
	int status = c->dns_ready ? check_dns_poll(c->dns, 0) : 0;
	check_rearm(c);
	check_flush(c);
	return status < 0 ? status : n > 0 ? n : 0;
}

int check_descriptor(const struct check *c)
{
	return c->epoll;
}

size_t check_pending(const struct check *c)
{
	return c->pending + check_dns_pending(c->dns);
}

void check_counts(const struct check *c, struct check_counts *ret)
{
	struct check_counts dns = {0};
	check_dns_counts(c->dns, &dns);
	*ret = c->counts;
	ret->started += dns.started;
	ret->finished += dns.finished;
	ret->local_faults += dns.local_faults;
	ret->held += dns.held;
	ret->refused += dns.refused;
	ret->dns_sent = dns.dns_sent;
	ret->dns_answers = dns.dns_answers;
	ret->dns_mismatched = dns.dns_mismatched;
}

struct check_dns *check_dns_of(const struct check *c)
{
	return c->dns;
}
