// SPDX-License-Identifier: ISC
// The engine on the loopback: the gate is asked first and obeyed, DNS is handed on, identities and specs are looked at, slots come
// back, nothing is lost when it is closed in the middle.
#include "fakes.h"

#include "../unit/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct heard {
	struct attempt last;
	size_t count;
};

struct scene {
	struct gate gate;
	struct heard heard;
	struct check *check;
	int listener;
	uint16_t port;
};

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct heard *h = context;
	h->last = batch[n - 1];
	h->count += n;
}

static int open_with(struct scene *s, const char *identity, const char *contact)
{
	struct check_options o = {.gate = &s->gate, .out = {take, &s->heard}, .version = "1"};
	o.identity = identity;
	o.contact = contact;
	return check_open(&o, &s->check);
}

static int set_up(void **state)
{
	static struct scene s;
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(a);
	s = (struct scene){.gate.answer = GATE_GO};
	s.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s.listener, (struct sockaddr *)&a, length), 0);
	assert_int_equal(listen(s.listener, 64), 0); // connections are taken by the kernel, and never served
	assert_int_equal(getsockname(s.listener, (struct sockaddr *)&a, &length), 0);
	s.port = ntohs(a.sin_port);
	assert_int_equal(open_with(&s, "observatory.example", NULL), 0);
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	check_close(s->check);
	close(s->listener);
	return 0;
}

static struct check_spec spec(const struct scene *s, uint8_t op)
{
	return (struct check_spec){.op = op,
				   .kind = GATE_NAMED,
				   .address = addr_v4(INADDR_LOOPBACK),
				   .port = s->port,
				   .index = 7,
				   .network = 64512,
				   .number = 3,
				   .timeout_ms = 20000};
}

static void until_done(struct scene *s)
{
	for (int i = 0; i < 200 && check_pending(s->check); i++)
		assert_true(check_poll(s->check, NS_PER_S / 10) >= 0);
	assert_int_equal(check_pending(s->check), 0);
}

static void asks_the_gate_first(void **state)
{
	struct scene *s = *state;
	struct check_spec one = spec(s, PROBE_TCP_CONNECT);
	struct check_counts counts;
	int64_t wait = 0;
	s->gate.answer = GATE_WAIT;
	s->gate.wait_ns = 5 * NS_PER_S;
	assert_int_equal(check_start(s->check, &one, &wait), 0);
	assert_true(wait == 5 * NS_PER_S);
	s->gate.answer = GATE_OPTED_OUT;
	assert_int_equal(check_start(s->check, &one, &wait), 1);
	assert_int_equal(check_pending(s->check), 0);
	s->gate.answer = GATE_GO;
	assert_int_equal(check_start(s->check, &one, &wait), 1);
	assert_int_equal(s->gate.asked, 3);
	assert_int_equal(s->gate.last.network, 64512);
	assert_int_equal(s->gate.last.kind, GATE_NAMED);
	assert_int_equal(s->gate.last.op, PROBE_TCP_CONNECT);
	until_done(s);
	assert_int_equal(s->heard.count, 1);
	assert_int_equal(s->heard.last.failure, FAILURE_NONE);
	assert_int_equal(s->heard.last.index, 7);
	assert_int_equal(s->heard.last.number, 3);
	assert_int_equal(s->heard.last.mode, ATTEMPT_KERNEL);
	assert_true(s->heard.last.rtt_ns > 0 && s->heard.last.phase_us[PHASE_CONNECT] >= 0);
	check_counts(s->check, &counts);
	assert_true(counts.held == 1 && counts.refused == 1 && counts.started == 1 && counts.finished == 1);
}

static void hands_dns_on(void **state)
{
	struct scene *s = *state;
	struct check_spec one = spec(s, PROBE_DNS);
	struct check_counts counts;
	int64_t wait;
	assert_int_equal(check_start(s->check, &one, &wait), 1);
	assert_int_equal(s->gate.asked, 0); // dns asks by itself
	assert_int_equal(check_pending(s->check), 1);
	until_done(s);
	assert_int_equal(s->heard.last.op, PROBE_DNS);
	check_counts(s->check, &counts);
	assert_true(counts.dns_sent == 1 && counts.started == 1);
}

// Something comes for DNS though no question is out: it must be taken, else whoever waits never sleeps again.
static void takes_what_comes_late_for_dns(void **state)
{
	struct scene *s = *state;
	struct check_spec one = spec(s, PROBE_DNS);
	struct pollfd p = {.fd = check_descriptor(s->check), .events = POLLIN};
	int64_t wait;
	assert_int_equal(check_start(s->check, &one, &wait), 1);
	until_done(s);
	fake_dns_late();
	assert_int_equal(poll(&p, 1, 20000), 1);
	for (int i = 0; i < 10; i++)
		assert_true(check_poll(s->check, 0) >= 0);
	assert_int_equal(poll(&p, 1, 0), 0);
}

static void refuses_what_is_no_check(void **state)
{
	struct scene *s = *state;
	struct check_spec wrong[] = {
		spec(s, PROBE_ICMP_ECHO), spec(s, PROBE_OP_COUNT), spec(s, PROBE_HTTP),
		spec(s, PROBE_HTTP),	  spec(s, PROBE_HTTP),	   spec(s, PROBE_HTTP),
	};
	char name[CHECK_NAME_MAX + 2];
	int64_t wait;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = 0;
	wrong[2].name = "a\r\nX: y";
	wrong[3].name = name;
	wrong[4].address.family = FAMILY_NONE;
	wrong[5].kind = GATE_KINDS;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(check_start(s->check, &wrong[i], &wait), -EINVAL);
	assert_int_equal(s->gate.asked, 0);
}

static void wants_names_that_a_header_can_hold(void **state)
{
	(void)state;
	struct scene other = {.gate.answer = GATE_GO};
	static const char *const wrong[][2] = {
		{"a b", NULL}, {"a\r\nX: y", NULL}, {"a", "x)y"}, {"a", "x\ny"}, {"a", "\x80"}};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(open_with(&other, wrong[i][0], wrong[i][1]), -EINVAL);
}

static void nobody_in_particular_asks_only_the_laboratory(void **state)
{
	struct scene *s = *state, anonymous = {.gate.answer = GATE_OPTED_OUT};
	struct check_spec one = spec(s, PROBE_HTTP);
	static const char *const lab[] = {"127.0.0.1",	 "10.1.2.3",	"172.31.0.1", "192.168.0.1", "198.19.0.1",
					  "203.0.113.9", "2001:db8::1", "fd00::1",    "::1"};
	static const char *const world[] = {"192.0.3.1", "198.20.0.1", "172.32.0.1", "2001:db9::1", "::2", "fe80::1"};
	int64_t wait;
	assert_int_equal(open_with(&anonymous, NULL, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(lab); i++) {
		assert_int_equal(addr_parse(lab[i], &one.address), 0);
		assert_int_equal(check_start(anonymous.check, &one, &wait), 1);
		assert_int_equal(anonymous.gate.asked, i + 1); // which refused, so that nothing is sent
	}
	for (size_t i = 0; i < ARRAY_LEN(world); i++) {
		assert_int_equal(addr_parse(world[i], &one.address), 0);
		assert_int_equal(check_start(anonymous.check, &one, &wait), 1);
		assert_int_equal(anonymous.gate.asked, ARRAY_LEN(lab));
	}
	check_close(anonymous.check);
}

// What is ready, and what runs out of time, is seen by who waits on the descriptor beside others.
static void can_be_waited_for(void **state)
{
	struct scene *s = *state;
	struct check_spec one = spec(s, PROBE_HTTP);
	struct pollfd p = {.fd = check_descriptor(s->check), .events = POLLIN};
	int64_t wait;
	one.timeout_ms = 100;
	assert_int_equal(check_start(s->check, &one, &wait), 1);
	for (int i = 0; i < 20 && check_pending(s->check); i++) {
		assert_int_equal(poll(&p, 1, 20000), 1);
		assert_true(check_poll(s->check, 0) >= 0);
	}
	assert_int_equal(check_pending(s->check), 0);
	assert_int_equal(s->heard.last.failure, FAILURE_TIMEOUT);
	assert_true(s->heard.last.rtt_ns == ATTEMPT_UNKNOWN);
	assert_true(s->heard.last.phase_us[PHASE_CONNECT] >= 0);
	assert_int_equal(s->heard.last.phase_us[PHASE_FIRST_BYTE], ATTEMPT_UNKNOWN);
}

static void gives_slots_back(void **state)
{
	struct scene *s = *state;
	struct check_spec one = spec(s, PROBE_TCP_CONNECT);
	int64_t wait;
	close(s->listener); // each is refused
	s->listener = -1;
	for (int i = 0; i < 3 * CHECK_PENDING_MAX / 64; i++) {
		for (int k = 0; k < 64; k++)
			assert_int_equal(check_start(s->check, &one, &wait), 1);
		until_done(s);
	}
	assert_int_equal(s->heard.count, 3 * CHECK_PENDING_MAX / 64 * 64);
	assert_int_equal(s->heard.last.failure, FAILURE_REFUSED);
}

static bool handles_for(rlim_t n)
{
	struct rlimit limit;
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= n;
}

// A server that takes no more connections lets all of them hang; the next must wait, and does not cost the gate a question.
static void is_full_at_its_limits(void **state)
{
	struct scene *s = *state;
	struct check_spec one = spec(s, PROBE_TLS);
	int64_t wait = 0;
	size_t begun = 0, tls;
	if (!handles_for(CHECK_PENDING_MAX + 64))
		skip();
	one.timeout_ms = 120000;
	while (check_start(s->check, &one, &wait) == 1)
		begun++;
	tls = begun;
	assert_in_range(tls, 1000, CHECK_PENDING_MAX - 1);
	assert_true(wait > 0);
	one.op = PROBE_HTTP;
	while (check_start(s->check, &one, &wait) == 1)
		begun++;
	assert_int_equal(begun, CHECK_PENDING_MAX);
	assert_int_equal(check_pending(s->check), CHECK_PENDING_MAX);
	assert_int_equal(s->gate.asked, CHECK_PENDING_MAX);
	assert_int_equal(s->heard.count, 0);
}

static void can_be_closed_in_the_middle(void **state)
{
	struct scene *s = *state;
	struct check_spec one = spec(s, PROBE_TLS);
	int64_t wait;
	for (int i = 0; i < 20; i++) {
		one.op = i % 2 ? PROBE_TLS : PROBE_SMTP;
		assert_int_equal(check_start(s->check, &one, &wait), 1);
	}
	for (int i = 0; i < 20; i++)
		assert_true(check_poll(s->check, 1000000) >= 0);
	assert_int_equal(check_pending(s->check), 20);
	check_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_the_gate_first),
		TEST(hands_dns_on),
		TEST(takes_what_comes_late_for_dns),
		TEST(refuses_what_is_no_check),
		TEST(wants_names_that_a_header_can_hold),
		TEST(nobody_in_particular_asks_only_the_laboratory),
		TEST(can_be_waited_for),
		TEST(gives_slots_back),
		TEST(is_full_at_its_limits),
		TEST(can_be_closed_in_the_middle),
	};
	return cmocka_run_group_tests_name("check engine", tests, NULL, NULL);
}
