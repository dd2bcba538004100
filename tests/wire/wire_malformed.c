// SPDX-License-Identifier: ISC
// One case for each published bug of a BGP, MRT or BMP reader that a decoder can have; the name says whose it was.
// Each asserts what the bytes cost here. Cases of parts that are not read (FlowSpec, EVPN, prefix SID) assert
// that the part costs nothing.
// Tests: src/wire/bgp.c src/wire/mrt.c src/wire/bmp.c
#include "../fuzz/drive.h"
#include "packet.h"

#define GOOD "40010100 400206 0201 0000fbf4 400304 c0000201 "

static struct packet packet;

static struct bgp_attributes read_block(struct cursor block, uint8_t as_bytes)
{
	struct bgp_attributes a;
	struct bgp_context context = {.as_bytes = as_bytes};
	bgp_attributes(block, &context, &a);
	return a;
}

static struct bgp_attributes read_hex(const char *hex)
{
	return read_block(packet_of(hex), 4);
}

// BIRD up to 2.19.0, CVE-2026-49943: more than 2,048 AS numbers in an extended message overran the stack.
static void path_of_16000_in_an_extended_message(void **state)
{
	(void)state;
	static struct aspath flat;
	packet.length = 0;
	packet_hex(&packet, "40010100 400304 c0000201 5002");
	packet_u16(&packet, 63 * (2 + 255 * 4));
	for (unsigned i = 0; i < 63 * 255u; i++) {
		if (i % 255 == 0)
			packet_hex(&packet, "02ff");
		packet_u32(&packet, i + 1);
	}
	struct bgp_attributes a = read_block(packet_cursor(&packet), 4);
	assert_int_equal(a.action, BGP_FINE);
	aspath_flatten(&a, &flat);
	assert_true(flat.truncated && flat.count == ASPATH_MAX);
	assert_int_equal(aspath_origin(&a), 63 * 255);
}

// BIRD up to 2.0.8, 2025: attribute 35 (OTC) of 1,024 bytes, passed on, reset the neighbours' sessions. It costs the routes of its message
// (RFC 9234, 5).
static void otc_of_1024_bytes(void **state)
{
	(void)state;
	packet.length = 0;
	packet_hex(&packet, GOOD "f023 0400");
	packet_fill(&packet, 0, 1024);
	struct bgp_attributes a = read_block(packet_cursor(&packet), 4);
	assert_true(a.action == BGP_WITHDRAW && a.fault == BGP_FAULT_ATTRIBUTE_LENGTH && a.present == 0xe);
}

// OpenBGPD before 8.1, CVE-2023-38283: a wrong attribute length reset the session instead of withdrawing.
static void attribute_length_withdraws(void **state)
{
	(void)state;
	struct bgp_attributes a = read_hex(GOOD "c00805 fbf4000100");
	assert_true(a.action == BGP_WITHDRAW && a.fault == BGP_FAULT_ATTRIBUTE_LENGTH && a.fault_attribute == 8);
}

// OpenBGPD, 2009: a path of more than 255 AS numbers, in two segments, crashed.
static void path_of_more_than_255(void **state)
{
	(void)state;
	static struct aspath flat;
	packet.length = 0;
	packet_hex(&packet, "5002");
	packet_u16(&packet, 2 + 255 * 4 + 2 + 4);
	packet_hex(&packet, "02ff");
	packet_fill(&packet, 1, 255 * 4);
	packet_hex(&packet, "0201 0000fbf4");
	struct bgp_attributes a = read_block(packet_cursor(&packet), 4);
	assert_int_equal(a.action, BGP_FINE);
	aspath_flatten(&a, &flat);
	assert_true(flat.count == 256 && flat.asns[255] == 64500 && aspath_origin(&a) == 64500);
}

// OpenBGPD: reserved bits of the flags reset the session.
static void reserved_flag_bits(void **state)
{
	(void)state;
	struct bgp_attributes a = read_hex("4f010100 4f0206 0201 0000fbf4 4f0304 c0000201 cf6300");
	assert_true(a.action == BGP_FINE && a.present == 0xe && a.unknown == 1);
}

// FRR, CVE-2023-38802: attribute 23 (tunnel encapsulation), damaged, reset the session.
static void tunnel_encapsulation(void **state)
{
	(void)state;
	struct bgp_attributes a = read_hex(GOOD "c01704 ffffffff");
	assert_true(a.action == BGP_FINE && a.unknown == 1);
}

// FRR, CVE-2023-46752: MP_REACH too short for its own fields.
static void mp_reach_cut_anywhere(void **state)
{
	(void)state;
	static const char value[] = "000201102001 0db8000000000000000000000001003020010db80001";
	for (uint8_t n = 0; n < 28; n++) {
		static struct packet whole;
		packet.length = whole.length = 0;
		packet_hex(&whole, value);
		packet_hex(&packet, "800e");
		packet_fill(&packet, n, 1);
		whole.length = n;
		packet_bytes(&packet, &whole);
		struct bgp_attributes a = read_block(packet_cursor(&packet), 4);
		if (n == 21) // no NLRI at all: announces nothing, breaks nothing
			assert_int_equal(a.action, BGP_FINE);
		else
			assert_true(a.action == BGP_RESET && a.fault == BGP_FAULT_MP_REACH);
	}
}

// FRR, CVE-2023-46753: only an unknown transitive attribute, and routes without any mandatory one.
static void only_an_unknown_attribute(void **state)
{
	(void)state;
	struct bgp_update u;
	assert_int_equal(bgp_update(packet_of("0000 0013 e01f10 00000000000000000000000000000000 18 c63364"), &u), 1);
	struct bgp_attributes a = read_block(u.attributes, 4);
	assert_true(a.action == BGP_FINE && a.unknown == 1);
	assert_int_equal(bgp_end_of_rib(&u, &a), 0);
	bgp_mandatory(&a, true, false);
	assert_true(a.action == BGP_WITHDRAW && a.fault == BGP_FAULT_MISSING_MANDATORY);
}

// FRR, CVE-2023-47234: MP_UNREACH with announced NLRI and no mandatory attribute.
static void mp_unreach_and_announced_without_attributes(void **state)
{
	(void)state;
	struct bgp_update u;
	assert_int_equal(bgp_update(packet_of("0000 0006 800f03 000201 18 c63364"), &u), 1);
	struct bgp_attributes a = read_block(u.attributes, 4);
	assert_int_equal(bgp_end_of_rib(&u, &a), 0);
	bgp_mandatory(&a, true, false);
	assert_int_equal(a.action, BGP_WITHDRAW);
}

// FRR, CVE-2023-38406 and CVE-2026-37457, GoBGP CVE-2025-43972: FlowSpec of length 0, cut, or with operators
// that run on; FRR CVE-2026-5107: EVPN routes of wrong lengths. None of it is parsed.
static void families_that_are_not_parsed(void **state)
{
	(void)state;
	static const char *const rows[] = {
		GOOD "800e06 000185 00 00 00",
		GOOD "800e07 000185 00 00 f0ff",
		GOOD "800e0a 000185 00 00 03018181 ff",
		GOOD "800e0f 001946 04 c0000201 00 020003 000000",
		GOOD "800f05 000185 00ff",
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bgp_attributes a = read_hex(rows[i]);
		struct prefix prefix;
		uint32_t path_id;
		assert_int_equal(a.action, BGP_FINE);
		if (a.reach.afi == 25) // no form is known for it
			assert_int_equal(bgp_nlri_next(&a.reach.nlri, 25, false, &prefix, &path_id), ERR_MALFORMED);
	}
}

// FRR, CVE-2026-37458: a martian next hop. Read as it stands; what it means is for others.
static void martian_next_hop(void **state)
{
	(void)state;
	struct bgp_attributes a = read_hex(GOOD "800e1b 000201 10 00000000000000000000000000000000 00 28 20010db801");
	assert_true(a.action == BGP_FINE && a.reach.next_hop_length == 16);
}

// BIRD, CVE-2017-15865 style: a length taken from one place and used in another. NOTIFICATION data is what is there.
static void notification_data_is_what_is_there(void **state)
{
	(void)state;
	struct bgp_notification n;
	assert_int_equal(bgp_notification(packet_of("06 02 ff 61"), &n), 1);
	assert_true(cursor_left(&n.data) == 2 && cursor_left(&n.shutdown_text) == 0);
}

// FRR #20793: a hard reset (RFC 8538) with less inside than a NOTIFICATION. #22042, #22041, #13099: prefix SID.
static void hard_reset_and_prefix_sid(void **state)
{
	(void)state;
	struct bgp_notification n;
	assert_int_equal(bgp_notification(packet_of("06 09"), &n), 1);
	assert_int_equal(cursor_left(&n.data), 0);
	assert_int_equal(bgp_notification(packet_of("06 09 06"), &n), 1);
	assert_int_equal(cursor_left(&n.data), 1);
	struct bgp_attributes a = read_hex(GOOD "c02807 050022 00010000");
	assert_true(a.action == BGP_FINE && a.unknown == 1);
}

// FRR, CVE-2022-37032 and CVE-2023-31490: capabilities whose lengths run over their parameter.
static void capability_over_its_parameter(void **state)
{
	(void)state;
	struct bgp_open o;
	assert_int_equal(bgp_open(packet_of("04 fbf4 0009 c0000201 06 0204 4104 0001"), &o), ERR_MALFORMED);
	assert_int_equal(bgp_open(packet_of("04 fbf4 0009 c0000201 06 0204 45ff 0001"), &o), ERR_MALFORMED);
	// An ADD-PATH capability that is no whole number of families: what is whole counts.
	assert_int_equal(bgp_open(packet_of("04 fbf4 0009 c0000201 09 0207 4505 00010103 00"), &o), 1);
	assert_true(o.add_path_v4 == 3 && o.add_path_v6 == 0);
}

// GoBGP, CVE-2026-41643 (#3308): AS4_PATH of length 1 before AS_PATH.
static void as4_path_of_one_byte_first(void **state)
{
	(void)state;
	static struct aspath flat;
	struct bgp_attributes a = read_block(packet_of("c01101 02 40010100 400204 0201 fbf4 400304 c0000201"), 2);
	assert_true(a.action == BGP_DISCARD && a.fault == BGP_FAULT_AS_PATH && a.fault_attribute == BGP_ATTR_AS4_PATH);
	aspath_flatten(&a, &flat);
	assert_true(flat.count == 1 && flat.asns[0] == 64500);
}

// GoBGP, GHSA-frrj-87jh-2772: AS_PATH of length 0, legal on internal sessions.
static void as_path_of_length_zero(void **state)
{
	(void)state;
	static struct aspath flat;
	struct bgp_attributes a = read_hex("40010100 400200 400304 c0000201");
	bgp_mandatory(&a, true, false);
	assert_int_equal(a.action, BGP_FINE);
	aspath_flatten(&a, &flat);
	assert_true(flat.count == 0 && aspath_origin(&a) == 0);
}

// GoBGP #3392: ORIGIN without the transitive flag; the crash came after the decision to withdraw.
static void origin_without_transitive(void **state)
{
	(void)state;
	struct bgp_attributes a = read_hex("00010100 400206 0201 0000fbf4 400304 c0000201");
	assert_true(a.action == BGP_WITHDRAW && a.fault == BGP_FAULT_ATTRIBUTE_FLAGS && a.present == 0xc);
	bgp_mandatory(&a, true, false);
	assert_true(a.action == BGP_WITHDRAW && a.fault == BGP_FAULT_ATTRIBUTE_FLAGS);
}

// bgpdump #30: attributes of 4,096 bytes said, 16 there.
static void rib_entry_beyond_its_record(void **state)
{
	(void)state;
	struct mrt_record r;
	struct mrt_rib_entry entry;
	struct mrt_header h = {.type = MRT_TYPE_TABLE_DUMP_V2, .subtype = 2, .length = 34};
	assert_int_equal(mrt_record(&h,
				    packet_of("00000001 18 c63364 0001 0000 62efffff 1000"
					      "40010100 400200 400304 c0000201 0000"),
				    &r),
			 1);
	assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), ERR_MALFORMED);
	assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), ERR_MALFORMED);
}

// bgpdump 7ecd957, a4e8a4b, c404e71: records over 64 KB, states and peer indices out of range.
static void large_records_and_wild_numbers(void **state)
{
	(void)state;
	struct mrt_record r;
	struct mrt_rib_entry entry;
	struct mrt_header h = {.type = MRT_TYPE_TABLE_DUMP_V2, .subtype = 2};
	unsigned count = 0;
	packet.length = 0;
	packet_hex(&packet, "00000001 18 c63364 2000"); // 8,192 entries of 8 bytes
	for (unsigned i = 0; i < 8192; i++)
		packet_hex(&packet, "ffff 62efffff 0000");
	h.length = (uint32_t)packet.length;
	assert_true(h.length > 65535 && mrt_header_plausible(&h));
	assert_int_equal(mrt_record(&h, packet_cursor(&packet), &r), 1);
	while (mrt_rib_entry_next(&r.rib, &entry) == 1)
		count += entry.peer == 0xffff;
	assert_int_equal(count, 8192);
	h = (struct mrt_header){.type = MRT_TYPE_BGP4MP, .subtype = 0, .length = 20};
	assert_int_equal(mrt_record(&h, packet_of("fbf4 fbf5 0000 0001 c0000202 c0000201 ffff 1234"), &r), 1);
	assert_true(r.state.old_state == 0xffff && r.state.new_state == 0x1234);
}

// bgpdump #9: an ADD-PATH message of an _ET record read as plain gave /208 and /238.
static void add_path_in_an_extended_time_record(void **state)
{
	(void)state;
	struct mrt_record r;
	struct bgp_message m;
	struct bgp_update u;
	struct mrt_header h = {.type = MRT_TYPE_BGP4MP_ET, .subtype = 9, .length = 55};
	assert_int_equal(mrt_record(&h,
				    packet_of("0001e240 0000fbf4 0000fbf5 0000 0001 c0000202 c0000201" MARKER
					      "001f 02 0000 0000 000000d0 18 c63364"),
				    &r),
			 1);
	assert_true(r.message.session.add_path && r.message.session.as4);
	assert_int_equal(bgp_message(&r.message.bgp, &m), 1);
	assert_int_equal(bgp_update(m.body, &u), 1);
	assert_true(bgp_nlri_valid(u.announced, BGP_AFI_IPV4, true));
	assert_false(bgp_nlri_valid(u.announced, BGP_AFI_IPV4, false));
}

// libparsebgp #49: a message of 20,529 bytes said, 31 there; #79: a marker of zeros and 59,392 bytes.
static void message_lengths_that_lie(void **state)
{
	(void)state;
	struct bgp_message m;
	struct cursor c = packet_of(MARKER "5031 02 000000000000000000000000");
	assert_int_equal(bgp_message(&c, &m), 0);
	assert_int_equal(cursor_left(&c), 31);
	c = packet_of("00000000000000000000000000000000 e800 02 0000 0000");
	assert_int_equal(bgp_message(&c, &m), ERR_MALFORMED);
}

// libparsebgp #53 and 6c1f385: NLRI past the end; prefix lengths over 32 and 128.
static void nlri_past_the_end(void **state)
{
	(void)state;
	static const char *const rows[] = {"18 c63364 20 c633", "21 c633640101", "18 c63364 ff"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(bgp_nlri_valid(packet_of(rows[i]), BGP_AFI_IPV4, false));
	assert_false(bgp_nlri_valid(packet_of("81 0000000000000000000000000000000000"), BGP_AFI_IPV6, false));
}

// libbgpstream #78: AS_PATH segments of type 0 and other numbers.
static void segment_types_that_are_none(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		packet.length = 0;
		packet_hex(&packet, "400206");
		packet_fill(&packet, (uint8_t)type, 1);
		packet_hex(&packet, "01 0000fbf4");
		struct bgp_attributes a = read_block(packet_cursor(&packet), 4);
		assert_int_equal(a.action, type >= 1 && type <= 4 ? BGP_FINE : BGP_WITHDRAW);
	}
}

// libbgpstream #211: one bad prefix in an MP_REACH emptied two months of files. It costs its message.
static void bad_mp_reach_costs_its_message(void **state)
{
	(void)state;
	struct bgp_message m;
	struct bgp_update u;
	static struct packet attributes, body;
	packet.length = attributes.length = body.length = 0;
	packet_hex(&attributes, "40010100 400200 800e17 000201 10 20010db8000000000000000000000001 00 c0 20");
	packet_update(&body, "", &attributes, "");
	packet_message(&packet, BGP_UPDATE, &body);
	packet_hex(&packet, MARKER "0013 04");
	struct cursor c = packet_cursor(&packet);
	assert_int_equal(bgp_message(&c, &m), 1);
	assert_int_equal(bgp_update(m.body, &u), 1);
	struct bgp_attributes a = read_block(u.attributes, 4);
	assert_true(a.action == BGP_RESET && a.fault == BGP_FAULT_MP_REACH && a.fault_attribute == BGP_ATTR_MP_REACH);
	assert_int_equal(bgp_message(&c, &m), 1);
	assert_int_equal(m.type, BGP_KEEPALIVE);
}

// bgpstream #62, #79, #119: attributes that come twice.
static void attributes_twice(void **state)
{
	(void)state;
	struct bgp_attributes a = read_hex(GOOD GOOD);
	assert_true(a.action == BGP_DISCARD && a.fault == BGP_FAULT_ATTRIBUTE_TWICE && a.present == 0xe);
}

// libparsebgp #66: records of 2000 without peer data.
static void records_without_peer(void **state)
{
	(void)state;
	struct mrt_record r;
	struct mrt_header h = {.type = MRT_TYPE_BGP4MP, .subtype = 1, .length = 33};
	assert_int_equal(mrt_record(&h, packet_of("00000000" MARKER "001d 01 04 3066 00b4 d432a1c7 00"), &r), 1);
	struct bgp_message m;
	assert_int_equal(bgp_message(&r.message.bgp, &m), 1);
	assert_int_equal(m.type, BGP_OPEN);
}

// pybgpstream #10: the extended-time type was dropped without a word.
static void extended_time_is_a_type(void **state)
{
	(void)state;
	assert_string_equal(mrt_type_name(MRT_TYPE_BGP4MP_ET), "BGP4MP_ET");
	struct mrt_record r;
	struct mrt_header h = {.type = 18, .subtype = 4, .length = 4};
	assert_int_equal(mrt_record(&h, packet_of("00000000"), &r), ERR_UNSUPPORTED);
}

// BIRD 2.16.1 sends BMP messages of length 0; a reader turned in circles.
static void bmp_of_length_zero(void **state)
{
	(void)state;
	struct bmp_message m;
	struct cursor c = packet_of("03 00000000 00 03 00000006 04");
	assert_int_equal(bmp_message(&c, &m), ERR_MALFORMED);
	assert_int_equal(cursor_left(&c), 12);
}

// libparsebgp #71, libbgpstream #169: two BGP messages in one Route Monitoring message.
static void two_messages_in_one_monitoring(void **state)
{
	(void)state;
	struct bmp_message m;
	struct bgp_message b;
	unsigned count = 0;
	struct cursor c = packet_of("03 0000005e 00 00 00 0000000000000000 000000000000000000000000c0000202 0000fbf4"
				    "c0000202 62f00000 0000000a" MARKER "0017 02 0000 0000" MARKER "0017 02 0000 0000");
	assert_int_equal(bmp_message(&c, &m), 1);
	while (bgp_message(&m.body, &b) == 1)
		count++;
	assert_true(count == 2 && !cursor_left(&m.body));
}

// pmacct #539, #461, #717: ADD-PATH read as plain makes 0.0.0.0/0 out of path identifiers.
static void path_identifiers_read_as_defaults(void **state)
{
	(void)state;
	// Reads both ways, which only knowledge of the peer can tell apart: the decoder must not choose.
	struct cursor c = packet_of("00000001 18 c63364");
	assert_true(bgp_nlri_valid(c, BGP_AFI_IPV4, true));
	assert_false(bgp_nlri_valid(c, BGP_AFI_IPV4, false));
	c = packet_of("00000000 18 c63364");
	assert_true(bgp_nlri_valid(c, BGP_AFI_IPV4, true) && bgp_nlri_valid(c, BGP_AFI_IPV4, false));
}

// FRR #22045: BMP around a message that is as long as can be.
static void monitoring_of_an_extended_message(void **state)
{
	(void)state;
	struct bmp_message m;
	struct bgp_message b;
	packet.length = 0;
	packet_hex(&packet, "03 0001002f 00 00 00 0000000000000000 000000000000000000000000c0000202 0000fbf4"
			    "c0000202 62f00000 0000000a" MARKER "ffff 02");
	packet_fill(&packet, 0, 65535 - BGP_HEADER_BYTES);
	struct cursor c = packet_cursor(&packet);
	assert_int_equal(bmp_message(&c, &m), 1);
	assert_int_equal(bgp_message(&m.body, &b), 1);
	assert_int_equal(b.length, 65535);
	drive_bmp(packet_cursor(&packet));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_of_16000_in_an_extended_message),
		cmocka_unit_test(otc_of_1024_bytes),
		cmocka_unit_test(attribute_length_withdraws),
		cmocka_unit_test(path_of_more_than_255),
		cmocka_unit_test(reserved_flag_bits),
		cmocka_unit_test(tunnel_encapsulation),
		cmocka_unit_test(mp_reach_cut_anywhere),
		cmocka_unit_test(only_an_unknown_attribute),
		cmocka_unit_test(mp_unreach_and_announced_without_attributes),
		cmocka_unit_test(families_that_are_not_parsed),
		cmocka_unit_test(martian_next_hop),
		cmocka_unit_test(notification_data_is_what_is_there),
		cmocka_unit_test(hard_reset_and_prefix_sid),
		cmocka_unit_test(capability_over_its_parameter),
		cmocka_unit_test(as4_path_of_one_byte_first),
		cmocka_unit_test(as_path_of_length_zero),
		cmocka_unit_test(origin_without_transitive),
		cmocka_unit_test(rib_entry_beyond_its_record),
		cmocka_unit_test(large_records_and_wild_numbers),
		cmocka_unit_test(add_path_in_an_extended_time_record),
		cmocka_unit_test(message_lengths_that_lie),
		cmocka_unit_test(nlri_past_the_end),
		cmocka_unit_test(segment_types_that_are_none),
		cmocka_unit_test(bad_mp_reach_costs_its_message),
		cmocka_unit_test(attributes_twice),
		cmocka_unit_test(records_without_peer),
		cmocka_unit_test(extended_time_is_a_type),
		cmocka_unit_test(bmp_of_length_zero),
		cmocka_unit_test(two_messages_in_one_monitoring),
		cmocka_unit_test(path_identifiers_read_as_defaults),
		cmocka_unit_test(monitoring_of_an_extended_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
