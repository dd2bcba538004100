// SPDX-License-Identifier: ISC
// The far end of a link, in the tests' namespaces only: sees every echo request to 198.18.9.0/24 and answers it in the way it is told.
//   forger INTERFACE craft    the first request honestly; each later one with six forgeries, then honestly, then once more
//   forger INTERFACE late MS  each request after so many ms
//   forger INTERFACE short    each with an error that quotes eight bytes; before it four in which one thing is wrong
//   forger INTERFACE flood COUNT RATE   honestly, and COUNT random replies and errors besides
// Prints what it sent when its input is closed.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX     256
#define LINK	      14
#define ICMP	      (LINK + 20)
#define BODY	      (ICMP + 8)
#define QUEUE	      4096
#define FLOOD_AT_ONCE 20

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t length;
	int64_t due;
};

struct forger {
	int fd;
	struct frame previous, first;
	struct frame queue[QUEUE];
	size_t head, tail;
	uint64_t seen, honest, forged, failed, random;
	int64_t delay_ns;
	void (*answer)(struct forger *f, const struct frame *request);
};

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t next_random(struct forger *f)
{
	uint64_t z = f->random += 0x9e3779b97f4a7c15u; // splitmix64
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void checksum(uint8_t *bytes, size_t n, uint8_t *at)
{
	uint32_t sum = 0;
	at[0] = at[1] = 0;
	for (size_t i = 0; i < n; i++)
		sum += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	at[0] = (uint8_t)(~sum >> 8);
	at[1] = (uint8_t)~sum;
}

static void finish(struct frame *r)
{
	r->bytes[LINK + 2] = (uint8_t)((r->length - LINK) >> 8);
	r->bytes[LINK + 3] = (uint8_t)(r->length - LINK);
	checksum(r->bytes + LINK, 20, r->bytes + LINK + 10);
	checksum(r->bytes + ICMP, r->length - ICMP, r->bytes + ICMP + 2);
}

static void swap(uint8_t *a, uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t x = a[i];
		a[i] = b[i];
		b[i] = x;
	}
}

static struct frame reply_to(const struct frame *request)
{
	struct frame r = *request;
	swap(r.bytes, r.bytes + 6, 6);
	swap(r.bytes + LINK + 12, r.bytes + LINK + 16, 4);
	r.bytes[ICMP] = 0;
	finish(&r);
	return r;
}

// An error from a router at 203.0.113.1 that quotes `quoted` bytes of the request.
static struct frame error_about(const struct frame *request, uint8_t type, uint8_t code, size_t quoted)
{
	static const uint8_t router[4] = {203, 0, 113, 1};
	struct frame r = reply_to(request);
	memcpy(r.bytes + LINK + 12, router, 4);
	memset(r.bytes + ICMP, 0, 8);
	r.bytes[ICMP] = type;
	r.bytes[ICMP + 1] = code;
	memcpy(r.bytes + BODY, request->bytes + LINK, quoted);
	r.length = BODY + quoted;
	finish(&r);
	return r;
}

static void send_frame(struct forger *f, const struct frame *r)
{
	for (int tries = 0; tries < 100; tries++) {
		if (send(f->fd, r->bytes, r->length, 0) == (ssize_t)r->length)
			return;
		(void)poll(NULL, 0, 1);
	}
	f->failed++;
}

static void forge(struct forger *f, const struct frame *r)
{
	send_frame(f, r);
	f->forged++;
}

static void flip(struct forger *f, const struct frame *request, size_t at)
{
	struct frame r = reply_to(request);
	r.bytes[at] ^= 1;
	finish(&r);
	forge(f, &r);
}

static void honestly(struct forger *f, const struct frame *request)
{
	struct frame r = reply_to(request);
	send_frame(f, &r);
	f->honest++;
}

// Payload: stamp 8, serial 4, index 4, cookie 8.
static void craft(struct forger *f, const struct frame *request)
{
	if (f->seen > 1) {
		flip(f, request, BODY + 23); // wrong cookie
		flip(f, request, LINK + 15); // right cookie and index, wrong source
		flip(f, request, BODY + 7);  // altered stamp
		flip(f, request, BODY + 15); // altered index
		struct frame cut = reply_to(request);
		cut.length = BODY + 20;
		finish(&cut);
		forge(f, &cut); // payload without a whole cookie
		struct frame old = reply_to(f->seen & 1 ? &f->first : &f->previous);
		forge(f, &old); // replayed
	}
	honestly(f, request);
	if (f->seen > 1) {
		struct frame again = reply_to(request);
		send_frame(f, &again);
	}
}

static void later(struct forger *f, const struct frame *request)
{
	struct frame *r = &f->queue[f->tail++ % QUEUE];
	*r = reply_to(request);
	r->due = now_ns() + f->delay_ns;
	f->honest++;
}

static void short_quotes(struct forger *f, const struct frame *request)
{
	static const size_t wrong[] = {ICMP + 7, LINK + 19, ICMP + 3, LINK + 5};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct frame changed = *request;
		changed.bytes[wrong[i]] ^= 1;
		struct frame r = error_about(&changed, 3, 1, 28);
		forge(f, &r);
	}
	struct frame r = error_about(request, 3, 1, 28);
	send_frame(f, &r);
	f->honest++;
}

static void random_frame(struct forger *f)
{
	struct frame noise = f->first, r;
	uint64_t kind = next_random(f);
	for (size_t i = BODY; i + 8 <= FRAME_MAX; i += 8) {
		uint64_t word = next_random(f);
		memcpy(noise.bytes + i, &word, 8);
	}
	noise.bytes[ICMP + 6] = (uint8_t)(kind >> 8);
	noise.bytes[ICMP + 7] = (uint8_t)(kind >> 16);
	noise.bytes[LINK + 19] = (uint8_t)(kind >> 24);
	noise.length = BODY + (kind >> 32) % 65;
	noise.bytes[LINK + 3] = (uint8_t)(noise.length - LINK);
	noise.bytes[LINK + 2] = 0;
	r = kind % 4 ? reply_to(&noise) : error_about(&noise, 3, (uint8_t)(kind >> 40) & 15, noise.length - LINK);
	forge(f, &r);
}

static bool is_request(const struct frame *r)
{
	static const uint8_t network[3] = {198, 18, 9};
	return r->length >= BODY + 24 && r->bytes[LINK] == 0x45 && r->bytes[LINK + 9] == 1 && r->bytes[ICMP] == 8 &&
	       memcmp(r->bytes + LINK + 16, network, 3) == 0;
}

static void read_requests(struct forger *f)
{
	struct frame r = {0};
	for (;;) {
		ssize_t n = recv(f->fd, r.bytes, sizeof(r.bytes), MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0)
			return;
		r.length = (size_t)n;
		if (r.length > sizeof(r.bytes) || !is_request(&r))
			continue;
		if (!f->seen++)
			f->first = r;
		f->answer(f, &r);
		f->previous = r;
	}
}

static void send_queued(struct forger *f)
{
	for (; f->head < f->tail && f->queue[f->head % QUEUE].due <= now_ns(); f->head++)
		send_frame(f, &f->queue[f->head % QUEUE]);
}

// What is due of the flood by now, in small bunches between which requests are answered.
static void flood_some(struct forger *f, uint64_t count, uint64_t rate, int64_t began)
{
	uint64_t due = (uint64_t)((double)(now_ns() - began) * 1e-9 * (double)rate);
	due = due < count ? due : count;
	for (int i = 0; i < FLOOD_AT_ONCE && f->forged < due; i++)
		random_frame(f);
}

static int listen_on(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), bytes = 8 << 20;
	struct sockaddr_ll name = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
	name.sll_protocol = __builtin_bswap16(ETH_P_IP);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0 ||
	    bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0) {
		perror(interface);
		exit(1);
	}
	return fd;
}

static bool input_open(void)
{
	struct pollfd input = {.fd = 0, .events = POLLIN};
	char some[16];
	return poll(&input, 1, 0) == 0 || read(0, some, sizeof(some)) > 0;
}

int main(int argc, char **argv)
{
	static struct forger f;
	uint64_t count = argc > 4 ? strtoull(argv[3], NULL, 10) : 0, rate = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	const char *seed = getenv("LACUNA_SEED");
	if (argc < 3)
		return 2;
	f.fd = listen_on(argv[1]);
	f.answer = honestly;
	if (argv[2][0] == 'c')
		f.answer = craft;
	if (argv[2][0] == 's')
		f.answer = short_quotes;
	if (argv[2][0] == 'l') {
		f.answer = later;
		f.delay_ns = (int64_t)strtoull(argv[3], NULL, 10) * 1000000;
	}
	f.random = seed ? strtoull(seed, NULL, 10) : (uint64_t)now_ns();
	uint64_t began_with = f.random;
	printf("ready\n");
	fflush(stdout);
	int64_t began = 0;
	while (input_open()) {
		struct pollfd ready = {.fd = f.fd, .events = POLLIN};
		bool flooding = count && f.seen && f.forged < count;
		(void)poll(&ready, 1, flooding ? 0 : 5);
		read_requests(&f);
		send_queued(&f);
		if (flooding && !began)
			began = now_ns();
		if (flooding)
			flood_some(&f, count, rate, began);
	}
	printf("{\"seed\":%" PRIu64 ",\"seen\":%" PRIu64 ",\"honest\":%" PRIu64 ",\"forged\":%" PRIu64
	       ",\"failed\":%" PRIu64 "}\n",
	       began_with, f.seen, f.honest, f.forged, f.failed);
	close(f.fd);
	return 0;
}
