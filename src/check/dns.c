// SPDX-License-Identifier: ISC
// The DNS engine: what is asked passes the gate, waits, and is decided once: by an answer, an error from outside, a fault of our
// own side, or its time. An answer that was cut is followed by a question over TCP, an attempt of its own.
#include "check/dns_priv.h"

#include "base/alloc.h"
#include "base/err.h"
#include "check/dns_judge.h"
#include "check/fault.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PORT	       53
#define TIMEOUT_MS     3000
#define EVENTS	       64
#define NS_PER_MS      1000000LL
#define PLAIN_NS       (3600 * NS_PER_S) // then EDNS is tried again: servers are mended
#define AT_ONCE	       1		 // boot time long gone
#define FULL_WAIT_NS   NS_PER_MS	 // until there may be room for another question
#define STREAM_WAIT_NS (10 * NS_PER_MS)	 // until a stream may be free
#define FOLLOW_WAIT_NS                                                                                                 \
	(30 * NS_PER_S) // a question over TCP that the gate holds longer is given up: the next check is nearer
#define ICMP4_UNREACHABLE 3
#define ICMP6_UNREACHABLE 1

// DOC: servers without EDNS
// A server that does not know OPT answers FORMERR or NOTIMP to it (RFC 6891 7), which says nothing about the zone: it is asked the
// same once more without, when the gate lets it, and that answer decides. It is remembered for an hour, and asked plainly meanwhile.

// DOC: forgery
// Whoever is not on the path must guess the 16-bit id, one of DNS_SOCKETS ports that the kernel chose, and the name that is
// asked; the answer must come from the address and port that were asked. Ids come from the kernel's generator. What does not
// fit is counted and changes nothing: the question goes on waiting. Enough guesses hit in the end (a server that is down leaves
// seconds for them), so after DNS_GUESSES misfits at a socket the answers to what was in flight there count as forged, which
// says neither that the server is up nor that it is down, and TCP is asked. ICMP errors quote what they answer: one that quotes
// no id (old routers quote eight bytes), or comes after many that fitted nothing, only counts when no answer comes after it.

static bool dns_random_fill(struct check_dns *d)
{
	bool whole = getrandom(d->random, sizeof(d->random), 0) == (ssize_t)sizeof(d->random);
	d->random_left = sizeof(d->random);
	return whole;
}

uint16_t dns_random(struct check_dns *d)
{
	uint16_t value;
	if (!d->random_left)
		(void)dns_random_fill(d); // check_dns_open() has seen that it works
	d->random_left -= sizeof(value);
	memcpy(&value, d->random + d->random_left, sizeof(value));
	return value;
}

socklen_t dns_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ret)
{
	if (a->family == FAMILY_V6) {
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
		memcpy(&v6.sin6_addr, a->bytes, 16);
		memcpy(ret, &v6, sizeof(v6));
		return sizeof(v6);
	}
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	memcpy(&v4.sin_addr, a->bytes, 4);
	memcpy(ret, &v4, sizeof(v4));
	return sizeof(v4);
}

struct addr dns_addr(const struct sockaddr_storage *from, uint16_t *ret_port)
{
	*ret_port = 0;
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
		*ret_port = ntohs(v4->sin_port);
		return addr_v4(ntohl(v4->sin_addr.s_addr));
	}
	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
		*ret_port = ntohs(v6->sin6_port);
		return addr_v6(v6->sin6_addr.s6_addr);
	}
	return (struct addr){.family = FAMILY_NONE};
}

int64_t dns_elapsed(const struct dns_pending *p, int64_t stamp_ns, int64_t now_ns)
{
	int64_t by_stamp = stamp_ns - p->attempt.time.ns, by_clock = now_ns - p->sent_ns;
	return stamp_ns && by_stamp >= 0 && by_stamp <= by_clock + NS_PER_MS ? by_stamp : by_clock;
}

// Decided questions

static uint64_t dns_recent_key(size_t socket, uint16_t id, const struct addr *a, uint16_t port)
{
	return hash_pair(addr_hash(a), (uint64_t)port << 32 | (uint64_t)socket << 16 | id) | 1;
}

static void dns_recent_put(struct check_dns *d, const struct dns_pending *p)
{
	uint64_t key = dns_recent_key(p->socket, p->query.id, &p->attempt.target, p->attempt.port);
	d->recent[key >> 32 & (DNS_RECENT - 1)] =
		(struct dns_recent){key, p->attempt.time.ns, p->attempt.index, p->attempt.number};
}

static void dns_decided_put(struct check_dns *d, const struct attempt *a)
{
	alloc_grow((void **)&d->decided, d->decided_count, &d->decided_capacity, sizeof(*d->decided));
	d->decided[d->decided_count++] = *a;
}

bool dns_late(struct check_dns *d, size_t socket, const struct dns_arrival *arrived)
{
	uint64_t key = dns_recent_key(socket, arrived->id, &arrived->from, arrived->port);
	struct dns_recent *r = &d->recent[key >> 32 & (DNS_RECENT - 1)];
	if (r->key != key)
		return false;
	struct attempt a = attempt_of(PROBE_DNS, &arrived->from, r->index, instant_of_ns(r->sent_utc_ns));
	a.failure = FAILURE_LATE_OR_DUP;
	a.number = r->number;
	a.port = arrived->port;
	a.ttl = arrived->ttl;
	if (arrived->stamp_ns > r->sent_utc_ns)
		a.rtt_ns = arrived->stamp_ns - r->sent_utc_ns;
	r->key = 0;
	dns_decided_put(d, &a);
	return true;
}

static void dns_hear(struct check_dns *d, struct attempt *a, const struct dns_query *asked,
		     const struct dns_message *answer)
{
	if (d->listener.take)
		d->listener.take(d->listener.context, a, asked, answer);
	d->counts.finished++;
	d->counts.local_faults += a->failure == FAILURE_LOCAL;
	dns_decided_put(d, a);
}

static void dns_unheard_put(struct check_dns *d, const struct attempt *a, const struct dns_query *asked)
{
	alloc_grow((void **)&d->unheard, d->unheard_count, &d->unheard_capacity, sizeof(*d->unheard));
	d->unheard[d->unheard_count++] = (struct dns_unheard){*a, *asked};
}

// The same question over TCP, as the next attempt.
static void dns_follow_up(struct check_dns *d, const struct dns_pending *cut)
{
	struct dns_pending *p = dns_table_take(d->table);
	if (!p) // cannot be: the place of the question that was cut is free
		return;
	p->attempt = attempt_of(PROBE_DNS, &cut->attempt.target, cut->attempt.index, cut->attempt.time);
	p->attempt.number = (uint16_t)(cut->attempt.number + 1);
	p->attempt.port = cut->attempt.port;
	p->attempt.dns_flags = ATTEMPT_DNS_TCP;
	p->query = cut->query;
	p->timeout_ms = cut->timeout_ms;
	p->network = cut->network;
	p->rcodes = cut->rcodes;
	p->kind = cut->kind;
	p->state = DNS_HELD;
	p->sent_ns = clock_boot_ns(); // since when it is held
	dns_table_due(d->table, p, p->sent_ns);
	d->counts.started++;
}

static struct dns_plain *dns_plain_of(struct check_dns *d, const struct attempt *a, uint64_t *ret_key)
{
	*ret_key = hash_pair(addr_hash(&a->target), a->port) | 1;
	return &d->plain[*ret_key >> 32 & (DNS_PLAIN - 1)];
}

static bool dns_knows_plain(struct check_dns *d, const struct attempt *a)
{
	uint64_t key;
	const struct dns_plain *held = dns_plain_of(d, a, &key);
	return held->key == key && clock_boot_ns() - held->since_ns < PLAIN_NS;
}

static bool dns_refuses_edns(const struct dns_message *answer, const struct dns_query *asked)
{
	return !asked->plain && answer->response && !answer->opcode &&
	       (answer->rcode == DNS_FORMERR || answer->rcode == DNS_NOTIMP);
}

// The same question, over what it was asked over, without EDNS: no attempt of its own.
static void dns_ask_plainly(struct check_dns *d, const struct dns_pending *refused, uint8_t rcode)
{
	uint64_t key;
	struct dns_plain *held = dns_plain_of(d, &refused->attempt, &key);
	struct dns_pending *p = dns_table_take(d->table);
	*held = (struct dns_plain){key, clock_boot_ns()};
	if (!p) // cannot be: the place of the question that was refused is free
		return;
	p->attempt = attempt_of(PROBE_DNS, &refused->attempt.target, refused->attempt.index, refused->attempt.time);
	p->attempt.number = refused->attempt.number;
	p->attempt.port = refused->attempt.port;
	p->attempt.dns_flags = refused->attempt.dns_flags & ATTEMPT_DNS_TCP;
	p->attempt.rcode = rcode; // should it never be asked
	p->query = refused->query;
	p->query.plain = true;
	p->timeout_ms = refused->timeout_ms;
	p->network = refused->network;
	p->rcodes = refused->rcodes;
	p->kind = refused->kind;
	p->state = DNS_HELD;
	p->sent_ns = clock_boot_ns(); // since when it is held
	dns_table_due(d->table, p, p->sent_ns);
}

static void dns_release(struct check_dns *d, struct dns_pending *p)
{
	if (p->state == DNS_ASKED) {
		dns_table_unkey(d->table, p);
		dns_recent_put(d, p);
	}
	dns_tcp_close(d, p);
	dns_table_drop(d->table, p);
}

void dns_decide(struct check_dns *d, struct dns_pending *p, const struct dns_message *answer)
{
	struct dns_pending done = *p;
	struct attempt *a = &done.attempt;
	if (!answer) {
		dns_unheard_put(d, a, &done.query);
		dns_release(d, p);
		return;
	}
	d->counts.dns_answers++;
	if (dns_refuses_edns(answer, &done.query)) {
		uint8_t rcode = answer->rcode;
		gate_relax(d->gate, &a->target);
		dns_release(d, p);
		dns_ask_plainly(d, &done, rcode);
		return;
	}
	dns_judge(answer, &done.query, done.rcodes, a);
	gate_relax(d->gate, &a->target);
	// The answer of a stream lies in memory that goes with it.
	if (p->state == DNS_ASKED)
		dns_release(d, p);
	bool cut = a->dns_flags & ATTEMPT_DNS_TC && !(a->dns_flags & ATTEMPT_DNS_TCP);
	if (cut && (a->rcode == DNS_NOERROR || a->rcode == DNS_NXDOMAIN))
		dns_follow_up(d, &done);
	dns_hear(d, a, &done.query, answer);
	if (done.state != DNS_ASKED)
		dns_release(d, p);
}

void dns_distrust(struct check_dns *d, struct dns_pending *p)
{
	struct dns_pending done = *p;
	p->attempt.failure = FAILURE_FORGED;
	dns_decide(d, p, NULL);
	dns_follow_up(d, &done);
}

void dns_fail(struct check_dns *d, struct dns_pending *p, uint8_t failure)
{
	p->attempt.failure = failure;
	dns_decide(d, p, NULL);
}

void dns_fail_local(struct check_dns *d, struct dns_pending *p, int error)
{
	if (p->state == DNS_QUEUED || p->state == DNS_HELD)
		p->attempt.time = clock_utc();
	p->attempt.local_error = (uint8_t)(error < 255 ? error : 255);
	dns_fail(d, p, FAILURE_LOCAL);
}

static bool dns_prohibition(const struct dns_icmp *icmp)
{
	if (icmp->from.family == FAMILY_V6)
		return icmp->type == ICMP6_UNREACHABLE && icmp->code == 1;
	return icmp->type == ICMP4_UNREACHABLE && (icmp->code == 9 || icmp->code == 10 || icmp->code == 13);
}

void dns_fail_icmp(struct check_dns *d, struct dns_pending *p, const struct dns_icmp *icmp)
{
	struct attempt *a = &p->attempt;
	int64_t now = clock_boot_ns();
	if (icmp->from.family != FAMILY_NONE) {
		a->icmp_from = icmp->from;
		a->icmp_type = icmp->type;
		a->icmp_code = icmp->code;
		a->rtt_ns = dns_elapsed(p, icmp->stamp_ns, now);
	}
	// Our own kernel says so when a neighbour, mostly the gateway, does not answer on the link: nothing about the target.
	if (icmp->from.family == FAMILY_NONE || dns_icmp_own(&icmp->from, &a->target)) {
		dns_fail_local(d, p, icmp->error);
		return;
	}
	if (dns_prohibition(icmp))
		gate_back_off(d->gate, &a->target, now);
	dns_fail(d, p,
		 icmp->error == ECONNREFUSED  ? FAILURE_REFUSED
		 : icmp->error == ENETUNREACH ? FAILURE_NETWORK_UNREACHABLE
					      : FAILURE_HOST_UNREACHABLE);
}

// Time

// So that the descriptor becomes readable in time. A timer that fires too early is left, and set anew then.
static void dns_timer_set(struct check_dns *d)
{
	struct dns_pending *first = dns_table_next(d->table);
	int64_t when = first ? first->due_ns : 0;
	if (d->unheard_count || d->queues[0].count || d->queues[1].count)
		when = d->stalled ? clock_boot_ns() + NS_PER_MS : AT_ONCE;
	if (!when || (d->timer_ns && d->timer_ns <= when))
		return;
	struct itimerspec at = {.it_value = {when / NS_PER_S, when % NS_PER_S}};
	if (timerfd_settime(d->timer, TFD_TIMER_ABSTIME, &at, NULL) == 0)
		d->timer_ns = when;
}

static void dns_queue_put(struct check_dns *d, struct dns_pending *p)
{
	struct dns_queue *q = &d->queues[p->attempt.target.family == FAMILY_V6];
	p->state = DNS_QUEUED;
	q->slots[(q->first + q->count++) % CHECK_PENDING_MAX] = p->slot;
	if (q->count % DNS_BATCH == 0)
		dns_udp_send(d);
}

// A question that is asked no more. One that was asked before has been told; one that was refused for its EDNS has not.
static void dns_held_drop(struct check_dns *d, struct dns_pending *p)
{
	d->counts.refused++;
	if (p->query.plain && p->attempt.rcode >= 0) {
		dns_fail(d, p, FAILURE_DNS_MISBEHAVING);
		return;
	}
	d->counts.started--;
	dns_release(d, p);
}

// A question over TCP, or one without EDNS, whose time has come.
static void dns_held_go(struct check_dns *d, struct dns_pending *p, int64_t now)
{
	bool tcp = p->attempt.dns_flags & ATTEMPT_DNS_TCP;
	struct gate_ask ask = {.address = p->attempt.target,
			       .network = p->network,
			       .kind = p->kind,
			       .op = tcp ? PROBE_TCP_CONNECT : PROBE_DNS};
	int64_t until = 0;
	if (tcp && d->streams >= CHECK_DNS_STREAMS_MAX) {
		dns_table_due(d->table, p, now + STREAM_WAIT_NS);
		return;
	}
	enum gate_answer answer = p->asked_gate ? GATE_GO : gate_ask(d->gate, &ask, now, &until);
	if (answer == GATE_GO) {
		p->asked_gate = true;
		p->attempt.rcode = ATTEMPT_UNKNOWN;
		if (tcp) {
			dns_tcp_begin(d, p);
			return;
		}
		dns_table_undue(d->table, p);
		dns_queue_put(d, p);
		return;
	}
	if (answer == GATE_WAIT && until - p->sent_ns < FOLLOW_WAIT_NS) {
		d->counts.held++;
		dns_table_due(d->table, p, until > now ? until : now + NS_PER_MS);
		return;
	}
	dns_held_drop(d, p);
}

// Nobody answered: the server, unless our own way out is gone.
static void dns_silent(struct check_dns *d, struct dns_pending *p)
{
	fault_timeout(&p->attempt, d->route);
	dns_fail(d, p, p->attempt.failure);
}

static void dns_time_out(struct check_dns *d, struct dns_pending *p, int64_t now)
{
	if (p->state != DNS_ASKED) {
		dns_silent(d, p);
		return;
	}
	// What our own buffer dropped may have been this answer.
	dns_udp_drops(d, p->socket, now);
	if (p->hint.error)
		dns_fail_icmp(d, p, &p->hint);
	else if (d->sockets[p->socket].dropped_ns >= p->sent_ns)
		dns_fail_local(d, p, ENOBUFS);
	else
		dns_silent(d, p);
}

static void dns_due_all(struct check_dns *d)
{
	int64_t now = clock_boot_ns();
	struct dns_pending *p;
	for (size_t i = 0; i < CHECK_PENDING_MAX && (p = dns_table_next(d->table)) && p->due_ns <= now; i++) {
		if (p->state == DNS_HELD)
			dns_held_go(d, p, now);
		else
			dns_time_out(d, p, now);
	}
}

// The engine

int check_dns_open(const struct check_options *o, struct check_dns **ret)
{
	struct check_dns *d = alloc_zero(1, sizeof(*d));
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = (uint64_t)DNS_SIDE_TIMER << 32};
	int err = o->gate && o->out.take ? 0 : ERR_USAGE;
	d->gate = o->gate;
	d->out = o->out;
	d->table = dns_table_create();
	d->buffers = alloc_zero(1, sizeof(*d->buffers));
	d->recent = alloc_zero(DNS_RECENT, sizeof(*d->recent));
	d->plain = alloc_zero(DNS_PLAIN, sizeof(*d->plain));
	for (size_t i = 0; i < ARRAY_LEN(d->queues); i++)
		d->queues[i].slots = alloc_zero(CHECK_PENDING_MAX, sizeof(*d->queues[i].slots));
	for (size_t i = 0; i < ARRAY_LEN(d->sockets); i++)
		d->sockets[i].descriptor = -1;
	d->events = epoll_create1(EPOLL_CLOEXEC);
	d->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (!err && (d->events < 0 || d->timer < 0 || epoll_ctl(d->events, EPOLL_CTL_ADD, d->timer, &e) != 0))
		err = -errno;
	if (!err && !dns_random_fill(d))
		err = -errno;
	if (!err)
		err = fault_route_open(&d->route);
	if (!err)
		err = dns_udp_open(d);
	if (err) {
		check_dns_close(d);
		return err;
	}
	*ret = d;
	return 0;
}

void check_dns_close(struct check_dns *d)
{
	if (!d)
		return;
	for (uint16_t i = 0; dns_table_at(d->table, i); i++)
		if (dns_table_at(d->table, i)->stream.descriptor >= 0)
			dns_tcp_close(d, dns_table_at(d->table, i));
	for (size_t i = 0; i < ARRAY_LEN(d->sockets); i++)
		if (d->sockets[i].descriptor >= 0)
			close(d->sockets[i].descriptor);
	for (size_t i = 0; i < ARRAY_LEN(d->queues); i++)
		free(d->queues[i].slots);
	if (d->events >= 0)
		close(d->events);
	if (d->timer >= 0)
		close(d->timer);
	fault_route_close(d->route);
	dns_table_free(d->table);
	free(d->buffers);
	free(d->recent);
	free(d->plain);
	free(d->unheard);
	free(d->decided);
	free(d);
}

void check_dns_listen(struct check_dns *d, struct check_dns_listener listener)
{
	d->listener = listener;
}

static void dns_begin(struct check_dns *d, const struct check_spec *s, const struct dns_name *name)
{
	struct dns_pending *p = dns_table_take(d->table);
	if (!p) // cannot be: there was room
		return;
	p->attempt = attempt_of(PROBE_DNS, &s->address, s->index, INSTANT_NONE);
	p->attempt.number = s->number ? s->number : 1;
	p->attempt.port = s->port ? s->port : PORT;
	p->query.name = *name;
	p->query.type = s->qtype ? s->qtype : DNS_SOA;
	p->query.recurse = s->flags & CHECK_DNS_RECURSE;
	p->query.plain = dns_knows_plain(d, &p->attempt);
	p->timeout_ms = s->timeout_ms ? s->timeout_ms : TIMEOUT_MS;
	p->network = s->network;
	p->rcodes = s->manner && s->manner->as.flags & MANNER_RCODE ? s->manner->as.rcodes : 0;
	p->query.plain |= p->rcodes != 0; // as those ask who have such modules
	p->kind = s->kind;
	p->asked_gate = true;
	p->sent_ns = clock_boot_ns(); // since when it waits to be sent
	d->counts.started++;
	if (s->flags & CHECK_DNS_TCP) {
		p->attempt.dns_flags = ATTEMPT_DNS_TCP;
		p->state = DNS_HELD;
		dns_table_due(d->table, p, p->sent_ns);
	} else {
		dns_queue_put(d, p);
	}
}

int check_dns_start(struct check_dns *d, const struct check_spec *s, int64_t *ret_wait_ns)
{
	struct gate_ask ask = {.address = s->address, .network = s->network, .kind = s->kind, .op = PROBE_DNS};
	struct dns_name name;
	int64_t now = clock_boot_ns(), until = 0;
	if (s->op != PROBE_DNS || !s->name || s->address.family == FAMILY_NONE)
		return ERR_USAGE;
	int err = dns_name_parse(s->name, &name);
	if (err)
		return err;
	if (dns_table_count(d->table) == CHECK_PENDING_MAX) {
		*ret_wait_ns = FULL_WAIT_NS;
		return 0;
	}
	enum gate_answer answer = gate_ask(d->gate, &ask, now, &until);
	if (answer == GATE_WAIT) {
		d->counts.held++;
		*ret_wait_ns = until > now ? until - now : 1;
		return 0;
	}
	if (answer == GATE_GO)
		dns_begin(d, s, &name);
	else
		d->counts.refused++;
	dns_timer_set(d);
	return 1;
}

static void dns_event(struct check_dns *d, const struct epoll_event *e)
{
	uint64_t expirations;
	uint32_t which = (uint32_t)e->data.u64;
	switch (e->data.u64 >> 32) {
	case DNS_SIDE_UDP:
		dns_udp_event(d, which, e->events);
		break;
	case DNS_SIDE_TCP:
		dns_tcp_event(d, (uint16_t)which, e->events);
		break;
	default:
		if (read(d->timer, &expirations, sizeof(expirations)) > 0)
			d->timer_ns = 0;
	}
}

// What was decided without a message is heard of here, never while a question is being begun.
static int dns_hand_on(struct check_dns *d)
{
	size_t heard = d->unheard_count, count;
	for (size_t i = 0; i < heard; i++) {
		struct dns_unheard u = d->unheard[i]; // the array may move while the listener begins others
		dns_hear(d, &u.attempt, &u.query, NULL);
	}
	d->unheard_count -= heard;
	if (d->unheard_count)
		memmove(d->unheard, d->unheard + heard, d->unheard_count * sizeof(*d->unheard));
	count = d->decided_count;
	if (count)
		d->out.take(d->out.context, d->decided, count);
	d->decided_count = 0;
	return (int)count;
}

int check_dns_poll(struct check_dns *d, int64_t wait_ns)
{
	struct epoll_event events[EVENTS];
	dns_udp_send(d);
	d->timer_ns = d->timer_ns == AT_ONCE ? 0 : d->timer_ns; // that has been done
	dns_timer_set(d);
	struct dns_pending *first = dns_table_next(d->table);
	// What is due is seen to behind the reading: its answer may lie there, where we were late to read.
	if (d->more || d->unheard_count || wait_ns < 0 || (first && first->due_ns <= clock_boot_ns()))
		wait_ns = 0;
	struct timespec wait = {wait_ns / NS_PER_S, wait_ns % NS_PER_S};
	int n = epoll_pwait2(d->events, events, EVENTS, &wait, NULL);
	if (n < 0 && errno != EINTR)
		return -errno;
	d->more = n == EVENTS;
	for (int i = 0; i < n; i++)
		dns_event(d, &events[i]);
	if (!d->more)
		dns_due_all(d);
	n = dns_hand_on(d);
	dns_timer_set(d);
	return n;
}

int check_dns_descriptor(const struct check_dns *d)
{
	return d->events;
}

size_t check_dns_pending(const struct check_dns *d)
{
	return dns_table_count(d->table) + d->unheard_count;
}

void check_dns_counts(const struct check_dns *d, struct check_counts *ret)
{
	*ret = d->counts;
}
