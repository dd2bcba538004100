// SPDX-License-Identifier: ISC
// BGP messages: framing, the parts of an UPDATE, NLRI, End-of-RIB, OPEN, NOTIFICATION and names.
#include "packet.h"

static void message_framing(void **state)
{
	(void)state;
	struct bgp_message m;
	struct cursor c = packet_of(MARKER "0013 04" MARKER "0015 03 0602");
	assert_int_equal(bgp_message(&c, &m), 1);
	assert_true(m.type == BGP_KEEPALIVE && m.length == 19 && !cursor_left(&m.body));
	assert_int_equal(bgp_message(&c, &m), 1);
	assert_true(m.type == BGP_NOTIFICATION && cursor_left(&m.body) == 2);
	assert_int_equal(bgp_message(&c, &m), 0);
	c = packet_of("00000000000000000000000000000000 0013 04");
	assert_int_equal(bgp_message(&c, &m), ERR_MALFORMED);
	c = packet_of("ffffffffffffffffffffffffffffff7f 0013 04");
	assert_int_equal(bgp_message(&c, &m), ERR_MALFORMED);
	c = packet_of(MARKER "0012 04");
	assert_int_equal(bgp_message(&c, &m), ERR_MALFORMED);
	c = packet_of(MARKER "0014 04");
	assert_int_equal(bgp_message(&c, &m), 0);
}

// RFC 8654: as long as the length field can say.
static void extended_message(void **state)
{
	(void)state;
	static struct packet body, p;
	struct bgp_message m;
	struct bgp_update u;
	struct prefix prefix;
	uint32_t path_id;
	unsigned count = 0;
	body.length = p.length = 0;
	packet_u16(&body, 65535 - BGP_HEADER_BYTES - 4);
	for (unsigned i = 0; i < (65535 - BGP_HEADER_BYTES - 4) / 4; i++)
		packet_u32(&body, 0x180a0000u + i);
	packet_u16(&body, 0);
	body.bytes[0] = (uint8_t)((body.length - 4) >> 8);
	body.bytes[1] = (uint8_t)(body.length - 4);
	packet_message(&p, BGP_UPDATE, &body);
	struct cursor c = packet_cursor(&p);
	assert_int_equal(bgp_message(&c, &m), 1);
	assert_true(m.length > 65530);
	assert_int_equal(bgp_update(m.body, &u), 1);
	while (bgp_nlri_next(&u.withdrawn, BGP_AFI_IPV4, false, &prefix, &path_id) == 1)
		count++;
	assert_int_equal(count, (65535 - BGP_HEADER_BYTES - 4) / 4);
	assert_int_equal(cursor_left(&u.withdrawn), 0);
}

static void update_parts(void **state)
{
	(void)state;
	struct bgp_update u;
	assert_int_equal(bgp_update(packet_of("0004 18c63364 0003 400200 10c000"), &u), 1);
	assert_int_equal(cursor_left(&u.withdrawn), 4);
	assert_int_equal(cursor_left(&u.attributes), 3);
	assert_int_equal(cursor_left(&u.announced), 3);
	static const char *const broken[] = {
		"", "00", "0000", "0001 00 00", "0005 18c63364", "0000 0001", "ffff 0000 0000"};
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_int_equal(bgp_update(packet_of(broken[i]), &u), ERR_MALFORMED);
}

static int nlri_of(const char *hex, uint16_t afi, bool add_path, struct prefix *ret, uint32_t *ret_path_id)
{
	struct cursor c = packet_of(hex);
	return bgp_nlri_next(&c, afi, add_path, ret, ret_path_id);
}

static void nlri_prefixes(void **state)
{
	(void)state;
	static const struct {
		const char *hex, *text;
		uint16_t afi;
		uint32_t path_id; // 0: without ADD-PATH
	} rows[] = {
		{"00", "0.0.0.0/0", 1, 0},
		{"01ff", "128.0.0.0/1", 1, 0},
		{"08 0a", "10.0.0.0/8", 1, 0},
		{"17 c63365", "198.51.100.0/23", 1, 0},
		{"17 c63365 08 0a", "198.51.100.0/23", 1, 0},
		{"18 c63364", "198.51.100.0/24", 1, 0},
		{"20 c6336401", "198.51.100.1/32", 1, 0},
		{"1f c63364ff 20 0a", "198.51.100.254/31", 1, 0},
		{"00", "::/0", 2, 0},
		{"1d 20010dbf", "2001:db8::/29", 2, 0},
		{"80 20010db8000000000000000000000001", "2001:db8::1/128", 2, 0},
		{"7f 20010db8000000000000000000000001", "2001:db8::/127", 2, 0},
		{"00000007 18 c63364", "198.51.100.0/24", 1, 7},
		{"ffffffff 20 20010db8", "2001:db8::/32", 2, UINT32_MAX},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct prefix got, want;
		uint32_t path_id = 1;
		assert_int_equal(prefix_parse(rows[i].text, &want), 0);
		if (nlri_of(rows[i].hex, rows[i].afi, rows[i].path_id, &got, &path_id) != 1 ||
		    !prefix_equal(&got, &want))
			fail_msg("row %zu: %s", i, rows[i].text);
		assert_int_equal(path_id, rows[i].path_id);
	}
}

static void nlri_damage(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		uint16_t afi;
		bool add_path;
	} rows[] = {
		{"21 c633640100", 1, false}, // 33 bits
		{"ff", 1, false},	     // 255 bits
		{"18 c633", 1, false},	     // a byte short
		{"81 20010db8", 2, false},   // 129 bits
		{"80 20010db80000000000000000000000", 2, false},
		{"000000", 1, true},	       // a path identifier cut
		{"00000001", 1, true},	       // a path identifier alone
		{"00000001 18 c633", 1, true}, // then a byte short
		{"18 c63364", 3, false},       // a family without form
		{"00", 16388, false},
	};
	struct prefix prefix;
	uint32_t path_id;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(nlri_of(rows[i].hex, rows[i].afi, rows[i].add_path, &prefix, &path_id), ERR_MALFORMED);
		assert_false(bgp_nlri_valid(packet_of(rows[i].hex), rows[i].afi, rows[i].add_path));
	}
	assert_int_equal(nlri_of("", 1, false, &prefix, &path_id), 0);
	assert_true(bgp_nlri_valid(packet_of(""), 1, false));
	assert_true(bgp_nlri_valid(packet_of("00000001 18 c63364"), 1, true));
	// A field may read both ways; which is meant is for those who know the peer.
	assert_true(bgp_nlri_valid(packet_of("00000000 18 c63364"), 1, false));
}

static uint16_t end_of_rib(const char *hex)
{
	struct bgp_update u;
	struct bgp_attributes a;
	struct bgp_context context = {.as_bytes = 4};
	assert_int_equal(bgp_update(packet_of(hex), &u), 1);
	bgp_attributes(u.attributes, &context, &a);
	return bgp_end_of_rib(&u, &a);
}

static void end_of_rib_markers(void **state)
{
	(void)state;
	assert_int_equal(end_of_rib("0000 0000"), 1);
	assert_int_equal(end_of_rib("0000 0006 800f03 000201"), 2);
	assert_int_equal(end_of_rib("0000 0007 900f0003 000101"), 1);
	assert_int_equal(end_of_rib("0000 0006 800f03 000202"), 0);	     // multicast
	assert_int_equal(end_of_rib("0000 0008 800f05 00020108 20"), 0);     // withdraws something
	assert_int_equal(end_of_rib("0002 0800 0000"), 0);		     // so does this
	assert_int_equal(end_of_rib("0000 0000 00"), 0);		     // and this announces
	assert_int_equal(end_of_rib("0000 000a 800f03 000201 40010100"), 0); // an attribute more
	assert_int_equal(end_of_rib("0000 000a 800f03 000201 c0630100"), 0); // one of no known kind
}

static void open_capabilities(void **state)
{
	(void)state;
	struct bgp_open o;
	assert_int_equal(
		bgp_open(packet_of("04 5ba0 00b4 c0000201 26 0224 010400020001 0200 0600 4002 4078 4104 0001fbf4"
				   "4508 00010103 00020102 4600 4900 8000"),
			 &o),
		1);
	assert_true(o.version == 4 && o.asn == 0x1fbf4 && o.hold_time == 180 && o.as4);
	assert_true(o.route_refresh && o.extended_message && o.graceful_restart);
	assert_int_equal(o.add_path_v4, 3);
	assert_int_equal(o.add_path_v6, 2);
	assert_int_equal(o.unknown_capabilities, 2);
	assert_memory_equal(o.bgp_id, "\xc0\x00\x02\x01", 4);
}

static void open_without_capabilities(void **state)
{
	(void)state;
	struct bgp_open o;
	assert_int_equal(bgp_open(packet_of("04 fbf4 005a c0000201 00"), &o), 1);
	assert_true(o.asn == 64500 && !o.as4 && !o.add_path_v4 && !o.unknown_capabilities);
	// A capability per parameter, an authentication parameter between; an AS4 of a wrong length is no AS4.
	assert_int_equal(bgp_open(packet_of("04 fbf4 005a c0000201 0e 0202 0200 0101 00 0205 4103 000001"), &o), 1);
	assert_true(o.asn == 64500 && !o.as4 && o.route_refresh);
	// RFC 9072: lengths of two bytes.
	assert_int_equal(bgp_open(packet_of("04 fbf4 005a c0000201 ff ff 0009 02 0006 4104 0000fbf5"), &o), 1);
	assert_true(o.asn == 64501 && o.as4);
}

static void open_damage(void **state)
{
	(void)state;
	static const char *const broken[] = {
		"",
		"04",
		"04 fbf4 005a c0000201",
		"04 fbf4 005a c0000201 01",
		"04 fbf4 005a c0000201 03 0202 02",
		"04 fbf4 005a c0000201 04 0203 0200",
		"04 fbf4 005a c0000201 04 0202 0201",
		"04 fbf4 005a c0000201 03 0201 41",
		"04 fbf4 005a c0000201 ff ff 00",
		"04 fbf4 005a c0000201 ff ff 0004 02 0002 41",
	};
	struct bgp_open o;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_int_equal(bgp_open(packet_of(broken[i]), &o), ERR_MALFORMED);
}

static void notification_text(void **state)
{
	(void)state;
	struct bgp_notification n;
	assert_int_equal(bgp_notification(packet_of("06 02 04 64697363"), &n), 1);
	assert_int_equal(cursor_left(&n.shutdown_text), 4);
	assert_memory_equal(n.shutdown_text.at, "disc", 4);
	assert_int_equal(cursor_left(&n.data), 5);
	assert_int_equal(bgp_notification(packet_of("06 04 01 64 69"), &n), 1);
	assert_int_equal(cursor_left(&n.shutdown_text), 1);
	// Lengths that lie, other subcodes and codes: no text, and the data is still there.
	static const char *const silent[] = {"06 02 05 64697363", "06 02 00", "06 02", "06 03 04 64697363",
					     "05 02 04 64697363"};
	for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
		assert_int_equal(bgp_notification(packet_of(silent[i]), &n), 1);
		assert_int_equal(cursor_left(&n.shutdown_text), 0);
	}
	assert_int_equal(bgp_notification(packet_of("06"), &n), ERR_MALFORMED);
	assert_int_equal(bgp_notification(packet_of(""), &n), ERR_MALFORMED);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(bgp_notification_name(6), "Cease");
	assert_string_equal(bgp_notification_subcode_name(6, 2), "Administrative Shutdown");
	assert_string_equal(bgp_notification_subcode_name(3, 11), "Malformed AS_PATH");
	assert_string_equal(bgp_notification_subcode_name(4, 0), "unknown");
	assert_string_equal(bgp_fault_name(BGP_FAULT_ATTRIBUTE_LENGTH), "attribute-length");
	for (unsigned code = 0; code < 256; code++)
		for (unsigned subcode = 0; subcode < 256; subcode++)
			assert_true(*bgp_notification_name((uint8_t)code) &&
				    *bgp_notification_subcode_name((uint8_t)code, (uint8_t)subcode));
	for (unsigned i = 0; i < BGP_FAULT_COUNT; i++)
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(bgp_fault_name((enum bgp_fault)i), bgp_fault_name((enum bgp_fault)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_framing),
		cmocka_unit_test(extended_message),
		cmocka_unit_test(update_parts),
		cmocka_unit_test(nlri_prefixes),
		cmocka_unit_test(nlri_damage),
		cmocka_unit_test(end_of_rib_markers),
		cmocka_unit_test(open_capabilities),
		cmocka_unit_test(open_without_capabilities),
		cmocka_unit_test(open_damage),
		cmocka_unit_test(notification_text),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
