// SPDX-License-Identifier: ISC
// MRT: headers, every type and subtype that is read, those that are counted only, and plausibility.
#include "packet.h"

static struct cursor body_of(const char *hex, struct mrt_header *ret)
{
	struct cursor c = packet_of(hex);
	assert_int_equal(mrt_header(&c, ret), 1);
	assert_int_equal(cursor_left(&c), ret->length);
	return c;
}

static int record_of(const char *hex, struct mrt_record *ret)
{
	struct mrt_header h;
	struct cursor body = body_of(hex, &h);
	return mrt_record(&h, body, ret);
}

static void assert_addr(const struct addr *a, const char *text)
{
	struct addr want;
	assert_int_equal(addr_parse(text, &want), 0);
	assert_true(addr_equal(a, &want));
}

static void assert_prefix(const struct prefix *p, const char *text)
{
	struct prefix want;
	assert_int_equal(prefix_parse(text, &want), 0);
	assert_true(prefix_equal(p, &want));
}

static void peer_index_peers(void **state)
{
	(void)state;
	struct mrt_record r;
	struct mrt_peer peer;
	assert_int_equal(record_of("62f00000 000d 0001 00000030 c0000201 0004 6d61696e 0002"
				   "02 c0000202 c0000202 0000fbf4"
				   "01 c0000203 20010db8000000000000000000000003 fbf5",
				   &r),
			 1);
	assert_int_equal(r.kind, MRT_PEER_INDEX);
	assert_int_equal(r.index.count, 2);
	assert_memory_equal(r.index.view_name.at, "main", 4);
	assert_int_equal(mrt_peer_next(&r.index, &peer), 1);
	assert_addr(&peer.address, "192.0.2.2");
	assert_int_equal(peer.asn, 64500);
	assert_int_equal(mrt_peer_next(&r.index, &peer), 1);
	assert_addr(&peer.address, "2001:db8::3");
	assert_int_equal(peer.asn, 64501);
	assert_int_equal(mrt_peer_next(&r.index, &peer), 0);
}

static void peer_index_that_ends_early(void **state)
{
	(void)state;
	struct mrt_record r;
	struct mrt_peer peer;
	assert_int_equal(record_of("62f00000 000d 0001 00000015 c0000201 0000 0002 02 c0000202 c0000202 0000fbf4", &r),
			 1);
	assert_int_equal(mrt_peer_next(&r.index, &peer), 1);
	assert_int_equal(mrt_peer_next(&r.index, &peer), ERR_MALFORMED);
	assert_int_equal(mrt_peer_next(&r.index, &peer), ERR_MALFORMED);
}

// Every RIB subtype: how the same entry reads.
static void rib_subtypes(void **state)
{
	(void)state;
	static const struct {
		uint16_t subtype, afi;
		uint8_t safi;
		bool add_path, generic;
	} rows[] = {
		{2, 1, 1, false, false}, {3, 1, 2, false, false}, {4, 2, 1, false, false}, {5, 2, 2, false, false},
		{6, 1, 1, false, true},	 {6, 2, 2, false, true},  {8, 1, 1, true, false},  {9, 1, 2, true, false},
		{10, 2, 1, true, false}, {11, 2, 2, true, false}, {12, 2, 1, true, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static struct packet p;
		struct mrt_header h = {.type = MRT_TYPE_TABLE_DUMP_V2, .subtype = rows[i].subtype};
		struct mrt_record r;
		struct mrt_rib_entry entry;
		p.length = 0;
		packet_u32(&p, 9);
		if (rows[i].generic) {
			packet_u16(&p, rows[i].afi);
			packet_fill(&p, rows[i].safi, 1);
		}
		packet_hex(&p, rows[i].afi == 1 ? "17 c63365" : "1f 20010db9"); // host bits set
		packet_hex(&p, "0001 0003 62efffff");
		if (rows[i].add_path)
			packet_u32(&p, 7);
		packet_hex(&p, "0004 40010100");
		h.length = (uint32_t)p.length;
		assert_true(mrt_header_plausible(&h));
		assert_int_equal(mrt_record(&h, packet_cursor(&p), &r), 1);
		assert_int_equal(r.kind, rows[i].safi == 1 ? MRT_RIB : MRT_RIB_OTHER);
		assert_int_equal(r.rib.afi, rows[i].afi);
		assert_int_equal(r.rib.safi, rows[i].safi);
		assert_int_equal(r.rib.sequence, 9);
		assert_prefix(&r.rib.prefix, rows[i].afi == 1 ? "198.51.100.0/23" : "2001:db8::/31");
		assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), 1);
		assert_int_equal(entry.peer, 3);
		assert_int_equal(entry.originated, 0x62efffff);
		assert_int_equal(entry.path_id, rows[i].add_path ? 7 : 0);
		assert_int_equal(cursor_left(&entry.attributes), 4);
		assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), 0);
	}
}

static void rib_of_other_families_is_skipped(void **state)
{
	(void)state;
	struct mrt_record r;
	struct mrt_rib_entry entry;
	// VPNv4: an NLRI this version cannot measure.
	assert_int_equal(record_of("62f00000 000d 0006 0000000b 00000003 0001 80 70 000001", &r), 1);
	assert_int_equal(r.kind, MRT_RIB_OTHER);
	assert_int_equal(r.rib.afi, 1);
	assert_int_equal(r.rib.safi, 128);
	assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), 0);
	// GEO_PEER_TABLE.
	assert_int_equal(record_of("62f00000 000d 0007 00000010 c0000201 0000 7fc00000 7fc00000 0000", &r), 1);
	assert_int_equal(r.kind, MRT_RIB_OTHER);
	assert_int_equal(r.rib.afi, 0);
	assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), 0);
	assert_int_equal(record_of("62f00000 000d 000d 00000004 00000000", &r), ERR_UNSUPPORTED);
	assert_int_equal(record_of("62f00000 000d 0000 00000004 00000000", &r), ERR_UNSUPPORTED);
}

static void rib_damage(void **state)
{
	(void)state;
	static const char *const broken[] = {
		"62f00000 000d 0002 00000002 0000",		       // no sequence
		"62f00000 000d 0002 0000000a 00000001 21 c6336400 00", // 33 bits
		"62f00000 000d 0004 00000006 00000001 81 20",	       // 129 bits
		"62f00000 000d 0002 00000007 00000001 18 c633",	       // a byte short
		"62f00000 000d 0002 00000009 00000001 18 c63364 00",   // no count
		"62f00000 000d 0006 00000006 00000001 0001",	       // no SAFI
	};
	struct mrt_record r;
	struct mrt_rib_entry entry;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_int_equal(record_of(broken[i], &r), ERR_MALFORMED);
	// The first entry is whole, the second's attributes leave the record.
	assert_int_equal(record_of("62f00000 000d 0002 0000001a 00000001 18 c63364 0002"
				   "0001 62efffff 0000 0001 62efffff 0064",
				   &r),
			 1);
	assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), 1);
	assert_int_equal(mrt_rib_entry_next(&r.rib, &entry), ERR_MALFORMED);
}

static void table_dump(void **state)
{
	(void)state;
	struct mrt_record r;
	assert_int_equal(
		record_of("3d3c0000 000c 0001 0000001a 0002 0001 c63365ff 17 01 3d3bffff c0000202 fbf4 0004 40010100",
			  &r),
		1);
	assert_int_equal(r.kind, MRT_TABLE_DUMP);
	assert_prefix(&r.dump.prefix, "198.51.100.0/23");
	assert_addr(&r.dump.peer, "192.0.2.2");
	assert_int_equal(r.dump.peer_asn, 64500);
	assert_int_equal(r.dump.view, 2);
	assert_int_equal(r.dump.originated, 0x3d3bffff);
	assert_int_equal(cursor_left(&r.dump.attributes), 4);
	assert_int_equal(
		record_of("3d3c0000 000c 0002 00000032 0000 0001 20010db8000100000000000000000000 30 01 3d3bffff"
			  "20010db8000000000000000000000002 fbf4 0004 40010100",
			  &r),
		1);
	assert_prefix(&r.dump.prefix, "2001:db8:1::/48");
	assert_addr(&r.dump.peer, "2001:db8::2");
}

// RIS in January 2000: many entries behind one view and sequence, and the length field four short.
static void table_dump_of_many_entries(void **state)
{
	(void)state;
	struct mrt_record r;
	assert_int_equal(record_of("3874c000 000c 0001 00000030 0000 0001"
				   "c6336400 18 01 3874b000 c0000202 fbf4 0004 40010100"
				   "c6336500 18 01 3874b000 c0000203 fbf5 0004 40010101",
				   &r),
			 1);
	assert_prefix(&r.dump.prefix, "198.51.100.0/24");
	assert_int_equal(mrt_table_dump_next(&r.dump), 1);
	assert_prefix(&r.dump.prefix, "198.51.101.0/24");
	assert_int_equal(r.dump.peer_asn, 64501);
	assert_int_equal(mrt_table_dump_next(&r.dump), 0);
	assert_int_equal(record_of("3874c000 000c 0001 00000020 0000 0001"
				   "c6336400 18 01 3874b000 c0000202 fbf4 0004 40010100 c6336500 18 01",
				   &r),
			 1);
	assert_int_equal(mrt_table_dump_next(&r.dump), ERR_MALFORMED);
	assert_prefix(&r.dump.prefix, "198.51.100.0/24");
}

static void table_dump_refusals(void **state)
{
	(void)state;
	struct mrt_record r;
	// AFIs that only some writers know; damage.
	assert_int_equal(record_of("3d3c0000 000c 0003 00000002 0000", &r), ERR_UNSUPPORTED);
	assert_int_equal(
		record_of("3d3c0000 000c 0001 0000001a 0000 0001 c6336400 21 01 3d3bffff c0000202 fbf4 0004 40010100",
			  &r),
		ERR_MALFORMED);
	assert_int_equal(
		record_of("3d3c0000 000c 0001 0000001a 0000 0001 c6336400 18 01 3d3bffff c0000202 fbf4 0005 40010100",
			  &r),
		ERR_MALFORMED);
}

// RFC 6396, 4.4 and RFC 8050, 3: what each BGP4MP subtype says about its message.
static void bgp4mp_subtypes(void **state)
{
	(void)state;
	static const struct {
		uint16_t subtype;
		bool change, as4, outgoing, add_path;
	} rows[] = {
		{0, true, false, false, false}, {1, false, false, false, false}, {4, false, true, false, false},
		{5, true, true, false, false},	{6, false, false, true, false},	 {7, false, true, true, false},
		{8, false, false, false, true}, {9, false, true, false, true},	 {10, false, false, true, true},
		{11, false, true, true, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows) * 2; i++) {
		bool extended = i % 2;
		size_t row = i / 2;
		static struct packet p;
		struct mrt_header h = {.type = extended ? MRT_TYPE_BGP4MP_ET : MRT_TYPE_BGP4MP,
				       .subtype = rows[row].subtype};
		struct mrt_record r;
		p.length = 0;
		packet_hex(&p, extended ? "0001e240" : "");
		packet_hex(&p, rows[row].as4 ? "0001fbf4 0000fbf5" : "fbf4 fbf5");
		packet_hex(&p, "0007 0001 c0000202 c0000201");
		packet_hex(&p, rows[row].change ? "0006 0001" : MARKER "0013 04");
		h.length = (uint32_t)p.length;
		assert_true(mrt_header_plausible(&h));
		assert_int_equal(mrt_record(&h, packet_cursor(&p), &r), 1);
		assert_int_equal(r.kind, rows[row].change ? MRT_STATE : MRT_MESSAGE);
		assert_int_equal(r.microseconds, extended ? 123456 : 0);
		const struct mrt_session *s = rows[row].change ? &r.state.session : &r.message.session;
		assert_int_equal(s->peer_asn, rows[row].as4 ? 0x1fbf4 : 64500);
		assert_int_equal(s->local_asn, 64501);
		assert_int_equal(s->interface, 7);
		assert_int_equal(s->as4, rows[row].as4);
		assert_int_equal(s->outgoing, rows[row].outgoing);
		assert_int_equal(s->add_path, rows[row].add_path);
		assert_addr(&s->peer, "192.0.2.2");
		assert_addr(&s->local, "192.0.2.1");
		if (rows[row].change)
			assert_true(r.state.old_state == 6 && r.state.new_state == 1);
		else
			assert_int_equal(cursor_left(&r.message.bgp), BGP_HEADER_BYTES);
	}
}

static void bgp4mp_refusals(void **state)
{
	(void)state;
	struct mrt_record r;
	assert_int_equal(record_of("62f00000 0010 0002 00000002 0000", &r), ERR_MALFORMED);
	assert_int_equal(record_of("62f00000 0010 0003 00000002 0000", &r), ERR_UNSUPPORTED);
	assert_int_equal(record_of("62f00000 0010 000c 00000002 0000", &r), ERR_UNSUPPORTED);
	assert_int_equal(record_of("62f00000 0010 ffff 00000002 0000", &r), ERR_UNSUPPORTED);
	assert_int_equal(record_of("62f00000 0011 0003 00000006 00000000 0000", &r), ERR_UNSUPPORTED);
	assert_int_equal(record_of("62f00000 0011 0004 00000003 000000", &r), ERR_MALFORMED);
	assert_int_equal(record_of("62f00000 0010 0001 0000000a fbf4 fbf5 0000 0003 c000", &r), ERR_MALFORMED);
	assert_int_equal(record_of("62f00000 0010 0001 0000000f fbf4 fbf5 0000 0001 c0000202 c00002", &r),
			 ERR_MALFORMED);
	assert_int_equal(record_of("62f00000 0010 0000 00000012 fbf4 fbf5 0000 0001 c0000202 c0000201 0006", &r),
			 ERR_MALFORMED);
}

static void fraction_is_bounded(void **state)
{
	(void)state;
	struct mrt_record r;
	assert_int_equal(
		record_of("62f00000 0011 0000 00000018 ffffffff fbf4 fbf5 0000 0001 c0000202 c0000201 0006 0001", &r),
		1);
	assert_int_equal(r.microseconds, 999999);
}

// Records of GNU Zebra in 2000: no interface, family or addresses.
static void bare_records(void **state)
{
	(void)state;
	struct mrt_record r;
	assert_int_equal(record_of("3a037e00 0010 0000 00000008 0000 0000 0003 0004", &r), 1);
	assert_int_equal(r.kind, MRT_STATE);
	assert_true(r.state.old_state == 3 && r.state.new_state == 4);
	assert_int_equal(r.state.session.afi, 0);
	assert_addr(&r.state.session.peer, "0.0.0.0");
	assert_int_equal(record_of("3a037e00 0010 0001 00000017 0000 0000" MARKER "0013 04", &r), 1);
	assert_int_equal(r.kind, MRT_MESSAGE);
	assert_int_equal(r.message.session.afi, 0);
	assert_int_equal(cursor_left(&r.message.bgp), BGP_HEADER_BYTES);
	// Elsewhere a family of 0xffff is damage.
	assert_int_equal(record_of("3a037e00 0010 0004 0000001b 00000000 00000000" MARKER "0013 04", &r),
			 ERR_MALFORMED);
}

// OpenBGPD's `dump table-mp`: the next hop stands beside the attributes.
static void entries(void **state)
{
	(void)state;
	struct mrt_record r;
	static const char v4[] =
		"62f00000 0010 0002 0000002a fbf4 fbf5 0000 0001 c0000202 c0000201 0000 0001 62efffff 0001 01 04 c0000209 "
		"18 c63364 0004 40010100";
	assert_int_equal(record_of(v4, &r), 1);
	assert_int_equal(r.kind, MRT_TABLE_DUMP);
	assert_prefix(&r.dump.prefix, "198.51.100.0/24");
	assert_addr(&r.dump.peer, "192.0.2.2");
	assert_int_equal(r.dump.peer_asn, 64500);
	assert_int_equal(r.dump.originated, 0x62efffff);
	assert_int_equal(r.dump.next_hop_length, 4);
	assert_memory_equal(r.dump.next_hop, "\xc0\0\2\x09", 4);
	assert_int_equal(cursor_left(&r.dump.attributes), 4);
	assert_int_equal(mrt_table_dump_next(&r.dump), 0);
	struct mrt_header h;
	struct cursor body = body_of(v4, &h);
	for (size_t n = 0; n < h.length; n++)
		assert_int_equal(mrt_record(&h, (struct cursor){body.at, body.at + n}, &r), ERR_MALFORMED);
	assert_int_equal(
		record_of("62f00000 0010 0002 00000033 fbf4 fbf5 0000 0001 c0000202 c0000201 0000 0001 62efffff "
			  "0002 01 10 20010db8000000000000000000000001 20 20010db8 0000",
			  &r),
		1);
	assert_prefix(&r.dump.prefix, "2001:db8::/32");
	assert_int_equal(r.dump.next_hop_length, 16);
	assert_int_equal(
		record_of("62f00000 0010 0002 0000001c fbf4 fbf5 0000 0001 c0000202 c0000201 0000 0001 62efffff "
			  "0001 80 00",
			  &r),
		1);
	assert_int_equal(r.kind, MRT_RIB_OTHER);
}

// The type BGP of 1999 (RFC 6396, B.2): messages without their headers.
static void records_of_1999(void **state)
{
	(void)state;
	static const struct {
		uint16_t subtype;
		uint8_t type;
	} rows[] = {{1, BGP_UPDATE}, {5, BGP_OPEN}, {6, BGP_NOTIFICATION}, {7, BGP_KEEPALIVE}};
	struct mrt_record r;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mrt_header h = {.type = MRT_TYPE_LEGACY_BGP, .subtype = rows[i].subtype, .length = 16};
		assert_int_equal(mrt_record(&h, packet_of("fbf4 c0000202 fbf5 c0000201 00000000"), &r), 1);
		assert_int_equal(r.kind, MRT_MESSAGE);
		assert_int_equal(r.message.bare_type, rows[i].type);
		assert_int_equal(cursor_left(&r.message.bgp), 4);
		assert_addr(&r.message.session.peer, "192.0.2.2");
		assert_addr(&r.message.session.local, "192.0.2.1");
		assert_true(r.message.session.peer_asn == 64500 && r.message.session.local_asn == 64501);
		assert_false(r.message.session.as4);
		assert_int_equal(mrt_record(&h, packet_of("fbf4 c0000202 fbf5 c00002"), &r), ERR_MALFORMED);
	}
	assert_int_equal(record_of("37cf89c3 0005 0003 0000000a fbf4 c0000202 0001 0002", &r), 1);
	assert_int_equal(r.kind, MRT_STATE);
	assert_true(r.state.old_state == 1 && r.state.new_state == 2);
	assert_addr(&r.state.session.peer, "192.0.2.2");
	assert_int_equal(record_of("37cf89c3 0005 0003 00000009 fbf4 c0000202 0001 00", &r), ERR_MALFORMED);
	assert_int_equal(record_of("37cf89c3 0009 0003 00000016 fbf4 20010db8000000000000000000000002 0001 0002", &r),
			 1);
	assert_addr(&r.state.session.peer, "2001:db8::2");
	for (uint16_t subtype = 0; subtype < 10; subtype++) {
		struct mrt_header h = {.type = MRT_TYPE_LEGACY_BGP, .subtype = subtype, .length = 16};
		bool read = subtype == 1 || subtype == 3 || (subtype >= 5 && subtype <= 7);
		assert_int_equal(mrt_record(&h, packet_of("fbf4 c0000202 fbf5 c0000201 00000000"), &r),
				 read ? 1 : ERR_UNSUPPORTED);
	}
}

static void types_that_are_not_read(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 64; type++) {
		struct mrt_header h = {.type = (uint16_t)type, .length = 20};
		struct mrt_record r;
		if (type == 12 || type == 13 || type == 16 || type == 17)
			continue;
		assert_int_equal(mrt_record(&h, packet_of("0000000000000000000000000000000000000000"), &r),
				 ERR_UNSUPPORTED);
		assert_non_null(mrt_type_name((uint16_t)type));
	}
}

static void plausibility(void **state)
{
	(void)state;
	static const struct {
		struct mrt_header h;
		bool want;
	} rows[] = {
		{{0, 0, 0, 0}, false},
		{{1, 16, 4, 39}, true},
		{{1, 16, 4, 38}, false},
		{{1, 16, 1, 35}, true},
		{{1, 16, 1, 23}, true},
		{{1, 16, 1, 22}, false},
		{{1, 16, 0, 20}, true},
		{{1, 16, 0, 8}, true},
		{{1, 16, 0, 9}, false},
		{{1, 16, 12, 100}, false},
		{{1, 16, 2, 0}, true},
		{{1, 17, 4, 43}, true},
		{{1, 17, 4, 42}, false},
		{{1, 17, 0, 12}, true},
		{{1, 13, 0, 100}, false},
		{{1, 13, 13, 100}, false},
		{{1, 13, 1, 8}, true},
		{{1, 13, 2, 7}, true},
		{{1, 13, 2, 6}, false},
		{{1, 13, 2, MRT_RECORD_MAX}, true},
		{{1, 13, 2, MRT_RECORD_MAX + 1}, false},
		{{1, 13, 2, UINT32_MAX}, false},
		{{1, 12, 1, 22}, true},
		{{1, 12, 2, 45}, false},
		{{1, 12, 5, 45}, false},
		{{1, 11, 0, 60}, true},
		{{1, 5, 1, 60}, true},
		{{1, 5, 8, 60}, false},
		{{1, 5, 1, 70000}, false},
		{{1, 32, 0, 60}, true},
		{{1, 49, 0, 60}, true},
		{{1, 0x5858, 0x5858, 60}, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (mrt_header_plausible(&rows[i].h) != rows[i].want)
			fail_msg("row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_index_peers),
		cmocka_unit_test(peer_index_that_ends_early),
		cmocka_unit_test(rib_subtypes),
		cmocka_unit_test(rib_of_other_families_is_skipped),
		cmocka_unit_test(rib_damage),
		cmocka_unit_test(table_dump),
		cmocka_unit_test(table_dump_of_many_entries),
		cmocka_unit_test(table_dump_refusals),
		cmocka_unit_test(bgp4mp_subtypes),
		cmocka_unit_test(bgp4mp_refusals),
		cmocka_unit_test(fraction_is_bounded),
		cmocka_unit_test(bare_records),
		cmocka_unit_test(entries),
		cmocka_unit_test(records_of_1999),
		cmocka_unit_test(types_that_are_not_read),
		cmocka_unit_test(plausibility),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
