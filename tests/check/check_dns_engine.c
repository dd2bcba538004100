// SPDX-License-Identifier: ISC
// The DNS engine against a server in the same process, over loopback: the gate's answers, what is held, what our own side loses,
// ports and ids, listeners, bounds. Nothing here depends on how fast the machine is.
#include "../unit/unit.h"
#include "fake_gate.h"

#include "base/alloc.h"
#include "base/err.h"
#include "check/dns.h"
#include "os/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS	   1000000LL
#define PATIENCE   (60 * NS_PER_S) // what must come at once on any machine
#define SEEN_MAX   20000
#define NAME_BYTES 12 // example.kx

struct bench {
	struct gate *gate;
	struct check_dns *d;
	int server; // UDP socket
	uint16_t port;
	struct attempt *seen;
	size_t count;
	size_t ports[65536 / 64]; // bits: source ports that were seen
	uint16_t last_id;
	size_t padding;	 // bytes behind each answer
	unsigned forged; // answers with other ids before each
};

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct bench *b = context;
	for (size_t i = 0; i < n && b->count < SEEN_MAX; i++)
		b->seen[b->count++] = batch[i];
}

static struct bench *bench_open(void)
{
	struct bench *b = alloc_zero(1, sizeof(*b));
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(at);
	int big = 8 << 20;
	b->gate = gate_create(NULL);
	b->seen = alloc_zero(SEEN_MAX, sizeof(*b->seen));
	b->server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(b->server >= 0);
	setsockopt(b->server, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big));
	assert_int_equal(bind(b->server, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(b->server, (struct sockaddr *)&at, &length), 0);
	b->port = ntohs(at.sin_port);
	struct check_options o = {.gate = b->gate, .out = {take, b}};
	assert_int_equal(check_dns_open(&o, &b->d), 0);
	return b;
}

static void bench_close(struct bench *b)
{
	check_dns_close(b->d);
	gate_free(b->gate);
	close(b->server);
	free(b->seen);
	free(b);
}

static struct check_spec spec_of(const struct bench *b, uint32_t index)
{
	return (struct check_spec){.op = PROBE_DNS,
				   .kind = GATE_NAMED,
				   .address = addr_v4(INADDR_LOOPBACK),
				   .port = b->port,
				   .index = index,
				   .timeout_ms = 60000,
				   .name = "example.kx"};
}

static void start(struct bench *b, uint32_t index)
{
	struct check_spec s = spec_of(b, index);
	int64_t wait;
	assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
}

// An answer with an id that is off by so much.
static void forge(struct bench *b, const uint8_t *good, unsigned off, const struct sockaddr_in *to)
{
	uint8_t bytes[DNS_HEADER_BYTES + NAME_BYTES + 4];
	memcpy(bytes, good, sizeof(bytes));
	bytes[0] = (uint8_t)((b->last_id + off) >> 8);
	bytes[1] = (uint8_t)(b->last_id + off);
	assert_true(sendto(b->server, bytes, sizeof(bytes), 0, (const struct sockaddr *)to, sizeof(*to)) > 0);
}

// Answers what has come, as an empty authoritative answer with these flags; how many.
static size_t answer(struct bench *b, unsigned flags)
{
	uint8_t bytes[2048] = {0};
	struct sockaddr_in from;
	size_t n = 0;
	for (;; n++) {
		socklen_t length = sizeof(from);
		ssize_t got = recvfrom(b->server, bytes, 512, 0, (struct sockaddr *)&from, &length);
		if (got < 0)
			return n;
		unsigned port = ntohs(from.sin_port);
		b->ports[port / 64] |= (size_t)1 << port % 64;
		b->last_id = (uint16_t)(bytes[0] << 8 | bytes[1]);
		bytes[2] = (uint8_t)(flags >> 8);
		bytes[3] = (uint8_t)flags;
		bytes[11] = 0; // without OPT
		for (unsigned i = 1; i <= b->forged; i++)
			forge(b, bytes, i, &from);
		size_t size = DNS_HEADER_BYTES + NAME_BYTES + 4 + b->padding;
		assert_true(sendto(b->server, bytes, size, 0, (struct sockaddr *)&from, length) > 0);
	}
}

static void poll_once(struct bench *b, int64_t wait_ns)
{
	assert_true(check_dns_poll(b->d, wait_ns) >= 0);
}

// Until all is decided.
static void finish(struct bench *b, unsigned flags)
{
	int64_t until = clock_boot_ns() + PATIENCE;
	while (check_dns_pending(b->d)) {
		poll_once(b, MS);
		answer(b, flags);
		assert_true(clock_boot_ns() < until);
	}
}

static void what_is_no_question(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct check_spec s = spec_of(b, 0);
	int64_t wait;
	s.name = "a..b";
	assert_int_equal(check_dns_start(b->d, &s, &wait), ERR_MALFORMED);
	s.name = NULL;
	assert_int_equal(check_dns_start(b->d, &s, &wait), ERR_USAGE);
	s = spec_of(b, 0);
	s.op = PROBE_HTTP;
	assert_int_equal(check_dns_start(b->d, &s, &wait), ERR_USAGE);
	s = spec_of(b, 0);
	s.address.family = FAMILY_NONE;
	assert_int_equal(check_dns_start(b->d, &s, &wait), ERR_USAGE);
	assert_int_equal(b->gate->asked, 0);
	struct check_options o = {.out = {take, b}};
	struct check_dns *none;
	assert_int_equal(check_dns_open(&o, &none), ERR_USAGE);
	bench_close(b);
	check_dns_close(NULL);
}

static void the_gate(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct check_spec s = spec_of(b, 5);
	struct check_counts c;
	int64_t wait = 0;
	s.network = 64512;
	b->gate->answer = GATE_WAIT;
	b->gate->wait_ns = 777;
	assert_int_equal(check_dns_start(b->d, &s, &wait), 0);
	assert_int_equal(wait, 777);
	assert_true(b->gate->last.network == 64512 && b->gate->last.op == PROBE_DNS &&
		    b->gate->last.kind == GATE_NAMED && addr_equal(&b->gate->last.address, &s.address));
	b->gate->answer = GATE_OPTED_OUT;
	assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
	poll_once(b, 0);
	assert_int_equal(answer(b, 0x8400), 0); // nothing was sent
	check_dns_counts(b->d, &c);
	assert_true(c.held == 1 && c.refused == 1 && c.started == 0 && c.dns_sent == 0);
	assert_int_equal(check_dns_pending(b->d), 0);
	b->gate->answer = GATE_GO;
	assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
	finish(b, 0x8402);
	assert_int_equal(b->count, 1);
	assert_true(b->seen[0].failure == FAILURE_DNS_SERVFAIL && b->seen[0].index == 5 && b->seen[0].rtt_ns > 0);
	assert_int_equal(b->gate->relaxed, 1);
	bench_close(b);
}

// An answer that is cut is followed over TCP when the gate lets it, which is asked about a TCP connect.
static void held_for_tcp(void **state)
{
	(void)state;
	static const enum gate_answer later[] = {GATE_GO, GATE_BACKED_OFF, GATE_WAIT};
	for (size_t i = 0; i < ARRAY_LEN(later); i++) {
		struct bench *b = bench_open();
		struct check_counts c;
		b->gate->tcp_answer = GATE_WAIT;
		b->gate->wait_ns = 1000; // so that it is asked again and again
		start(b, 9);
		int64_t until = clock_boot_ns() + PATIENCE;
		while (b->gate->tcp_asked < 3) {
			poll_once(b, MS);
			answer(b, 0x8600);
			assert_true(clock_boot_ns() < until);
		}
		assert_int_equal(b->count, 1);
		assert_true(b->seen[0].failure == FAILURE_NONE &&
			    b->seen[0].dns_flags == (ATTEMPT_DNS_AA | ATTEMPT_DNS_TC));
		assert_int_equal(check_dns_pending(b->d), 1);
		b->gate->tcp_answer = later[i];
		b->gate->wait_ns = 60 * NS_PER_S; // longer than it is worth
		finish(b, 0x8600);
		check_dns_counts(b->d, &c);
		assert_int_equal(b->count, later[i] == GATE_GO ? 2 : 1);
		assert_int_equal(c.started, c.finished);
		assert_int_equal(c.refused, later[i] != GATE_GO);
		if (later[i] == GATE_GO) // nothing listens there
			assert_true(b->seen[1].failure == FAILURE_REFUSED && b->seen[1].number == 2 &&
				    b->seen[1].index == 9 && b->seen[1].dns_flags == ATTEMPT_DNS_TCP);
		bench_close(b);
	}
}

// More answers than our buffers hold: those that they dropped are our loss, not the server's silence.
static void own_losses(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct check_counts c;
	size_t asked = 0, ok = 0, local = 0, n = 12000;
	b->padding = 1200; // behind the message: only its size matters
	for (; asked < n; asked++) {
		struct check_spec s = spec_of(b, (uint32_t)asked);
		int64_t wait;
		s.timeout_ms = 10000;
		assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
		answer(b, 0x8402); // while nobody reads
	}
	poll_once(b, 0);
	finish(b, 0x8402);
	check_dns_counts(b->d, &c);
	assert_int_equal(b->count, n);
	for (size_t i = 0; i < b->count; i++) {
		ok += b->seen[i].failure == FAILURE_DNS_SERVFAIL;
		local += b->seen[i].failure == FAILURE_LOCAL;
	}
	print_message("%zu answered, %zu lost by our own buffers\n", ok, local);
	assert_int_equal(ok + local, n);
	assert_int_equal(c.local_faults, local);
	assert_true(local > 0); // else this test tests nothing: ask more
	bench_close(b);
}

// Some misfits change nothing; many, and even the answer that fits is not believed.
static void guessed_answers(void **state)
{
	(void)state;
	static const unsigned forged[] = {0, 31, 32, 500};
	for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
		struct bench *b = bench_open();
		struct check_counts c;
		bool believed = forged[i] < 32;
		b->forged = forged[i];
		start(b, 3);
		finish(b, 0x8402);
		check_dns_counts(b->d, &c);
		assert_int_equal(c.dns_mismatched, forged[i]);
		assert_int_equal(b->count, believed ? 1 : 2);
		assert_int_equal(b->seen[0].failure, believed ? FAILURE_DNS_SERVFAIL : FAILURE_FORGED);
		assert_int_equal(b->seen[0].rcode, believed ? DNS_SERVFAIL : ATTEMPT_UNKNOWN);
		if (!believed) // nothing listens on TCP
			assert_true(b->seen[1].failure == FAILURE_REFUSED && b->seen[1].number == 2);
		b->forged = 0;
		start(b, 4);
		finish(b, 0x8402); // it is over
		assert_int_equal(b->seen[b->count - 1].failure, FAILURE_DNS_SERVFAIL);
		bench_close(b);
	}
}

// We come late to read what came in time.
static void late_reader(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct check_spec s = spec_of(b, 1);
	struct timespec pause = {0, 300 * MS};
	int64_t wait, before = clock_boot_ns();
	size_t n = 60 * 32; // whole batches: sent without a poll, which would see to time-outs
	s.timeout_ms = 100;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
	answer(b, 0x8402);
	int64_t answered = clock_boot_ns() - before;
	nanosleep(&pause, NULL);
	finish(b, 0x8402);
	assert_int_equal(b->count, n);
	for (size_t i = 0; i < n; i++)
		assert_true(b->seen[i].failure == FAILURE_DNS_SERVFAIL && b->seen[i].rtt_ns <= answered);
	bench_close(b);
}

static void ports_and_ids(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	size_t ports = 0, repeated = 0;
	uint16_t before = 0;
	for (uint32_t i = 0; i < 200; i++) {
		start(b, i);
		finish(b, 0x8400);
		repeated += b->last_id == before || b->last_id == (uint16_t)(before + 1);
		before = b->last_id;
	}
	for (size_t i = 0; i < ARRAY_LEN(b->ports); i++)
		ports += (size_t)__builtin_popcountl(b->ports[i]);
	assert_int_equal(ports, 8); // of 200, each of 8 comes up but once in 3e10 runs
	assert_true(repeated < 3);  // 0.006 are to be expected
	bench_close(b);
}

static void full(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct check_spec s = spec_of(b, 0);
	int64_t wait = 0;
	for (size_t i = 0; i < CHECK_PENDING_MAX; i++)
		assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
	uint64_t asked = b->gate->asked;
	assert_int_equal(check_dns_start(b->d, &s, &wait), 0);
	assert_true(wait > 0);
	assert_int_equal(b->gate->asked, asked); // what cannot be sent is not counted as sent
	bench_close(b);				 // with all of them waiting
}

struct follower {
	struct bench *b;
	size_t heard, with_answer;
};

static void hear(void *context, struct attempt *a, const struct dns_query *asked, const struct dns_message *m)
{
	struct follower *f = context;
	f->heard++;
	f->with_answer += m && m->question.type == asked->type;
	if (a->failure == FAILURE_DNS_SERVFAIL)
		a->failure = FAILURE_DNS_STALE;
	if (a->index < 100) // the next question from within
		start(f->b, a->index + 1);
}

static void listener(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct follower f = {.b = b};
	check_dns_listen(b->d, (struct check_dns_listener){hear, &f});
	start(b, 0);
	finish(b, 0x8402);
	assert_int_equal(b->count, 101);
	assert_true(f.heard == 101 && f.with_answer == 101);
	for (size_t i = 0; i < b->count; i++)
		assert_true(b->seen[i].index == i && b->seen[i].failure == FAILURE_DNS_STALE);
	bench_close(b);
}

// A listener that begins another question for each that fails by our own side does not keep one poll for ever.
static void listener_of_failures(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct follower f = {.b = b};
	check_dns_listen(b->d, (struct check_dns_listener){hear, &f});
	b->port = 0;
	struct check_spec s = spec_of(b, 0);
	int64_t wait;
	s.port = 9;
	s.address = addr_v4(0xffffffff); // broadcast: refused by our own side
	assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
	poll_once(b, 0);
	assert_int_equal(f.heard, 1);
	assert_true(b->seen[0].failure == FAILURE_LOCAL && b->seen[0].local_error == EACCES);
	bench_close(b);
}

// Whoever waits on the descriptor alone is woken for what was begun, for answers, and for time-outs.
static void descriptor(void **state)
{
	(void)state;
	struct bench *b = bench_open();
	struct check_spec s = spec_of(b, 1);
	struct pollfd p = {.fd = check_dns_descriptor(b->d), .events = POLLIN};
	int64_t wait, until = clock_boot_ns() + PATIENCE;
	s.timeout_ms = 200;
	assert_int_equal(poll(&p, 1, 0), 0);
	assert_int_equal(check_dns_start(b->d, &s, &wait), 1);
	size_t woken = 0;
	while (check_dns_pending(b->d)) {
		assert_int_equal(poll(&p, 1, (int)(PATIENCE / MS)), 1);
		poll_once(b, 0);
		assert_true(clock_boot_ns() < until);
		woken++;
	}
	assert_int_equal(b->count, 1);
	assert_true(b->seen[0].failure == FAILURE_TIMEOUT);
	assert_true(woken < 20); // it does not spin
	assert_int_equal(poll(&p, 1, 0), 0);
	bench_close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_question),
		cmocka_unit_test(the_gate),
		cmocka_unit_test(held_for_tcp),
		cmocka_unit_test(own_losses),
		cmocka_unit_test(guessed_answers),
		cmocka_unit_test(late_reader),
		cmocka_unit_test(full),
		cmocka_unit_test(ports_and_ids),
		cmocka_unit_test(listener),
		cmocka_unit_test(descriptor),
		cmocka_unit_test(listener_of_failures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
