// SPDX-License-Identifier: ISC
// The engine behind the real gate, towards loopback only: what is not allowed is never sent, what comes too early waits.
// Tests: src/probe/prober.c
#include "../unit/unit.h"

#include "probe/prober.h"

#include <string.h>

struct seen {
	struct attempt last;
	size_t count;
};

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct seen *s = context;
	s->last = batch[n - 1];
	s->count += n;
}

static struct prober_item to(const char *address, uint8_t kind)
{
	struct prober_item item = {.op = PROBE_ICMP_ECHO, .kind = kind, .number = 1};
	assert_int_equal(addr_parse(address, &item.address), 0);
	return item;
}

static void only_what_the_gate_allows_is_sent(void **state)
{
	(void)state;
	struct caps caps = caps_default();
	struct seen seen = {0};
	struct prober_options o = {
		.best = ATTEMPT_CONNECT, .rate = 100, .gate = gate_create(&caps), .out = {take, &seen}};
	struct prober *p;
	char why[100];
	int64_t wait = 0;
	assert_int_equal(prober_open(&o, &p, why, sizeof(why)), 0);
	assert_int_equal(prober_mode(p), ATTEMPT_CONNECT);
	const struct prober_item items[] = {to("203.0.113.7", GATE_CENSUS),    to("224.0.0.1", GATE_NAMED),
					    to("255.255.255.255", GATE_NAMED), to("ff02::1", GATE_NAMED),
					    to("127.0.0.1", GATE_NAMED),       to("127.0.0.1", GATE_NAMED)};
	assert_int_equal(prober_send(p, items, 6, &wait), 5); // the last is the same address within its second
	assert_true(wait > 0 && wait < 2000000000);
	for (int i = 0; i < 500 && prober_pending(p); i++)
		assert_int_equal(prober_poll(p, 10000000), 0);
	struct prober_counts c;
	prober_counts(p, &c);
	assert_int_equal(c.sent, 1);
	assert_int_equal(c.refused, 4);
	assert_int_equal(c.held, 1);
	assert_int_equal(c.recorded, 1);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.failure, FAILURE_NONE); // refused or not: it answered
	prober_close(p);
	gate_free(o.gate);
}

static void closing_takes_anything(void **state)
{
	(void)state;
	prober_close(NULL);
	struct caps caps = caps_default();
	struct seen seen = {0};
	struct prober_options o = {.best = ATTEMPT_CONNECT, .gate = gate_create(&caps), .out = {take, &seen}};
	struct prober *p;
	int64_t wait;
	assert_int_equal(prober_open(&o, &p, NULL, 0), 0);
	const struct prober_item item = to("127.0.0.1", GATE_NAMED);
	assert_int_equal(prober_send(p, &item, 1, &wait), 1);
	prober_close(p); // with a probe in flight
	gate_free(o.gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(only_what_the_gate_allows_is_sent),
					   cmocka_unit_test(closing_takes_anything)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
