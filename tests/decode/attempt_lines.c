// SPDX-License-Identifier: ISC
// Attempts as lines: exact lines, JSON that another library reads, and every attempt read back by our own decoder as the same
// observation. Attempts as rows: plain words, nothing that steers a terminal.
#include "lines.h"

#include "../unit/unit.h"

#include "base/alloc.h"
#include "feed/line_time.h"
#include "model/observer.h"
#include "report/attempt.h"

#include <errno.h>
#include <jansson.h>

static struct heard_lines *h;
static struct text written;

static int begin(void **state)
{
	(void)state;
	h = lines_begin();
	return 0;
}

static int end(void **state)
{
	(void)state;
	lines_end(h);
	text_free(&written);
	return 0;
}

static struct addr address(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct attempt attempt(uint8_t op, const char *target)
{
	struct addr a = address(target);
	return attempt_of(op, &a, 0, instant_of(1795418965, 898000000));
}

static const char *line_of(const struct attempt *a, const char *observer, const char *name)
{
	text_clear(&written);
	attempt_json(&written, a, observer, name);
	return text_string(&written);
}

static void test_ping(void **state)
{
	(void)state;
	struct attempt a = attempt(PROBE_ICMP_ECHO, "198.18.0.10");
	a.rtt_ns = 23120000;
	a.ttl = 61;
	assert_string_equal(
		line_of(&a, "vp1", NULL),
		"{\"t\":1795418965.898,\"observer\":\"vp1\",\"op\":\"icmp_echo\",\"target\":\"198.18.0.10\","
		"\"ok\":true,\"rtt_ms\":23.120,\"ttl\":61}\n");
	a.time.ns += 120;
	a.rtt_ns = 7456;
	a.mode = ATTEMPT_PACKET;
	a.number = 2;
	assert_string_equal(
		line_of(&a, "vp1", NULL),
		"{\"t\":1795418965.898000120,\"observer\":\"vp1\",\"op\":\"icmp_echo\",\"target\":"
		"\"198.18.0.10\",\"ok\":true,\"rtt_ms\":0.007456,\"ttl\":61,\"attempt\":2,\"mode\":\"packet\"}\n");
	a = attempt(PROBE_ICMP_ECHO, "198.18.3.20");
	a.time = instant_of(1795418966, 480001000);
	a.failure = FAILURE_HOST_UNREACHABLE;
	a.icmp_from = address("198.51.100.1");
	a.icmp_type = 3;
	a.icmp_code = 1;
	assert_string_equal(
		line_of(&a, "vp1", NULL),
		"{\"t\":1795418966.480001,\"observer\":\"vp1\",\"op\":\"icmp_echo\",\"target\":\"198.18.3.20\","
		"\"ok\":false,\"failure\":\"host_unreachable\",\"icmp\":{\"type\":3,\"code\":1,\"from\":"
		"\"198.51.100.1\"}}\n");
	a = attempt(PROBE_ICMP_ECHO, "2001:db8::1");
	a.failure = FAILURE_LOCAL;
	a.local_error = ENETUNREACH;
	a.mode = ATTEMPT_PING;
	assert_string_equal(
		line_of(&a, "a\"b\n", NULL),
		"{\"t\":1795418965.898,\"observer\":\"a\\\"b\\u000a\",\"op\":\"icmp_echo\",\"target\":"
		"\"2001:db8::1\",\"ok\":false,\"failure\":\"local_fault\",\"errno\":101,\"mode\":\"ping\"}\n");
}

static void test_checks(void **state)
{
	(void)state;
	struct attempt a = attempt(PROBE_DNS, "198.18.1.10");
	a.rtt_ns = 12300000;
	a.rcode = 0;
	a.dns_flags = ATTEMPT_DNS_AA | ATTEMPT_DNS_SOA | ATTEMPT_DNS_TCP;
	a.serial = 4294967295;
	a.port = 53;
	memcpy(a.nsid, "a\"\x1b", 4);
	assert_string_equal(
		line_of(&a, "vp1", "www.example.kx"),
		"{\"t\":1795418965.898,\"observer\":\"vp1\",\"op\":\"dns_round_trip\",\"target\":\"198.18.1.10\","
		"\"name\":\"www.example.kx\",\"ok\":true,\"rtt_ms\":12.300,\"rcode\":0,\"aa\":true,\"transport\":"
		"\"tcp\",\"serial\":4294967295,\"nsid\":\"a\\\"\\u001b\"}\n");
	a = attempt(PROBE_HTTP, "198.18.0.10");
	a.rtt_ns = 46200000;
	a.status = 503;
	a.failure = FAILURE_HTTP_STATUS;
	a.port = 8443;
	a.expires = 1798761600;
	a.phase_us[PHASE_CONNECT] = 20100;
	a.phase_us[PHASE_TLS] = 0;
	a.phase_us[PHASE_FIRST_BYTE] = 24900;
	assert_string_equal(
		line_of(&a, "vp1", NULL),
		"{\"t\":1795418965.898,\"observer\":\"vp1\",\"op\":\"http_round_trip\",\"target\":\"198.18.0.10\","
		"\"ok\":false,\"failure\":\"http_error\",\"rtt_ms\":46.200,\"phase_ms\":{\"connect\":20.100,"
		"\"tls\":0.000,\"first_byte\":24.900},\"status\":503,\"port\":8443,\"expires\":1798761600}\n");
	a.port = 443;
	a.failure = FAILURE_NONE; // the operator wants a 503
	assert_non_null(strstr(line_of(&a, "vp1", NULL), "\"status\":503,\"accepted\":true,\"expires\""));
	a = attempt(PROBE_SMTP, "198.18.0.25");
	a.failure = FAILURE_SMTP_REFUSED;
	a.status = 554;
	a.port = 25;
	assert_non_null(strstr(line_of(&a, "vp1", NULL), "\"failure\":\"smtp_refused_error\",\"smtp_code\":554}\n"));
	a = attempt(PROBE_TCP_CONNECT, "198.18.0.25");
	a.rtt_ns = 0;
	a.port = 22;
	assert_non_null(strstr(line_of(&a, "vp1", NULL), "\"ok\":true,\"rtt_ms\":0.000,\"port\":22}\n"));
}

static void fill(struct attempt *a, uint64_t *random)
{
	static const char *const targets[] = {"0.0.0.0",    "9.10.99.100", "255.255.255.255",
					      "198.18.0.1", "2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"};
	uint64_t dice = unit_random(random);
	*a = attempt((uint8_t)(dice % PROBE_OP_COUNT), targets[dice / 8 % ARRAY_LEN(targets)]);
	a->time.ns = (int64_t)(unit_random(random) % (7000000000ull * NS_PER_S));
	a->time.ns -= dice & 1 << 8 ? a->time.ns % 1000 : dice & 1 << 9 ? a->time.ns % 1000000 : 0;
	a->failure = (uint8_t)(dice >> 12 & 1 ? unit_random(random) % FAILURE_COUNT : FAILURE_NONE);
	a->rtt_ns = dice >> 13 & 7 ? (int64_t)(unit_random(random) >> (20 + dice % 40)) % (4000 * NS_PER_S)
				   : ATTEMPT_UNKNOWN;
	a->ttl = (uint8_t)(dice >> 16);
	a->mode = (uint8_t)((dice >> 24) % ATTEMPT_MODES);
	a->number = (uint16_t)(dice >> 30 & 3);
	a->port = (uint16_t)(dice >> 32 & 1 ? dice >> 48 : 0);
	a->status = (uint16_t)(dice >> 33 & 1 ? 100 + unit_random(random) % 500 : 0);
	a->rcode = (int16_t)(dice >> 34 & 1 ? (int)(unit_random(random) % 16) : ATTEMPT_UNKNOWN);
	a->dns_flags = (uint8_t)(dice >> 35 & 15);
	a->serial = (uint32_t)unit_random(random);
	a->expires = dice >> 39 & 1 ? (int64_t)unit_random(random) : 0;
	a->local_error = (uint8_t)(dice >> 40 & 1 ? unit_random(random) : 0);
	for (int i = 0; i < PHASE_COUNT; i++)
		a->phase_us[i] = dice >> (41 + i) & 1 ? (int32_t)(unit_random(random) & INT32_MAX) : ATTEMPT_UNKNOWN;
	for (int i = 0; dice >> 46 & 1 && i < ATTEMPT_NSID_MAX; i++)
		a->nsid[i] = (char)unit_random(random);
	if (dice >> 47 & 1) {
		a->icmp_from = address(targets[dice / 64 % ARRAY_LEN(targets)]);
		a->icmp_type = (uint8_t)(unit_random(random));
		a->icmp_code = (uint8_t)(unit_random(random));
	}
}

static size_t random_word(char *ret, size_t most, uint64_t *random)
{
	size_t n = 1 + unit_random(random) % most;
	uint64_t plain = unit_random(random) % 3;
	for (size_t i = 0; i < n; i++) {
		uint64_t byte = unit_random(random);
		ret[i] = (char)(plain ? 'a' + byte % 26 : 1 + byte % 127);
	}
	ret[n] = '\0';
	return n;
}

// What lines_say() says of the attempt, or must say.
static void expected(struct text *t, const struct attempt *a, const char *observer, const char *name)
{
	bool cut = a->op == PROBE_DNS && a->failure == FAILURE_NONE && a->dns_flags & ATTEMPT_DNS_TC &&
		   !(a->dns_flags & ATTEMPT_DNS_TCP);
	uint8_t outcome = cut ? PROBE_CUT : probe_failure_outcome(a->failure);
	text_clear(t);
	text_printf(t, "7.000000005 %s %s ", observer, probe_op_name(a->op));
	text_addr(t, &a->target);
	uint64_t us = outcome == PROBE_OK && a->rtt_ns >= 0 ? ((uint64_t)a->rtt_ns + 500) / 1000 : 0;
	text_printf(t, " %s %s %llu", name ? name : "-", probe_outcome_name(outcome), (unsigned long long)us);
	if (a->icmp_from.family) {
		text_printf(t, " %u/%u ", a->icmp_type, a->icmp_code);
		text_addr(t, &a->icmp_from);
		text_printf(t, "/%u", family_bits(a->icmp_from.family));
	}
	text_char(t, '\n');
}

static void check_json(const char *line, size_t n, const char *observer, const char *name)
{
	json_error_t error;
	json_t *read = json_loadb(line, n, JSON_REJECT_DUPLICATES, &error);
	if (!read)
		fail_msg("%s: %s", line, error.text);
	assert_string_equal(json_string_value(json_object_get(read, "observer")), observer);
	if (name)
		assert_string_equal(json_string_value(json_object_get(read, "name")), name);
	json_decref(read);
}

// Every attempt is read back as the same observation, at the same time.
static void test_round_trip(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text want = {0};
	for (int round = 0; round < 20000; round++) {
		char observer[24], name[200];
		struct attempt a;
		struct instant time;
		bool named = unit_random(&random) % 2;
		fill(&a, &random);
		random_word(observer, sizeof(observer) - 1, &random);
		if (round % 64) // few observers: there is a limit to them
			memcpy(observer, "vp1", 4);
		random_word(name, sizeof(name) - 1, &random);
		line_of(&a, observer, named ? name : NULL);
		size_t n = written.length - 1;
		assert_int_equal(written.bytes[n], '\n');
		assert_null(memchr(written.bytes, '\n', n));
		assert_int_equal(line_time_object(cursor_of(written.bytes, n), &time), LINE_PROBE);
		assert_true(time.ns == a.time.ns);
		check_json(written.bytes, n, observer, named ? name : NULL);
		expected(&want, &a, observer, named ? name : NULL);
		const char *said = lines_say(h, LINE_PROBE, written.bytes, n);
		if (strcmp(said, text_string(&want)) != 0)
			fail_msg("%s\n%s%s%s", text_string(&written), said, want.bytes, h->wrong.bytes);
	}
	text_free(&want);
}

// What the measuring processes hand on is the same observation whether it goes by way of text or not.
static void test_without_text(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text by_text = {0};
	for (int round = 0; round < 20000; round++) {
		char name[200];
		struct attempt a;
		bool named = unit_random(&random) % 2;
		fill(&a, &random);
		random_word(name, sizeof(name) - 1, &random);
		line_of(&a, "vp1", named ? name : NULL);
		text_clear(&by_text);
		text_put(&by_text, lines_say(h, LINE_PROBE, written.bytes, written.length - 1));
		a.time = instant_of(7, 5); // what lines_say() gives its records
		assert_string_equal(lines_attempt(h, &a, "vp1", named ? name : NULL), text_string(&by_text));
	}
	struct decode_health health = {instant_of(9, 0),  instant_of(3, 500000000), "v\"p",
				       OBSERVER_DEGRADED, OBSERVER_OWN_LOSS,	    250000};
	assert_string_equal(lines_health(h, &health), "9.000000000 v\"p degraded own_loss 3.500000000 250000\n");
	health.from = INSTANT_NONE;
	assert_string_equal(lines_health(h, &health), "9.000000000 v\"p degraded own_loss 9.000000000 250000\n");
	text_free(&by_text);
}

// A buffer that is full anywhere grows where it must: the same line behind any text.
static void test_room(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct attempt a;
	char name[200];
	for (int round = 0; round < 300; round++) {
		struct text one = {0}, other = {0};
		fill(&a, &random);
		random_word(name, sizeof(name) - 1, &random);
		attempt_json(&one, &a, name, name);
		size_t before = unit_random(&random) % 5000;
		for (size_t i = 0; i < before; i++)
			text_char(&other, 'x');
		attempt_json(&other, &a, name, name);
		assert_int_equal(other.length, before + one.length);
		assert_memory_equal(other.bytes + before, one.bytes, one.length);
		text_free(&one);
		text_free(&other);
	}
}

static void test_unusual(void **state)
{
	(void)state;
	struct attempt a = attempt(PROBE_ICMP_ECHO, "198.18.0.10");
	char observer[400];
	memset(observer, 'x', sizeof(observer) - 1);
	observer[sizeof(observer) - 1] = '\0';
	line_of(&a, observer, observer);
	check_json(written.bytes, written.length, observer, observer);
	line_of(&a, "", "");
	check_json(written.bytes, written.length, "", "");
	a.time = INSTANT_NONE;
	assert_non_null(strstr(line_of(&a, "vp1", NULL), "{\"t\":null,"));
	a.time.ns = -1500000000;
	assert_non_null(strstr(line_of(&a, "vp1", NULL), "{\"t\":-1.500000000,"));
	a.op = 99;
	a.failure = 99;
	a.mode = 99;
	line_of(&a, "vp1", NULL);
	check_json(written.bytes, written.length, "vp1", NULL);
}

static void test_health(void **state)
{
	(void)state;
	struct text t = {0};
	struct health_report plain = {instant_of(1795418965, 898000000), INSTANT_NONE, "vp1", "blind", "carrier", 0};
	health_report_json(&t, &plain);
	assert_string_equal(text_string(&t), "{\"t\":1795418965.898000,\"observer\":\"vp1\",\"op\":\"observer_health\","
					     "\"state\":\"blind\",\"why\":\"carrier\"}\n");
	assert_string_equal(lines_say(h, LINE_PROBE, t.bytes, t.length - 1),
			    "7.000000005 vp1 blind carrier 7.000000005 0\n");
	text_clear(&t);
	struct health_report r = {instant_of(9, 0), instant_of(3, 500000000), "v\"p", "degraded", "own_loss", 0.25};
	health_report_json(&t, &r);
	assert_string_equal(text_string(&t),
			    "{\"t\":9.000000,\"observer\":\"v\\\"p\",\"op\":\"observer_health\",\"state\":\"degraded\","
			    "\"why\":\"own_loss\",\"from\":3.500000,\"loss\":0.2500}\n");
	assert_string_equal(lines_say(h, LINE_PROBE, t.bytes, t.length - 1),
			    "7.000000005 v\"p degraded own_loss 3.500000000 250000\n");
	text_free(&t);
}

static void expect_row(const struct attempt *a, const char *name, const char *row)
{
	text_clear(&written);
	attempt_row(&written, a, name);
	assert_string_equal(text_string(&written), row);
}

static void test_rows_of_pings(void **state)
{
	(void)state;
	struct attempt a = attempt(PROBE_ICMP_ECHO, "198.18.0.10");
	a.rtt_ns = 23149000;
	a.ttl = 61;
	expect_row(&a, NULL, "198.18.0.10      ping  23.1 ms, ttl 61");
	a.mode = ATTEMPT_CONNECT;
	a.ttl = 0;
	expect_row(&a, NULL, "198.18.0.10      ping  connected in 23.1 ms");
	a.mode = ATTEMPT_PACKET;
	a.failure = FAILURE_TIMEOUT;
	a.rtt_ns = 3000 * 1000000LL;
	expect_row(&a, NULL, "198.18.0.10      ping  no answer in 3.0 s");
	a.rtt_ns = ATTEMPT_UNKNOWN;
	expect_row(&a, NULL, "198.18.0.10      ping  no answer");
	a.failure = FAILURE_HOST_UNREACHABLE;
	a.icmp_from = address("198.51.100.1");
	a.icmp_type = 3;
	a.icmp_code = 1;
	expect_row(&a, NULL, "198.18.0.10      ping  host unreachable, says 198.51.100.1 (ICMP 3/1)");
	a.icmp_code = 13;
	a.rtt_ns = 4256000;
	expect_row(&a, NULL,
		   "198.18.0.10      ping  host unreachable after 4.25 ms, says 198.51.100.1 (ICMP 3/13, filtered)");
	a = attempt(PROBE_ICMP_ECHO, "2001:db8::1");
	a.failure = FAILURE_LOCAL;
	a.local_error = ENETUNREACH;
	expect_row(&a, NULL, "2001:db8::1      ping  local fault: network is unreachable (own route or interface)");
	a.local_error = 0;
	expect_row(&a, "x\x1b[31m\xe2\x80\xae", "2001:db8::1      ping  x?[31m???  local fault");
}

static void test_rows_of_checks(void **state)
{
	(void)state;
	struct attempt a = attempt(PROBE_DNS, "198.18.1.10");
	a.rtt_ns = 12300000;
	a.rcode = 2;
	a.failure = FAILURE_DNS_SERVFAIL;
	expect_row(&a, "www.example.kx", "198.18.1.10      dns   www.example.kx  SERVFAIL after 12.3 ms");
	a.failure = FAILURE_DNS_LAME;
	a.rcode = 0;
	expect_row(&a, "kx", "198.18.1.10      dns   kx  lame: answers without authority after 12.3 ms");
	a.failure = FAILURE_NONE;
	a.dns_flags = ATTEMPT_DNS_AA | ATTEMPT_DNS_SOA;
	a.serial = 2026112501;
	memcpy(a.nsid, "ns1\x1b", 5);
	expect_row(&a, "kx", "198.18.1.10      dns   kx  answered in 12.3 ms, serial 2026112501, server ns1?");
	a = attempt(PROBE_TCP_CONNECT, "198.18.0.25");
	a.failure = FAILURE_REFUSED;
	expect_row(&a, NULL, "198.18.0.25      tcp   refused");
	a = attempt(PROBE_TLS, "198.18.0.10");
	a.rtt_ns = 45000000;
	a.expires = 1798761600;
	a.phase_us[PHASE_CONNECT] = 20100;
	a.phase_us[PHASE_TLS] = 24900;
	expect_row(&a, "www.example.kx",
		   "198.18.0.10      tls   www.example.kx  handshake in 45.0 ms, certificate until 2027-01-01 (connect "
		   "20.1 ms, TLS 24.9 ms)");
	a.expires = INT64_MAX;
	text_clear(&written);
	attempt_row(&written, &a, NULL);
	a = attempt(PROBE_HTTP, "198.18.0.10");
	a.status = 503;
	a.failure = FAILURE_HTTP_STATUS;
	a.rtt_ns = 46200000;
	expect_row(&a, NULL, "198.18.0.10      http  error 503 after 46.2 ms");
	a = attempt(PROBE_SMTP, "198.18.0.25");
	a.status = 220;
	a.rtt_ns = 900000;
	expect_row(&a, NULL, "198.18.0.25      smtp  220 in 0.900 ms");
	for (int failure = 0; failure <= FAILURE_COUNT; failure++) { // a word for each
		a.failure = (uint8_t)failure;
		text_clear(&written);
		attempt_row(&written, &a, NULL);
		assert_true(written.length > 30);
		assert_null(strstr(text_string(&written), "(null)"));
		assert_true(!strstr(text_string(&written), "unknown 220") == (failure < FAILURE_COUNT));
	}
}

static void test_summary(void **state)
{
	(void)state;
	struct attempt_summary s = {.sent = 10, .answered = 9, .failed = 1};
	s.least_ms = 22.9;
	s.median_ms = 23.1;
	s.most_ms = 1030.2;
	text_clear(&written);
	attempt_summary_row(&written, &s, "198.18.0.10 ping");
	assert_string_equal(text_string(&written),
			    "198.18.0.10 ping: 10 sent, 9 answered, 1 failed (10.0 %); least 22.9 ms, "
			    "median 23.1 ms, most 1.0 s");
	s = (struct attempt_summary){.sent = 5, .local = 1, .late_or_dup = 2, .forged = 3};
	text_clear(&written);
	attempt_summary_row(&written, &s, "a\nb");
	assert_string_equal(text_string(&written),
			    "a?b: 5 sent, 0 answered, 1 local fault, 2 late or double, 3 forged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ping, begin, end),
		cmocka_unit_test_setup_teardown(test_checks, begin, end),
		cmocka_unit_test_setup_teardown(test_round_trip, begin, end),
		cmocka_unit_test_setup_teardown(test_without_text, begin, end),
		cmocka_unit_test_setup_teardown(test_room, begin, end),
		cmocka_unit_test_setup_teardown(test_unusual, begin, end),
		cmocka_unit_test_setup_teardown(test_health, begin, end),
		cmocka_unit_test_setup_teardown(test_rows_of_pings, begin, end),
		cmocka_unit_test_setup_teardown(test_rows_of_checks, begin, end),
		cmocka_unit_test_setup_teardown(test_summary, begin, end),
	};
	return cmocka_run_group_tests_name("attempt", tests, NULL, NULL);
}
