// SPDX-License-Identifier: ISC
// The bmp role: routers connect to it and send BMP, anyone else may too. It looks at nothing but the first header (RFC 7854, 4.1 and 4.3:
// version 3, an initiation first) and hands the bytes on; who begins otherwise is closed.
// DOC:
// Memory: bytes stay in the socket (MSG_PEEK) until the parent's channel has taken them, so a sender can fill its own socket buffer and
// nothing else. When the parent is busy, or its disk full, no socket is read until it takes more: TCP slows the routers down.
#include "daemon/roles.h"

#include "base/alloc.h"
#include "base/err.h"
#include "daemon/role.h"
#include "os/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_MAX	 (FRAME_MAX - sizeof(struct message_bytes))
#define READS_A_TURN	 16		 // so that one flooding router does not stop the others
#define FIRST_WAIT_NS	 (30 * NS_PER_S) // a session that has said nothing is closed
#define IDLE_NS		 (300 * NS_PER_S) // a router that has begun tells of its peers at once; who does not is no router
#define CROWDED_NS	 (10 * NS_PER_S) // and sooner, where all places are taken and others wait
#define QUOTA_BYTES	 (64LL << 20)	 // a second, of one router: a full table in three; the rest waits in its socket
#define NAMED_A_SECOND	 8		 // of those refused: the others are counted
#define BUSY_NS		 (20 * 1000000LL) // some kernels do not tell when the parent's channel has room again
#define DONE_MS		 2000
#define HEADER_BYTES	 6
#define MESSAGE_MAX	 (1u << 20) // bytes; no initiation is longer
#define BMP_VERSION	 3
#define BMP_INITIATION	 4
#define BMP_VERSION_MOST 8 // that there may ever be: above are bytes of other protocols
#define BMP_TYPES_MOST	 16
#define KEEPALIVE_S	 60 // a router that died without a word is found out within two minutes

struct caller { // who connected
	struct bmp_role *of;
	int socket; // -1: none
	int64_t since_ns;
	struct message_router router; // session 0: has not begun yet
	uint64_t first_bytes, bytes;  // of its initiation; that it sent so far
	int64_t quota;		      // bytes that it may still send in this second
	bool waits;		      // for the next second
	bool ended;		      // the parent is still to be told
};

struct bmp_role {
	struct role *role;
	struct loop *loop;
	int listener, error;
	uint32_t sessions;
	uint64_t refused, refused_told;
	unsigned named; // of those refused in this second
	bool busy;	// the parent takes no more for now
	uint64_t again; // timer of the next try
	struct caller callers[ROUTERS_MAX];
	struct {
		struct message_bytes head;
		uint8_t bytes[PIECE_MAX];
	} piece; // of the caller at hand
};

// ---- the parent

static void role_bmp_parent(void *context, uint32_t events);
static void role_bmp_resume(void *context, uint32_t events);

static int role_bmp_watch_parent(struct bmp_role *s, uint32_t events)
{
	return loop_watch(s->loop, channel_descriptor(s->role->channel), EPOLLIN | events,
			  (struct loop_handler){role_bmp_parent, s});
}

static void role_bmp_busy(struct bmp_role *s)
{
	if (s->busy)
		return;
	s->busy = true;
	s->error = role_bmp_watch_parent(s, channel_may_put(s->role->channel) ? (uint32_t)EPOLLOUT : 0);
	for (size_t i = 0; i < ROUTERS_MAX; i++)
		if (s->callers[i].socket >= 0)
			loop_unwatch(s->loop, s->callers[i].socket);
	s->again = loop_at(s->loop, clock_boot_ns() + BUSY_NS, (struct loop_handler){role_bmp_resume, s});
}

// True: it was taken. A parent that is gone ends the role.
static bool role_bmp_put(struct bmp_role *s, enum message kind, const void *bytes, size_t length)
{
	int code = s->busy ? -EAGAIN : channel_put(s->role->channel, (uint16_t)kind, bytes, length);
	if (code == -EAGAIN)
		role_bmp_busy(s);
	else if (code < 0)
		s->error = code;
	return code == 0;
}

// ---- one caller

static void role_bmp_caller_free(struct caller *c)
{
	*c = (struct caller){.of = c->of, .socket = -1};
}

static void role_bmp_caller_tell_end(struct caller *c)
{
	c->ended = !role_bmp_put(c->of, MESSAGE_ROUTER_END, &c->router, sizeof(c->router));
	if (!c->ended)
		role_bmp_caller_free(c);
}

// Who it was and why, for some; all are counted.
static void role_bmp_refuse(struct bmp_role *s, const struct addr *from, enum router_refusal why, uint8_t version)
{
	struct message_refused m = {.from = *from, .why = (uint8_t)why, .version = version};
	s->refused++;
	if (s->named < NAMED_A_SECOND && !s->busy)
		s->named += role_bmp_put(s, MESSAGE_ROUTER_REFUSED, &m, sizeof(m));
}

static void role_bmp_caller_shut(struct caller *c)
{
	loop_unwatch(c->of->loop, c->socket);
	close(c->socket);
	c->socket = -1;
}

// Before it began.
static void role_bmp_caller_refuse(struct caller *c, enum router_refusal why, uint8_t version)
{
	role_bmp_caller_shut(c);
	role_bmp_refuse(c->of, &c->router.from, why, version);
	role_bmp_caller_free(c);
}

static void role_bmp_caller_close(struct caller *c, enum router_end why)
{
	if (!c->router.session) {
		role_bmp_caller_refuse(c, REFUSED_GONE, 0);
		return;
	}
	role_bmp_caller_shut(c);
	c->router.why = (uint8_t)why;
	role_bmp_caller_tell_end(c);
}

static uint32_t role_bmp_caller_length(const uint8_t b[HEADER_BYTES])
{
	return (uint32_t)b[1] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 8 | b[4];
}

// Another version's header, as far as it is there: they all have version, length and type in these places.
static bool role_bmp_caller_is_other(const uint8_t *b, size_t n)
{
	bool close = b[0] && b[0] != BMP_VERSION && b[0] <= BMP_VERSION_MOST;
	return close && n >= HEADER_BYTES && b[5] <= BMP_TYPES_MOST && role_bmp_caller_length(b) <= MESSAGE_MAX;
}

// 1: begins as BMP does; 0: too few bytes yet; ERR_MALFORMED.
static int role_bmp_caller_header(const uint8_t *b, size_t n)
{
	if (n && b[0] != BMP_VERSION)
		return ERR_MALFORMED;
	if (n < HEADER_BYTES)
		return 0;
	uint32_t length = role_bmp_caller_length(b);
	return b[5] == BMP_INITIATION && length >= HEADER_BYTES && length <= MESSAGE_MAX ? 1 : ERR_MALFORMED;
}

static void role_bmp_caller_watch(struct caller *c);

// True: it has begun, and the parent knows.
static bool role_bmp_caller_begin(struct caller *c, size_t n)
{
	struct bmp_role *s = c->of;
	int begins = role_bmp_caller_header(s->piece.bytes, n);
	uint8_t version = s->piece.bytes[0];
	if (begins < 0)
		role_bmp_caller_refuse(
			c, role_bmp_caller_is_other(s->piece.bytes, n) ? REFUSED_VERSION : REFUSED_NO_BMP, version);
	if (begins <= 0)
		return false;
	struct message_router begun = c->router;
	begun.session = s->sessions + 1;
	if (!role_bmp_put(s, MESSAGE_ROUTER_BEGIN, &begun, sizeof(begun)))
		return false;
	s->sessions++;
	c->first_bytes = role_bmp_caller_length(s->piece.bytes);
	c->router = begun;
	role_bmp_caller_watch(c);
	return c->socket >= 0;
}

// Bytes are taken from the socket only once the parent's channel has them. False: nothing more for now.
static bool role_bmp_caller_read(struct caller *c)
{
	struct bmp_role *s = c->of;
	size_t most = c->quota < (int64_t)PIECE_MAX ? (size_t)c->quota : PIECE_MAX;
	if (!most) {
		c->waits = true;
		loop_unwatch(s->loop, c->socket);
		return false;
	}
	ssize_t n = recv(c->socket, s->piece.bytes, most, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		role_bmp_caller_close(c, n ? ROUTER_LOST : ROUTER_CLOSED);
		return false;
	}
	if (!c->router.session && !role_bmp_caller_begin(c, (size_t)n))
		return false;
	s->piece.head = (struct message_bytes){c->router.session, clock_utc()};
	if (!role_bmp_put(s, MESSAGE_ROUTER_BYTES, &s->piece, sizeof(s->piece.head) + (size_t)n))
		return false;
	(void)recv(c->socket, NULL, (size_t)n, MSG_TRUNC | MSG_DONTWAIT);
	c->bytes += (uint64_t)n;
	c->quota -= n;
	return n == (ssize_t)PIECE_MAX;
}

static void role_bmp_caller_heard(void *context, uint32_t events)
{
	struct caller *c = context;
	(void)events;
	for (int i = 0; i < READS_A_TURN && c->socket >= 0 && role_bmp_caller_read(c); i++)
		;
}

static void role_bmp_caller_watch(struct caller *c)
{
	// Edge-triggered until the first header is whole: peeking at three bytes again and again would spin.
	uint32_t edge = c->router.session ? 0 : (uint32_t)EPOLLET;
	if (!c->of->busy && !c->waits &&
	    loop_watch(c->of->loop, c->socket, EPOLLIN | edge, (struct loop_handler){role_bmp_caller_heard, c}) < 0)
		role_bmp_caller_close(c, ROUTER_LOST);
}

// ---- all of them

static void role_bmp_resume(void *context, uint32_t events)
{
	struct bmp_role *s = context;
	(void)events;
	loop_cancel(s->loop, s->again);
	s->busy = false;
	s->error = role_bmp_watch_parent(s, 0);
	for (size_t i = 0; i < ROUTERS_MAX && !s->busy; i++)
		if (s->callers[i].ended)
			role_bmp_caller_tell_end(&s->callers[i]);
	for (size_t i = 0; i < ROUTERS_MAX && !s->busy; i++)
		if (s->callers[i].socket >= 0)
			role_bmp_caller_watch(&s->callers[i]);
}

// It has begun, and then said nothing more.
static bool role_bmp_caller_idles(const struct caller *c, int64_t now, int64_t most)
{
	return c->socket >= 0 && c->router.session && c->bytes <= c->first_bytes && now - c->since_ns > most;
}

// A free place; else that of who has said nothing, or nothing but its name, for the longest time: so they keep no router out.
static struct caller *role_bmp_place(struct bmp_role *s)
{
	struct caller *silent = NULL;
	int64_t now = clock_boot_ns();
	for (size_t i = 0; i < ROUTERS_MAX; i++) {
		struct caller *c = &s->callers[i];
		if (c->socket < 0 && !c->ended)
			return c;
		bool mute = (c->socket >= 0 && !c->router.session) || role_bmp_caller_idles(c, now, CROWDED_NS);
		if (mute && (!silent || c->since_ns < silent->since_ns))
			silent = c;
	}
	if (silent && silent->router.session)
		role_bmp_caller_close(silent, ROUTER_IDLE);
	else if (silent)
		role_bmp_caller_refuse(silent, REFUSED_SILENT, 0);
	return silent && silent->socket < 0 && !silent->ended ? silent : NULL;
}

static struct addr role_bmp_address(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET6)
		return addr_v6(((const struct sockaddr_in6 *)a)->sin6_addr.s6_addr);
	return addr_v4(ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr));
}

static void role_bmp_connection(void *context, uint32_t events)
{
	struct bmp_role *s = context;
	(void)events;
	for (int i = 0; i < READS_A_TURN; i++) {
		struct sockaddr_storage from = {0};
		socklen_t n = sizeof(from);
		int socket = accept4(s->listener, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (socket < 0)
			return;
		struct caller *c = role_bmp_place(s);
		struct addr address = role_bmp_address(&from);
		if (!c) {
			close(socket);
			role_bmp_refuse(s, &address, REFUSED_FULL, 0);
			continue;
		}
		*c = (struct caller){.of = s,
				     .socket = socket,
				     .since_ns = clock_boot_ns(),
				     .quota = QUOTA_BYTES,
				     .router.from = address};
		role_bmp_caller_watch(c);
	}
}

static void role_bmp_drop(struct bmp_role *s, const struct frame *f)
{
	uint32_t session;
	if (f->length != sizeof(session))
		return;
	memcpy(&session, f->bytes, sizeof(session));
	for (size_t i = 0; i < ROUTERS_MAX; i++) {
		struct caller *c = &s->callers[i];
		if (c->socket >= 0 && session && c->router.session == session) {
			role_bmp_caller_shut(c); // nobody waits for its end
			s->refused++;
			role_bmp_caller_free(c);
		}
	}
}

static void role_bmp_parent(void *context, uint32_t events)
{
	struct bmp_role *s = context;
	struct frame f;
	int code;
	while ((code = channel_get(s->role->channel, &f)) > 0) {
		s->role->stopping |= f.kind == MESSAGE_STOP;
		if (f.kind == MESSAGE_ROUTER_DROP)
			role_bmp_drop(s, &f);
	}
	if (code < 0)
		s->error = code;
	else if (s->busy && (events & EPOLLOUT || channel_may_put(s->role->channel)))
		role_bmp_resume(s, 0);
}

static void role_bmp_caller_second(struct caller *c, int64_t now)
{
	if (c->socket >= 0 && !c->router.session && now - c->since_ns > FIRST_WAIT_NS)
		role_bmp_caller_refuse(c, REFUSED_SILENT, 0);
	else if (role_bmp_caller_idles(c, now, IDLE_NS))
		role_bmp_caller_close(c, ROUTER_IDLE);
	c->quota = QUOTA_BYTES;
	if (c->socket >= 0 && c->waits) {
		c->waits = false;
		role_bmp_caller_watch(c);
	}
}

static void role_bmp_second(void *context, uint32_t events)
{
	struct bmp_role *s = context;
	int64_t now = clock_boot_ns();
	(void)events;
	for (size_t i = 0; i < ROUTERS_MAX; i++) {
		role_bmp_caller_second(&s->callers[i], now);
	}
	s->named = 0;
	if (s->refused != s->refused_told && role_bmp_put(s, MESSAGE_ROUTERS_REFUSED, &s->refused, sizeof(s->refused)))
		s->refused_told = s->refused;
	(void)loop_at(s->loop, now + NS_PER_S, (struct loop_handler){role_bmp_second, s});
}

// ---- beginning and end

// Sessions inherit what is set here: afterwards nothing can be set any more.
static int role_bmp_listen(struct bmp_role *s, const struct setup_bmp *setup)
{
	int on = 1, idle = KEEPALIVE_S, between = KEEPALIVE_S / 4, probes = 4;
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(setup->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(setup->port)};
	bool six = setup->at.family == FAMILY_V6;
	memcpy(&v4.sin_addr, setup->at.bytes, sizeof(v4.sin_addr));
	memcpy(&v6.sin6_addr, setup->at.bytes, sizeof(v6.sin6_addr));
	s->listener = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->listener < 0)
		return -errno;
	(void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(s->listener, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(s->listener, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(s->listener, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof(between));
	(void)setsockopt(s->listener, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	if (six)
		(void)setsockopt(s->listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	const struct sockaddr *at = six ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4;
	if (bind(s->listener, at, six ? sizeof(v6) : sizeof(v4)) < 0 || listen(s->listener, ROUTERS_MAX) < 0)
		return -errno;
	return 0;
}

static int role_bmp_watch(struct bmp_role *s)
{
	s->loop = loop_create();
	if (!s->loop)
		return -errno;
	int code = loop_watch(s->loop, s->listener, EPOLLIN, (struct loop_handler){role_bmp_connection, s});
	if (code == 0)
		code = role_bmp_watch_parent(s, 0);
	(void)loop_at(s->loop, clock_boot_ns() + NS_PER_S, (struct loop_handler){role_bmp_second, s});
	return code;
}

static int role_bmp_serve(struct bmp_role *s)
{
	int32_t fine = 0;
	int code = role_say(s->role, MESSAGE_READY, &fine, sizeof(fine));
	while (code >= 0 && !s->error && !s->role->stopping)
		code = loop_step(s->loop, -1);
	if (code >= 0)
		code = s->error;
	return code < 0 ? code : channel_put_wait(s->role->channel, MESSAGE_DONE, NULL, 0, DONE_MS);
}

static void role_bmp_free(struct bmp_role *s)
{
	for (size_t i = 0; i < ROUTERS_MAX; i++)
		if (s->callers[i].socket >= 0)
			close(s->callers[i].socket);
	if (s->listener >= 0)
		close(s->listener);
	loop_free(s->loop);
	free(s);
}

int role_bmp(struct role *r)
{
	struct setup_bmp setup;
	struct sandbox_report report;
	struct bmp_role *s = alloc_zero(1, sizeof(*s));
	s->role = r;
	s->listener = -1;
	for (size_t i = 0; i < ROUTERS_MAX; i++)
		s->callers[i] = (struct caller){.of = s, .socket = -1};
	int code = role_setup(r, &setup, sizeof(setup));
	if (code < 0)
		goto out;
	int32_t listening = role_bmp_listen(s, &setup);
	if (listening < 0) {
		code = role_say(r, MESSAGE_READY, &listening, sizeof(listening));
		goto out;
	}
	r->doing = ROLE_OPENS;
	code = role_bmp_watch(s);
	r->doing = code < 0 ? r->doing : ROLE_DROPS;
	if (code == 0)
		code = sandbox_enter(role_profile("bmp"), &report);
	if (code < 0)
		goto out;
	r->doing = NULL;
	code = role_bmp_serve(s);
out:
	role_bmp_free(s);
	return code;
}
