// SPDX-License-Identifier: ISC
// BMP: framing, the per-peer header and its views, Peer Up, Peer Down, statistics.
#include "packet.h"

#define PEER_REST "0000000000000000 000000000000000000000000c0000202 0000fbf4 c0000202 62f00000 0000000a"
#define PEER	  "00 00 " PEER_REST
#define OPEN	  MARKER "0025 01 04 fbf4 0009 c0000201 08 0206 4104 0001fbf4"

static struct packet packet;

// A message of a type with a peer header, around the rest; the length is put in.
static struct bmp_message message_of(uint8_t type, const char *peer, const char *rest)
{
	struct bmp_message m;
	static struct packet body;
	body.length = packet.length = 0;
	packet_hex(&body, peer);
	packet_hex(&body, rest);
	packet_fill(&packet, 3, 1);
	packet_u32(&packet, (uint32_t)body.length + BMP_HEADER_BYTES);
	packet_fill(&packet, type, 1);
	packet_bytes(&packet, &body);
	struct cursor c = packet_cursor(&packet);
	assert_true(bmp_header_plausible(c));
	assert_int_equal(bmp_message(&c, &m), 1);
	assert_int_equal(cursor_left(&c), 0);
	return m;
}

static void framing(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		int want;
	} rows[] = {
		{"03 00000006 04", 1},
		{"03 0000000a 05 00000000", 1},
		{"03 00000007 04", 0},
		{"03 00000006", 0},
		{"", 0},
		{"03 00000000 04", ERR_MALFORMED}, // would never end
		{"03 00000005 04", ERR_MALFORMED},
		{"02 00000006 04", ERR_MALFORMED},
		{"05 00000006 04", ERR_MALFORMED},
		{"04 00000006 07", ERR_MALFORMED},
		{"03 00000006 07", ERR_MALFORMED},
		{"03 00000006 ff", ERR_MALFORMED},
		{"03 0000002f 00", ERR_MALFORMED}, // shorter than its peer header
		{"03 00000030 00", 0},
		{"03 00100000 00", 0},
		{"03 00100001 00", ERR_MALFORMED},
		{"03 ffffffff 00", ERR_MALFORMED},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bmp_message m;
		struct cursor c = packet_of(rows[i].hex);
		size_t before = cursor_left(&c);
		assert_int_equal(bmp_header_plausible(c), before >= BMP_HEADER_BYTES && rows[i].want >= 0);
		assert_int_equal(bmp_message(&c, &m), rows[i].want);
		assert_int_equal(cursor_left(&c), rows[i].want == 1 ? 0 : before);
	}
}

// draft-ietf-grow-bmp-tlv: framed as version 3 is, and refused by its name
static void version_4_is_named(void **state)
{
	(void)state;
	struct bmp_message m;
	struct cursor c = packet_of("04 00000006 04");
	assert_true(bmp_header_plausible(c));
	assert_int_equal(bmp_message(&c, &m), ERR_UNSUPPORTED);
}

static void peer_header(void **state)
{
	(void)state;
	struct addr want;
	struct bmp_message m = message_of(BMP_ROUTE_MONITORING, PEER, "");
	assert_true(m.has_peer && m.peer.asn == 64500 && m.peer.as_bytes == 4 && m.peer.view == BMP_VIEW_PRE_POLICY);
	assert_true(m.peer.seconds == 0x62f00000 && m.peer.microseconds == 10);
	assert_int_equal(addr_parse("192.0.2.2", &want), 0);
	assert_true(addr_equal(&m.peer.address, &want));
	m = message_of(BMP_ROUTE_MONITORING,
		       "00 80 0000000000000000 20010db8000000000000000000000002 0000fbf4 c0000202 62f00000 0000000a",
		       "");
	assert_int_equal(addr_parse("2001:db8::2", &want), 0);
	assert_true(addr_equal(&m.peer.address, &want));
}

static void views(void **state)
{
	(void)state;
	static const struct {
		const char *peer;
		enum bmp_view view;
		uint8_t as_bytes;
	} rows[] = {
		{"00 00 " PEER_REST, BMP_VIEW_PRE_POLICY, 4}, {"00 40 " PEER_REST, BMP_VIEW_POST_POLICY, 4},
		{"00 10 " PEER_REST, BMP_VIEW_OUT_PRE, 4},    {"00 50 " PEER_REST, BMP_VIEW_OUT_POST, 4},
		{"00 20 " PEER_REST, BMP_VIEW_PRE_POLICY, 2}, {"01 60 " PEER_REST, BMP_VIEW_POST_POLICY, 2},
		{"03 00 " PEER_REST, BMP_VIEW_LOC_RIB, 4},    {"03 f0 " PEER_REST, BMP_VIEW_LOC_RIB, 4},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bmp_message m = message_of(BMP_ROUTE_MONITORING, rows[i].peer, "");
		assert_int_equal(m.peer.view, rows[i].view);
		assert_int_equal(m.peer.as_bytes, rows[i].as_bytes);
		assert_int_equal(m.peer.address.family, FAMILY_V4);
	}
}

static void no_peer(void **state)
{
	(void)state;
	struct bmp_message m = message_of(BMP_INITIATION, "", "0002 0004 6c616231");
	assert_true(!m.has_peer && cursor_left(&m.body) == 8);
	m = message_of(BMP_TERMINATION, "", "");
	assert_true(!m.has_peer && !cursor_left(&m.body));
}

#define LOCAL "000000000000000000000000c0000201 00b3 1f90 "

static void peer_up(void **state)
{
	(void)state;
	struct bmp_peer_up up;
	struct bmp_message m = message_of(BMP_PEER_UP, PEER, LOCAL OPEN OPEN "0000 0002 6161");
	assert_int_equal(bmp_peer_up(&m, &up), 1);
	assert_true(up.local_port == 179 && up.remote_port == 8080 && up.local.family == FAMILY_V4);
	assert_true(up.sent_valid && up.received_valid && up.received.asn == 0x1fbf4);
	assert_int_equal(cursor_left(&up.information), 6);
	// An OPEN of 19 bytes, as FRR sends for a peer that is down: the other one is still read.
	m = message_of(BMP_PEER_UP, PEER, LOCAL MARKER "0013 01" OPEN);
	assert_int_equal(bmp_peer_up(&m, &up), 1);
	assert_true(!up.sent_valid && up.received_valid);
	// No OPEN, or half of one.
	m = message_of(BMP_PEER_UP, PEER, LOCAL);
	assert_int_equal(bmp_peer_up(&m, &up), 1);
	assert_true(!up.sent_valid && !up.received_valid);
	m = message_of(BMP_PEER_UP, PEER, LOCAL OPEN MARKER "0025 01 04");
	assert_int_equal(bmp_peer_up(&m, &up), 1);
	assert_true(up.sent_valid && !up.received_valid && !cursor_left(&up.information));
	// A message that is no OPEN.
	m = message_of(BMP_PEER_UP, PEER, LOCAL MARKER "0013 04" OPEN);
	assert_int_equal(bmp_peer_up(&m, &up), 1);
	assert_true(!up.sent_valid && up.received_valid);
	m = message_of(BMP_PEER_UP, PEER, "00");
	assert_int_equal(bmp_peer_up(&m, &up), ERR_MALFORMED);
	m = message_of(BMP_PEER_DOWN, PEER, LOCAL OPEN OPEN);
	assert_int_equal(bmp_peer_up(&m, &up), ERR_MALFORMED);
}

static void peer_down(void **state)
{
	(void)state;
	struct bmp_peer_down down;
	struct bmp_message m = message_of(BMP_PEER_DOWN, PEER, "03" MARKER "0017 03 06 02 0161");
	assert_int_equal(bmp_peer_down(&m, &down), 1);
	assert_true(down.reason == BMP_DOWN_REMOTE_NOTIFICATION && down.has_notification);
	assert_true(down.notification.code == 6 && down.notification.subcode == 2);
	assert_int_equal(cursor_left(&down.notification.shutdown_text), 1);
	m = message_of(BMP_PEER_DOWN, PEER, "02 0018");
	assert_int_equal(bmp_peer_down(&m, &down), 1);
	assert_true(down.reason == BMP_DOWN_LOCAL_FSM && down.fsm_event == 24 && !down.has_notification);
	m = message_of(BMP_PEER_DOWN, PEER, "06 0003 0001 61");
	assert_int_equal(bmp_peer_down(&m, &down), 1);
	assert_int_equal(cursor_left(&down.information), 5);
	// What cannot be read costs itself only: the peer is down.
	static const char *const rows[] = {
		"01", "01" MARKER "0017 03 06", "03" MARKER "0013 04", "02", "02 00", "04", "05", "ff"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		m = message_of(BMP_PEER_DOWN, PEER, rows[i]);
		assert_int_equal(bmp_peer_down(&m, &down), 1);
		assert_true(!down.has_notification && !down.fsm_event);
		assert_non_null(bmp_down_reason_name(down.reason));
	}
	m = message_of(BMP_PEER_DOWN, PEER, "");
	assert_int_equal(bmp_peer_down(&m, &down), ERR_MALFORMED);
}

static void statistics(void **state)
{
	(void)state;
	struct bmp_statistic s;
	struct cursor c;
	uint32_t count;
	struct bmp_message m = message_of(BMP_STATISTICS, PEER,
					  "00000003 0000 0004 00000005 0007 0008 0000000100000009"
					  "0009 000b 0001 01 0000000000000003 ffff 0000 0001 0008 00");
	assert_int_equal(bmp_statistics_begin(&m, &c, &count), 1);
	assert_int_equal(count, 3);
	assert_int_equal(bmp_statistic_next(&c, &s), 1);
	assert_true(s.type == 0 && s.value == 5);
	assert_int_equal(bmp_statistic_next(&c, &s), 1);
	assert_true(s.type == 7 && s.value == 0x100000009);
	assert_int_equal(bmp_statistic_next(&c, &s), 1);
	assert_true(s.type == 9 && s.value == 0 && cursor_left(&s.raw) == 11);
	assert_int_equal(bmp_statistic_next(&c, &s), 1);
	assert_true(s.type == 0xffff && s.value == 0);
	assert_int_equal(bmp_statistic_next(&c, &s), ERR_MALFORMED);
	m = message_of(BMP_STATISTICS, PEER, "000000");
	assert_int_equal(bmp_statistics_begin(&m, &c, &count), ERR_MALFORMED);
	m = message_of(BMP_STATISTICS, PEER, "00000000");
	assert_int_equal(bmp_statistics_begin(&m, &c, &count), 1);
	assert_int_equal(bmp_statistic_next(&c, &s), 0);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(bmp_type_name(BMP_PEER_UP), "Peer Up");
	assert_string_equal(bmp_type_name(200), "unknown");
	assert_string_equal(bmp_view_name(BMP_VIEW_LOC_RIB), "loc-rib");
	assert_string_equal(bmp_down_reason_name(0), "unknown");
	for (unsigned i = 0; i < BMP_TYPE_COUNT; i++)
		assert_string_not_equal(bmp_type_name((uint8_t)i), "unknown");
	for (unsigned i = 0; i < BMP_VIEW_COUNT; i++)
		assert_string_not_equal(bmp_view_name((enum bmp_view)i), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(framing),     cmocka_unit_test(version_4_is_named),
		cmocka_unit_test(peer_header), cmocka_unit_test(views),
		cmocka_unit_test(no_peer),     cmocka_unit_test(peer_up),
		cmocka_unit_test(peer_down),   cmocka_unit_test(statistics),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
