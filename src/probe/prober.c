// SPDX-License-Identifier: ISC
// Opens the sockets, passes items by the gate, and takes turns at everything that can be read.
// DOC: system calls after prober_open()
// Every mode: clock_gettime (without entering the kernel where it can), ppoll, recvfrom (news of routes), sendto and recvfrom and poll
// on the netlink socket that is open already, getsockopt (SO_MEMINFO), epoll_wait; mmap and munmap only in prober_open, prober_close.
// Packet mode: sendmmsg, getsockopt (PACKET_STATISTICS), and what raw mode needs.
// Raw mode: sendmmsg, recvmmsg, poll (only when the send buffer is full).
// Ping mode: sendmmsg, recvmmsg, recvmsg (error queue), getsockopt (SO_ERROR), poll.
// TCP connects, in any mode: socket (AF_INET and AF_INET6, SOCK_STREAM), setsockopt (IP_RECVERR, IPV6_RECVERR, SO_LINGER,
// TCP_SYNCNT; SO_BINDTODEVICE where an interface was named), bind (where a source address is wished), connect, epoll_ctl, getsockopt (SO_ERROR, TCP_INFO), recvmsg, close.
// None of them needs a privilege.
#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "os/clock.h"
#include "probe/prober_priv.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS    3000
#define TTL	      64
#define NEWS_GAP_NS   1000000LL	  // between two looks for news of the routes
#define ROUTES_GAP_NS 50000000LL  // between two readings of the routes: they can change in bursts
#define ROOM_WAIT_NS  1000000LL	  // until there may be room for another probe in flight
#define DROPS_GAP_NS  100000000LL // between two looks at the ring's counter
#define EXACT_NS      1000	  // two clocks that were read within this time of each other
#define PURPOSE	      "Lacuna: "
#define POLL_MOST     5

// Sends and reads follow the rate: waking up for each packet costs ten times the packet, and a packet that waits for a batch to fill
// carries a stamp that is too old.
static const struct prober_pace {
	uint32_t rate; // up to
	int64_t tick_ns;
	size_t batch;
} prober_paces[] = {
	{1000, 10000000, 1},
	{10000, 1000000, 1},
	{100000, 200000, 8},
	{UINT32_MAX, 200000, 16},
};

int64_t prober_now(const struct prober *p)
{
	return clock_boot_ns() + p->ahead_ns;
}

int64_t prober_of_utc(const struct prober *p, int64_t utc_ns)
{
	return utc_ns ? utc_ns - p->step_ns : prober_now(p);
}

int64_t prober_stamp(struct prober *p)
{
	int64_t now = prober_now(p);
	p->last_stamp = now > p->last_stamp ? now : p->last_stamp + 1;
	return p->last_stamp;
}

void prober_flush(struct prober *p)
{
	if (p->out_used)
		p->options.out.take(p->options.out.context, p->out, p->out_used);
	p->out_used = 0;
}

void prober_give(struct prober *p, const struct attempt *a)
{
	p->out[p->out_used++] = *a;
	if (p->out_used == OUT_MAX)
		prober_flush(p);
}

struct attempt prober_attempt(const struct prober *p, uint64_t serial)
{
	const struct pending_slot *s = pending_slot(&p->pending, serial);
	struct addr target = pending_target(&p->pending, serial);
	struct attempt a = attempt_of(s->op, &target, s->index, instant_of_ns(s->stamp + p->step_ns));
	a.mode = s->mode;
	a.number = s->number;
	a.port = s->port;
	return a;
}

// UTC minus boot time. Read in one breath, or as nearly as eight tries give.
static int64_t prober_utc_ahead(void)
{
	int64_t best = INT64_MAX, ahead = 0;
	for (int i = 0; i < 8 && best > EXACT_NS; i++) {
		int64_t before = clock_boot_ns(), utc = clock_utc().ns, gap = clock_boot_ns() - before;
		if (gap < best) {
			best = gap;
			ahead = utc - before - gap / 2;
		}
	}
	return ahead;
}

static const struct prober_pace *prober_pace_for(uint32_t rate)
{
	const struct prober_pace *pace = prober_paces;
	while (rate > pace->rate)
		pace++;
	return pace;
}

static void prober_look_at_clock(struct prober *p)
{
	int64_t step = prober_utc_ahead() - p->ahead_ns, change = step - p->step_ns;
	if (change > EXACT_NS || change < -EXACT_NS)
		p->step_ns = step;
}

// The link and the gateway that lead to `toward`: they are looked after. The link stays the one that was found first.
static void prober_read_routes(struct prober *p, int64_t now)
{
	struct route_table *t = &p->routes;
	const struct route *r = NULL;
	bool was_dark = p->routes_known && t->link.interface && !t->link.up;
	p->last_routes = now;
	p->routes_old = false;
	p->routes_known = route_read(t) == 0;
	if (p->routes_known && p->options.toward.family == FAMILY_V4)
		r = route_find(t, v4_number(p->options.toward.bytes));
	int interface = t->link.interface;
	if (r && !interface)
		interface = p->options.interface ? (int)if_nametoindex(p->options.interface) : r->interface;
	uint32_t gateway = r && r->kind == ROUTE_GATEWAY && r->interface == interface ? r->gateway : t->gateway;
	if (interface != t->link.interface || gateway != t->gateway) {
		t->link.interface = interface;
		t->gateway = gateway;
		p->routes_known = route_read(t) == 0;
	}
	if (was_dark || (p->routes_known && interface && !t->link.up))
		p->last_dark = now;
	if (p->routes_known && t->gateway_gave_up)
		p->last_failed = now;
	send_choose(p);
}

// The source address that the kernel would take; nothing is sent.
static int prober_find_source(struct prober *p)
{
	const struct addr *toward = &p->options.toward;
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = __builtin_bswap16(9)};
	socklen_t size = sizeof(name);
	int error = 0;
	p->path_source = p->options.source;
	if (p->path_source.family == FAMILY_V4)
		return 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	memcpy(&name.sin_addr, toward->bytes, 4);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&name, &size) != 0)
		error = -errno;
	else
		p->path_source = addr_v4(__builtin_bswap32(name.sin_addr.s_addr));
	close(fd);
	return error;
}

// Null, or why the packet socket is of no use here.
static const char *prober_packet_path(const struct prober *p)
{
	const struct route_table *t = &p->routes;
	if (p->options.toward.family != FAMILY_V4)
		return "no IPv4 destination is known to lead it";
	if (!p->routes_known || !t->simple)
		return "the routes are too many, or rules decide them";
	const struct route *r = route_find(t, v4_number(p->options.toward.bytes));
	if (!r || r->kind != ROUTE_GATEWAY)
		return "no gateway leads to the targets";
	if (t->link.interface != r->interface || !t->link.up || !t->link.ethernet)
		return "the interface is not an Ethernet link that leads to the targets";
	return NULL;
}

static void prober_close_sockets(struct prober *p)
{
	struct outlet *all[] = {&p->packet, &p->echo4, &p->echo6};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i]->fd >= 0)
			close(all[i]->fd);
		*all[i] = (struct outlet){.fd = -1};
	}
	ring_close(&p->ring);
}

static int prober_open_packet(struct prober *p, const char **ret_why)
{
	const char *why = prober_packet_path(p);
	if (why) {
		*ret_why = why;
		return -EOPNOTSUPP;
	}
	int error = prober_find_source(p);
	if (error == 0)
		error = ring_open(p, p->routes.link.interface);
	if (error == 0)
		error = outlet_open_sender(p, &p->echo4);
	return error;
}

static int prober_open_mode(struct prober *p, enum attempt_mode mode, const char **ret_why)
{
	int error = 0;
	if (mode == ATTEMPT_CONNECT)
		return 0;
	if (mode == ATTEMPT_PACKET)
		error = prober_open_packet(p, ret_why);
	else
		error = outlet_open(p, mode, FAMILY_V4, &p->echo4);
	if (error < 0) {
		prober_close_sockets(p);
		return error;
	}
	// A machine without IPv6 still measures IPv4.
	(void)!outlet_open(p, mode == ATTEMPT_PACKET ? ATTEMPT_RAW : mode, FAMILY_V6, &p->echo6);
	return 0;
}

// The best mode that works, from options.best on.
static int prober_open_best(struct prober *p, char *why, size_t why_size)
{
	static const char *const names[ATTEMPT_MODES] = {"", "packet socket", "raw socket", "ping socket", "connect"};
	enum attempt_mode mode = p->options.best > ATTEMPT_PACKET ? p->options.best : ATTEMPT_PACKET;
	size_t used = 0;
	int error = -EINVAL;
	if (why_size)
		why[0] = '\0';
	for (; mode < ATTEMPT_MODES; mode++) {
		const char *reason = NULL;
		error = prober_open_mode(p, mode, &reason);
		if (error == 0)
			break;
		if (used < why_size) {
			int n = snprintf(why + used, why_size - used, "%s%s: %s", used ? "; " : "", names[mode],
					 reason ? reason : err_text(error));
			used += n > 0 ? (size_t)n : 0;
		}
	}
	p->mode = mode;
	return error;
}

// The contact matters more than the purpose, so it is the purpose that goes where both do not fit.
static void prober_make_text(const char *contact, char ret[ECHO_TEXT_MAX + 1])
{
	size_t n = strnlen(contact, sizeof(((struct prober_options *)0)->contact)), purpose = strlen(PURPOSE);
	if (n + purpose > ECHO_TEXT_MAX)
		purpose = 0;
	memcpy(ret, PURPOSE, purpose);
	memcpy(ret + purpose, contact, n);
	ret[purpose + n] = '\0';
}

static void prober_make_templates(struct prober *p)
{
	char text[ECHO_TEXT_MAX + 1];
	struct addr any4 = {.family = FAMILY_V4}, any6 = {.family = FAMILY_V6};
	struct echo_origin o = {.id = p->echo4.fd >= 0 ? p->echo4.id : p->id, .ttl = TTL, .text = text};
	prober_make_text(p->options.contact, text);
	o.source = p->path_source.family == FAMILY_V4 ? p->path_source : any4;
	echo_template_make(&o, &p->request4);
	o.source = p->options.source.family == FAMILY_V4 ? p->options.source : any4;
	echo_template_make(&o, &p->request_any);
	o.id = p->echo6.id;
	o.source = p->options.source6.family == FAMILY_V6 ? p->options.source6 : any6;
	echo_template_make(&o, &p->request6);
}

static struct prober *prober_make(const struct prober_options *o)
{
	struct prober *p = alloc_zero(1, sizeof(*p));
	p->options = *o;
	if (!p->options.timeout_ms)
		p->options.timeout_ms = TIMEOUT_MS;
	p->timeout_ns = p->options.timeout_ms * 1000000LL;
	const struct prober_pace *pace = prober_pace_for(p->options.rate);
	p->tick_ns = pace->tick_ns;
	p->batch_size = pace->batch;
	p->key = cookie_key_of(p->options.key);
	p->id = (uint16_t)cookie_siphash(&p->key, "identity", 8);
	p->ahead_ns = prober_utc_ahead();
	p->packet.fd = p->echo4.fd = p->echo6.fd = p->ring.fd = -1;
	// A quarter more than is in flight when nobody answers.
	uint64_t flying = (uint64_t)p->options.rate * (p->options.timeout_ms + GRACE_NS / 1000000) / 1000;
	pending_make(&p->pending, flying + flying / 4);
	return p;
}

// A packet that we build ourselves leaves with any source; only this machine's own address may be one.
static int prober_check_source(const struct addr *source)
{
	if (source->family != FAMILY_V4)
		return 0; // IPv6 sockets are bound to theirs
	struct sockaddr_in name = {.sin_family = AF_INET};
	memcpy(&name.sin_addr, source->bytes, 4);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	int error = bind(fd, (struct sockaddr *)&name, sizeof(name)) ? -errno : 0;
	close(fd);
	return error;
}

int prober_open(const struct prober_options *o, struct prober **ret, char *why, size_t why_size)
{
	struct prober *p = prober_make(o);
	int error = prober_check_source(&o->source);
	if (error == 0)
		error = connect_open(&p->connections);
	if (error < 0)
		goto out;
	if (route_open(&p->routes) == 0)
		prober_read_routes(p, prober_now(p));
	error = prober_open_best(p, why, why_size);
	if (error < 0)
		goto out;
	prober_make_templates(p);
	send_choose(p);
	*ret = p;
	p = NULL;
out:
	prober_close(p);
	return error;
}

void prober_close(struct prober *p)
{
	if (!p)
		return;
	prober_close_sockets(p);
	connect_close(&p->connections);
	route_close(&p->routes);
	pending_free(&p->pending);
	free(p);
}

int prober_interface(const struct prober *p)
{
	return p->routes.link.interface;
}

enum attempt_mode prober_mode(const struct prober *p)
{
	return p->mode;
}

int64_t prober_tick_ns(const struct prober *p)
{
	return p->tick_ns;
}

static bool prober_has_room(struct prober *p, const struct prober_item *item)
{
	if (pending_full(&p->pending))
		return false;
	bool connects = item->op == PROBE_TCP_CONNECT || p->mode == ATTEMPT_CONNECT;
	return !connects || p->connections.free_count;
}

// Without a carrier the kernel would drop the packet without a word, and the target would seem silent.
static bool prober_link_is_down(const struct prober *p, const struct addr *target)
{
	const struct route_table *t = &p->routes;
	if (!p->routes_known || !t->link.interface || t->link.up || target->family != FAMILY_V4)
		return false;
	const struct route *r = route_find(t, v4_number(target->bytes));
	return r && r->interface == t->link.interface && r->kind != ROUTE_OWN;
}

static struct gate_ask prober_ask_of(const struct prober_item *item)
{
	return (struct gate_ask){
		.address = item->address, .network = item->network, .kind = item->kind, .op = item->op};
}

// 1 dealt with, 0 must wait *ret_wait_ns.
static int prober_take_item(struct prober *p, const struct prober_item *item, int64_t *ret_wait_ns)
{
	struct gate_ask ask = prober_ask_of(item);
	int64_t now = clock_boot_ns(), until = now;
	if (!prober_has_room(p, item)) {
		*ret_wait_ns = ROOM_WAIT_NS;
		return 0;
	}
	enum gate_answer answer = gate_ask(p->options.gate, &ask, now, &until);
	if (answer == GATE_WAIT) {
		p->counts.held++;
		*ret_wait_ns = until > now ? until - now : 1;
		return 0;
	}
	if (answer != GATE_GO)
		p->counts.refused++;
	else if (prober_link_is_down(p, &item->address))
		send_nothing(p, item, ENETDOWN);
	else if (item->op == PROBE_TCP_CONNECT || p->mode == ATTEMPT_CONNECT)
		connect_item(p, item);
	else
		send_item(p, item);
	return 1;
}

static void prober_look_at_routes(struct prober *p, int64_t now)
{
	if (p->routes.news < 0 || now - p->last_news < NEWS_GAP_NS)
		return;
	p->last_news = now;
	p->routes_old |= route_news(&p->routes);
	if (p->routes_old && now - p->last_routes > ROUTES_GAP_NS)
		prober_read_routes(p, now);
}

size_t prober_send(struct prober *p, const struct prober_item *items, size_t n, int64_t *ret_wait_ns)
{
	must(items || !n);
	int64_t wait = 0;
	size_t done = 0;
	prober_look_at_routes(p, prober_now(p));
	for (; done < n; done++) {
		if (!prober_take_item(p, &items[done], &wait))
			break;
	}
	send_flush(p);
	prober_flush(p);
	*ret_wait_ns = wait;
	return done;
}

size_t prober_descriptors(const struct prober *p, int *ret, size_t most)
{
	const int all[POLL_MOST] = {p->ring.fd, p->echo4.deaf ? -1 : p->echo4.fd, p->echo6.fd, p->connections.epoll,
				    p->routes.news};
	size_t n = 0;
	for (size_t i = 0; i < POLL_MOST; i++)
		if (all[i] >= 0 && n < most)
			ret[n++] = all[i];
	return n;
}

static void prober_sleep_ns(int64_t ns)
{
	struct timespec t = {ns / NS_PER_S, ns % NS_PER_S};
	(void)ppoll(NULL, 0, &t, NULL);
}

// Until something can be read, but not much more often than once a tick; at most `wait` in all.
static void prober_wait_ready(struct prober *p, int64_t wait)
{
	int fds[POLL_MOST];
	struct pollfd ready[POLL_MOST];
	size_t n = prober_descriptors(p, fds, POLL_MOST);
	struct timespec t = {wait / NS_PER_S, wait % NS_PER_S};
	int64_t deadline = prober_now(p) + wait;
	for (size_t i = 0; i < n; i++)
		ready[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	int got = ppoll(ready, (nfds_t)n, &t, NULL);
	int64_t now = prober_now(p), next = p->last_read + p->tick_ns;
	// A connect that ended is timed when we look.
	bool connects = p->connections.free_count < CONNECTIONS_MAX;
	if (got > 0 && !connects && now < next && now < deadline) {
		prober_sleep_ns((next < deadline ? next : deadline) - now);
		now = prober_now(p);
	}
	p->last_read = now;
	if (wait > 0 && now - deadline > p->counts.lag_most_ns)
		p->counts.lag_most_ns = now - deadline;
}

// No longer than until the oldest probe's time is over.
static int64_t prober_bounded_wait(struct prober *p, int64_t wait_ns)
{
	uint64_t serial;
	const struct pending_slot *s = pending_oldest(&p->pending, &serial);
	if (s) {
		int64_t left = s->stamp + p->timeout_ns + GRACE_NS - prober_now(p);
		wait_ns = left < wait_ns ? left + 1 : wait_ns;
	}
	return wait_ns > 0 ? wait_ns : 0;
}

int prober_poll(struct prober *p, int64_t wait_ns)
{
	prober_wait_ready(p, prober_bounded_wait(p, wait_ns));
	prober_look_at_clock(p);
	int64_t now = p->last_read;
	prober_look_at_routes(p, now);
	ring_read(p);
	if (p->echo4.fd >= 0 && !p->echo4.deaf)
		outlet_read(p, &p->echo4);
	if (p->echo6.fd >= 0)
		outlet_read(p, &p->echo6);
	if (p->connections.free_count < CONNECTIONS_MAX)
		connect_read(p);
	judge_expired(p, now);
	prober_flush(p);
	if (now - p->last_drops > DROPS_GAP_NS) {
		p->last_drops = now;
		(void)ring_drops(&p->ring);
	}
	return 0;
}

size_t prober_pending(const struct prober *p)
{
	return p->pending.waiting;
}

void prober_counts(const struct prober *p, struct prober_counts *ret)
{
	*ret = p->counts;
	ret->kernel_drops = p->ring.drops + outlet_drops(&p->echo4) + outlet_drops(&p->echo6);
}
