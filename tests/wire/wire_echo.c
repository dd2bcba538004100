// SPDX-License-Identifier: ISC
// ICMP echo: what is built is what is parsed, checksums are those of RFC 1071 taken the plain way, quotations whole and short, every
// truncation, and packets that lie about their lengths.
#include "../fuzz/drive_echo.h"
#include "packet.h"

#include "wire/echo.h"

#include <string.h>

static const char text[] = "Lacuna: noc@example.net";

static struct addr of(const char *word)
{
	struct addr a;
	assert_int_equal(addr_parse(word, &a), 0);
	return a;
}

static struct echo_template template_from(const char *source)
{
	struct echo_template t;
	struct echo_origin o = {.source = of(source), .id = 0x4c41, .ttl = 64, .text = text};
	echo_template_make(&o, &t);
	return t;
}

static struct echo_request request_to(const char *target)
{
	return (struct echo_request){.target = of(target),
				     .seq = 0xfffe,
				     .ip_id = 0x8001,
				     .body = {0x0123456789abcdef, 0xfedcba98, 0x00ffffff, 0x8877665544332211}};
}

// RFC 1071 word by word.
static uint32_t plain_sum(uint32_t sum, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static size_t build(const char *source, const char *target, uint8_t packet[ECHO_PACKET_MAX])
{
	struct echo_template t = template_from(source);
	struct echo_request r = request_to(target);
	return echo_build(&t, &r, packet);
}

// Turns a request into its reply.
static void turn(uint8_t *packet, size_t n)
{
	uint8_t *icmp = packet + ECHO_IP4_BYTES, address[4];
	memcpy(address, packet + 12, 4);
	memcpy(packet + 12, packet + 16, 4);
	memcpy(packet + 16, address, 4);
	icmp[0] = ECHO4_REPLY;
	icmp[2] = icmp[3] = 0;
	uint32_t sum = ~plain_sum(0, icmp, n - ECHO_IP4_BYTES);
	icmp[2] = (uint8_t)(sum >> 8);
	icmp[3] = (uint8_t)sum;
}

static void requests_have_right_checksums(void **state)
{
	(void)state;
	uint8_t packet[ECHO_PACKET_MAX], pseudo[4] = {0};
	size_t n = build("192.0.2.1", "198.18.255.254", packet);
	assert_int_equal(n, ECHO_IP4_BYTES + ECHO_HEAD_BYTES + ECHO_BODY_BYTES + strlen(text));
	assert_int_equal(packet[2] << 8 | packet[3], n);
	assert_int_equal(plain_sum(0, packet, ECHO_IP4_BYTES), 0xffff);
	assert_int_equal(plain_sum(0, packet + ECHO_IP4_BYTES, n - ECHO_IP4_BYTES), 0xffff);
	assert_memory_equal(packet + n - strlen(text), text, strlen(text));

	n = build("2001:db8::1", "2001:db8:ffff::fffe", packet);
	assert_int_equal(n, ECHO_IP6_BYTES + ECHO_HEAD_BYTES + ECHO_BODY_BYTES + strlen(text));
	pseudo[1] = (uint8_t)(n - ECHO_IP6_BYTES);
	pseudo[3] = 58;
	uint32_t sum = plain_sum(plain_sum(0, packet + 8, 32), pseudo, sizeof(pseudo));
	assert_int_equal(plain_sum(sum, packet + ECHO_IP6_BYTES, n - ECHO_IP6_BYTES), 0xffff);
}

static void checksums_hold_for_random_requests(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct echo_template t = template_from("192.0.2.1");
	uint8_t packet[ECHO_PACKET_MAX];
	for (int i = 0; i < 20000; i++) {
		struct echo_request r = {.target = addr_v4((uint32_t)unit_random(&random))};
		r.seq = (uint16_t)unit_random(&random);
		r.ip_id = (uint16_t)unit_random(&random);
		r.body = (struct echo_body){(int64_t)unit_random(&random), (uint32_t)unit_random(&random),
					    (uint32_t)unit_random(&random), unit_random(&random)};
		size_t n = echo_build(&t, &r, packet);
		assert_int_equal(plain_sum(0, packet, ECHO_IP4_BYTES), 0xffff);
		assert_int_equal(plain_sum(0, packet + ECHO_IP4_BYTES, n - ECHO_IP4_BYTES), 0xffff);
		assert_int_equal(echo_checksum(&t, &r), packet[22] << 8 | packet[23]);
	}
}

static void text_is_cut(void **state)
{
	(void)state;
	char endless[200];
	struct echo_template t;
	memset(endless, 'x', sizeof(endless)); // not even terminated
	struct echo_origin o = {.source = of("192.0.2.1"), .text = endless};
	echo_template_make(&o, &t);
	assert_int_equal(t.length, ECHO_IP4_BYTES + ECHO_HEAD_BYTES + ECHO_PAYLOAD_MAX);
	assert_true(ECHO_PAYLOAD_MAX <= 64);
}

static void replies_are_read(void **state)
{
	(void)state;
	uint8_t packet[ECHO_PACKET_MAX + 8];
	struct echo_answer a;
	struct echo_request r = request_to("198.18.0.7");
	size_t n = build("192.0.2.1", "198.18.0.7", packet);
	turn(packet, n);
	memset(packet + n, 0xee, 8); // link-layer padding
	assert_int_equal(echo_parse_packet(packet_guarded(packet, n + 8), &a), 1);
	struct addr from = of("198.18.0.7");
	assert_int_equal(a.kind, ECHO_REPLY);
	assert_true(addr_equal(&a.from, &from) && addr_equal(&a.target, &from));
	assert_int_equal(a.ttl, 64);
	assert_int_equal(a.id, 0x4c41);
	assert_int_equal(a.seq, 0xfffe);
	assert_true(a.has_body);
	assert_memory_equal(&a.body, &r.body, sizeof(a.body));
	// The same message without its IP header.
	struct echo_answer b;
	assert_int_equal(echo_parse_message(packet_guarded(packet + ECHO_IP4_BYTES, n - ECHO_IP4_BYTES), FAMILY_V4, &b),
			 1);
	assert_int_equal(b.from.family, FAMILY_NONE);
	assert_memory_equal(&b.body, &r.body, sizeof(b.body));
}

static void damaged_checksums_are_told(void **state)
{
	(void)state;
	uint8_t packet[ECHO_PACKET_MAX];
	struct echo_answer a;
	size_t n = build("192.0.2.1", "198.18.0.7", packet);
	turn(packet, n);
	for (size_t at = ECHO_IP4_BYTES; at < n; at++) {
		packet[at] ^= 0x10;
		assert_int_not_equal(echo_parse_packet(packet_guarded(packet, n), &a), 1);
		packet[at] ^= 0x10;
	}
}

// An ICMPv4 error that quotes `quoted` bytes.
static size_t error_packet(const uint8_t *quote, size_t quoted, uint8_t type, uint8_t code, uint8_t *ret)
{
	size_t n = ECHO_IP4_BYTES + ECHO_HEAD_BYTES + quoted;
	const uint8_t head[ECHO_IP4_BYTES] = {0x45, 0, 0,   (uint8_t)n, 0,   0, 0,   0, 61, 1,
					      0,    0, 203, 0,		113, 9, 192, 0, 2,  1};
	memcpy(ret, head, sizeof(head));
	uint8_t *icmp = ret + ECHO_IP4_BYTES;
	memset(icmp, 0, ECHO_HEAD_BYTES);
	icmp[0] = type;
	icmp[1] = code;
	memcpy(icmp + ECHO_HEAD_BYTES, quote, quoted);
	uint32_t sum = ~plain_sum(0, icmp, n - ECHO_IP4_BYTES);
	icmp[2] = (uint8_t)(sum >> 8);
	icmp[3] = (uint8_t)sum;
	return n;
}

static void errors_quote_whole_and_short(void **state)
{
	(void)state;
	uint8_t request[ECHO_PACKET_MAX], packet[ECHO_PACKET_MAX * 2];
	struct addr router = of("203.0.113.9"), target = of("198.18.0.7");
	size_t n = build("192.0.2.1", "198.18.0.7", request);
	for (size_t quoted = 0; quoted <= n; quoted++) {
		struct echo_answer a = {0};
		size_t size = error_packet(request, quoted, ECHO4_UNREACHABLE, 13, packet);
		int got = echo_parse_packet(packet_guarded(packet, size), &a);
		if (quoted < ECHO_IP4_BYTES + ECHO_HEAD_BYTES) {
			assert_int_equal(got, ERR_TRUNCATED);
			continue;
		}
		assert_int_equal(got, 1);
		assert_int_equal(a.kind, ECHO_ERROR);
		assert_int_equal(a.type << 8 | a.code, ECHO4_UNREACHABLE << 8 | 13);
		assert_true(addr_equal(&a.from, &router) && addr_equal(&a.target, &target));
		assert_int_equal(a.ttl, 61);
		assert_int_equal(a.seq, 0xfffe);
		assert_int_equal(a.ip_id, 0x8001);
		assert_int_equal(a.checksum, request[22] << 8 | request[23]);
		assert_int_equal(a.quoted_size, quoted - ECHO_IP4_BYTES);
		assert_int_equal(a.has_body, quoted >= ECHO_IP4_BYTES + ECHO_HEAD_BYTES + ECHO_BODY_BYTES);
	}
	// RFC 4884: zeroes up to 128 bytes, then extensions; neither belongs to the request.
	uint8_t padded[140] = {0};
	struct echo_answer a;
	memcpy(padded, request, n);
	memset(padded + 128, 0x20, 12);
	size_t size = error_packet(padded, sizeof(padded), ECHO4_EXCEEDED, 0, packet);
	assert_int_equal(echo_parse_packet(packet_guarded(packet, size), &a), 1);
	assert_int_equal(a.quoted_size, n - ECHO_IP4_BYTES);
}

static void errors_of_ipv6_are_read(void **state)
{
	(void)state;
	uint8_t request[ECHO_PACKET_MAX], message[ECHO_HEAD_BYTES + ECHO_PACKET_MAX] = {ECHO6_UNREACHABLE, 3};
	struct echo_answer a;
	struct addr target = of("2001:db8:1::7");
	size_t n = build("2001:db8::1", "2001:db8:1::7", request);
	memcpy(message + ECHO_HEAD_BYTES, request, n);
	assert_int_equal(echo_parse_message(packet_guarded(message, ECHO_HEAD_BYTES + n), FAMILY_V6, &a), 1);
	assert_int_equal(a.kind, ECHO_ERROR);
	assert_true(addr_equal(&a.target, &target) && a.has_body);
	assert_int_equal(a.body.cookie, 0x8877665544332211);
	assert_int_equal(echo_parse_quoted(packet_guarded(request + ECHO_IP6_BYTES, n - ECHO_IP6_BYTES), FAMILY_V6, &a),
			 1);
	assert_int_equal(a.target.family, FAMILY_NONE);
	assert_int_equal(a.id, 0x4c41);
}

static void what_does_not_concern_us_is_nothing(void **state)
{
	(void)state;
	uint8_t packet[ECHO_PACKET_MAX], request[ECHO_PACKET_MAX], error[ECHO_PACKET_MAX * 2];
	struct echo_answer a;
	size_t n = build("192.0.2.1", "198.18.0.7", packet);
	assert_int_equal(echo_parse_packet(packet_guarded(packet, n), &a), 0); // a request
	packet[9] = 17;
	assert_int_equal(echo_parse_packet(packet_guarded(packet, n), &a), 0); // UDP
	n = build("192.0.2.1", "198.18.0.7", packet);
	turn(packet, n);
	packet[7] = 1;
	assert_int_equal(echo_parse_packet(packet_guarded(packet, n), &a), 0); // a later fragment
	n = build("192.0.2.1", "198.18.0.7", request);
	request[ECHO_IP4_BYTES] = ECHO4_REPLY; // an error about a reply of ours
	assert_int_equal(echo_parse_packet(packet_guarded(error, error_packet(request, n, 3, 1, error)), &a), 0);
}

static void every_truncation_is_told(void **state)
{
	(void)state;
	uint8_t packet[ECHO_PACKET_MAX];
	struct echo_answer a;
	size_t n = build("192.0.2.1", "198.18.0.7", packet);
	turn(packet, n);
	for (size_t cut = 0; cut < n; cut++) {
		memset(&a, 0xa5, sizeof(a));
		assert_int_equal(echo_parse_packet(packet_guarded(packet, cut), &a), ERR_TRUNCATED);
		assert_int_equal(a.id, 0xa5a5); // untouched
		if (cut < n - ECHO_IP4_BYTES)
			drive_echo(packet_guarded(packet + ECHO_IP4_BYTES, cut));
	}
}

static void lying_lengths_stay_inside(void **state)
{
	(void)state;
	uint8_t packet[ECHO_PACKET_MAX];
	uint64_t random = unit_seed();
	for (int i = 0; i < 100000; i++) {
		size_t n =
			i & 1 ? build("192.0.2.1", "198.18.0.7", packet) : build("2001:db8::1", "2001:db8::7", packet);
		for (uint64_t edits = 1 + unit_random(&random) % 4; edits; edits--)
			packet[unit_random(&random) % n] = (uint8_t)unit_random(&random);
		drive_echo(packet_guarded(packet, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_have_right_checksums),
		cmocka_unit_test(checksums_hold_for_random_requests),
		cmocka_unit_test(text_is_cut),
		cmocka_unit_test(replies_are_read),
		cmocka_unit_test(damaged_checksums_are_told),
		cmocka_unit_test(errors_quote_whole_and_short),
		cmocka_unit_test(errors_of_ipv6_are_read),
		cmocka_unit_test(what_does_not_concern_us_is_nothing),
		cmocka_unit_test(every_truncation_is_told),
		cmocka_unit_test(lying_lengths_stay_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
