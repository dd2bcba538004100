// SPDX-License-Identifier: ISC
// Emulates links between pairs of interfaces (packet(7)): delay, jitter, loss, rate and queue, each direction its own, turned
// at run time by datagrams on a unix socket (steer.h). For kernels without netem, and reproducible: one seed, one fate.
// Offloads of the interfaces must be off, else frames come larger than the link carries.
//   linkemu SEED CONTROL-SOCKET NAME:INTERFACE:INTERFACE…
#include "base/alloc.h"
#include "base/err.h"
#include "steer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX    2048 // an Ethernet frame of 1,500 bytes and its tags; larger ones are dropped
#define RING_FRAMES  4096 // frames under way in one direction: 0.6 s of 10 Mbit/s
#define READS_A_TURN 256  // so that one busy link does not stop the others
#define DSCP_CONTROL 0xc0 // CS6, as routing daemons mark their sessions

struct frame {
	int64_t due_ns;
	uint16_t length;
	uint8_t bytes[FRAME_MAX];
};

struct ring {
	struct frame *frames; // RING_FRAMES pages, touched when needed
	size_t first, count;
	uint64_t full, refused;
};

struct emulator {
	struct steer_links links;
	int sockets[STEER_LINKS_MAX][2];
	struct ring rings[STEER_LINKS_MAX][2];
	int control;
};

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
	(void)number;
	stopping = 1;
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int interface_open(const char *name)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	at.sll_ifindex = (int)if_nametoindex(name);
	int s = at.sll_ifindex ? socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
	struct packet_mreq all = {.mr_ifindex = at.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    setsockopt(s, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0) {
		fprintf(stderr, "linkemu: %s: %s\n", name, err_text(-errno));
		if (s >= 0)
			close(s);
		return -1;
	}
	return s;
}

static int control_open(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	int s = n < sizeof(at.sun_path) ? socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
	memcpy(at.sun_path, path, n < sizeof(at.sun_path) ? n : 0);
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof(at)) < 0) {
		fprintf(stderr, "linkemu: %s: cannot listen\n", path);
		if (s >= 0)
			close(s);
		return -1;
	}
	return s;
}

static void control_read(struct emulator *e)
{
	struct sockaddr_un from;
	socklen_t n = sizeof(from);
	char line[STEER_LINE_MAX + 1];
	ssize_t got = recvfrom(e->control, line, STEER_LINE_MAX, 0, (struct sockaddr *)&from, &n);
	if (got < 0)
		return;
	struct text answer = {0};
	line[got] = 0;
	steer_line(&e->links, line, now_ns(), &answer);
	if (n > sizeof(sa_family_t))
		(void)sendto(e->control, answer.bytes, answer.length, MSG_DONTWAIT, (struct sockaddr *)&from, n);
	text_free(&answer);
}

static bool is_control(const uint8_t *frame, size_t n)
{
	if (n < 34)
		return false;
	unsigned type = (unsigned)frame[12] << 8 | frame[13];
	if (type == ETH_P_IP)
		return (frame[15] & 0xfc) == DSCP_CONTROL;
	return type == ETH_P_IPV6 && ((frame[14] << 4 | frame[15] >> 4) & 0xfc) == DSCP_CONTROL;
}

static void frame_take(struct emulator *e, size_t link, size_t way, struct frame *f)
{
	struct ring *r = &e->rings[link][way];
	int64_t due;
	if (r->count == RING_FRAMES) {
		r->full++;
		return;
	}
	if (shape_take(&e->links.at[link].way[way], now_ns(), f->length, is_control(f->bytes, f->length), &due) !=
	    SHAPE_PASSES)
		return;
	struct frame *to = &r->frames[(r->first + r->count++) % RING_FRAMES];
	to->due_ns = due;
	to->length = f->length;
	memcpy(to->bytes, f->bytes, f->length);
}

static void frames_read(struct emulator *e, size_t link, size_t way)
{
	struct frame f;
	for (size_t i = 0; i < READS_A_TURN; i++) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t n =
			recvfrom(e->sockets[link][way], f.bytes, FRAME_MAX, MSG_TRUNC, (struct sockaddr *)&from, &size);
		if (n < 0)
			return;
		if (from.sll_pkttype == PACKET_OUTGOING || n > FRAME_MAX) // our own; or never of this link
			continue;
		f.length = (uint16_t)n;
		frame_take(e, link, way, &f);
	}
}

// Sends what is due; when the next frame is, or INT64_MAX.
static int64_t ring_send(struct ring *r, int out, int64_t now)
{
	while (r->count && r->frames[r->first].due_ns <= now) {
		const struct frame *f = &r->frames[r->first];
		if (send(out, f->bytes, f->length, MSG_DONTWAIT) < 0)
			r->refused++; // the interface is down, as a cut cable is
		r->first = (r->first + 1) % RING_FRAMES;
		r->count--;
	}
	return r->count ? r->frames[r->first].due_ns : INT64_MAX;
}

static int64_t rings_send(struct emulator *e)
{
	int64_t next = INT64_MAX, now = now_ns();
	for (size_t i = 0; i < e->links.count; i++)
		for (size_t way = 0; way < 2; way++) {
			int64_t due = ring_send(&e->rings[i][way], e->sockets[i][!way], now);
			next = due < next ? due : next;
		}
	return next;
}

static void run(struct emulator *e, const sigset_t *waiting)
{
	struct pollfd p[STEER_LINKS_MAX * 2 + 1];
	size_t count = e->links.count * 2;
	for (size_t i = 0; i < count; i++)
		p[i] = (struct pollfd){.fd = e->sockets[i / 2][i % 2], .events = POLLIN};
	p[count] = (struct pollfd){.fd = e->control, .events = POLLIN};
	while (!stopping) {
		int64_t next = rings_send(e), wait = next == INT64_MAX ? 1000000000 : next - now_ns();
		struct timespec t = {wait > 0 ? wait / 1000000000 : 0, wait > 0 ? wait % 1000000000 : 0};
		if (ppoll(p, count + 1, &t, waiting) <= 0)
			continue;
		for (size_t i = 0; i < count; i++)
			if (p[i].revents)
				frames_read(e, i / 2, i % 2);
		if (p[count].revents)
			control_read(e);
	}
}

static bool link_open(struct emulator *e, char *words, uint64_t seed)
{
	const char *name = strsep(&words, ":"), *a = strsep(&words, ":"), *b = words;
	size_t i = e->links.count;
	if (!a || !b || steer_add(&e->links, name, seed) < 0) {
		fprintf(stderr, "linkemu: a link is NAME:INTERFACE:INTERFACE, at most %d of them\n", STEER_LINKS_MAX);
		return false;
	}
	for (size_t way = 0; way < 2; way++) {
		e->sockets[i][way] = interface_open(way ? b : a);
		e->rings[i][way].frames = alloc_pages(RING_FRAMES * sizeof(struct frame));
		if (e->sockets[i][way] < 0)
			return false;
	}
	return true;
}

static void figures(struct emulator *e)
{
	struct text all = {0};
	char line[] = "stats";
	steer_line(&e->links, line, 0, &all);
	for (size_t i = 0; i < e->links.count; i++)
		for (size_t way = 0; way < 2; way++)
			text_printf(&all, "%s %s full %llu refused %llu\n", e->links.at[i].name, way ? "ba" : "ab",
				    (unsigned long long)e->rings[i][way].full,
				    (unsigned long long)e->rings[i][way].refused);
	fputs(text_string(&all), stdout);
	text_free(&all);
}

int main(int argc, char **argv)
{
	char *end;
	if (argc < 4) {
		fputs("Usage: linkemu SEED CONTROL-SOCKET NAME:INTERFACE:INTERFACE...\n", stderr);
		return 2;
	}
	uint64_t seed = strtoull(argv[1], &end, 10);
	if (*end || end == argv[1]) {
		fputs("linkemu: the seed is a number\n", stderr);
		return 2;
	}
	// Signals wait until ppoll(), so that none is missed.
	sigset_t block, before;
	struct sigaction stop = {.sa_handler = on_stop};
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, &before);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);

	struct emulator *e = alloc_zero(1, sizeof(*e));
	for (int i = 3; i < argc; i++)
		if (!link_open(e, argv[i], seed))
			return 1;
	e->control = control_open(argv[2]);
	if (e->control < 0)
		return 1;
	fputs("ready\n", stdout);
	fflush(stdout);
	run(e, &before);
	figures(e);
	return 0;
}
