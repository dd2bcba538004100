// SPDX-License-Identifier: ISC
// MRT records → observations: order, faults, sessions, RIB dumps, path identifiers, gaps.
// Tests: src/decode/decode.c src/decode/message.c src/decode/rib.c
#include "heard.h"

#define BGP4MP	  16
#define TABLE_V2  13
#define SESSION	  "0000fde9 0000fdea 0000 0001 c0000201 c0000202 " // AS 65001 at 192.0.2.1
#define ORIGIN	  "40010100 "
#define PATH	  "40020e 0203 0000fde9 00000007 00020019 "
#define HOP	  "400304 c0000209 "
#define BASIC	  ORIGIN PATH HOP // 28 bytes
#define REACH_V6  "800e1e 0002 01 10 20010db8000000000000000000000009 00 40 20010db800050000 "
#define INDEX_TWO "c00002fa 0000 0002 02 c00002fb c0000201 0000fde9 02 c00002fb c0000202 0000fdea"
#define ENTRY_V4  "00000001 18 c63364 0001 0000 00000005 001c " BASIC

static void update_keeps_its_order(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	// Withdrawn 203.0.113.0/24; MP_UNREACH 2001:db8:6::/48; announced 198.51.100.0/24; MP_REACH 2001:db8:5::/64.
	heard_mrt(h, 0, BGP4MP, 4,
		  SESSION MARKER "0069 02 0004 18cb0071 004a " BASIC REACH_V6 "800f0a 0002 01 30 20010db80006 "
				 "18c63364");
	assert_string_equal(heard_kinds(h), "WWAA");
	assert_string_equal(heard_prefix(h, 0), "203.0.113.0/24");
	assert_string_equal(heard_prefix(h, 1), "2001:db8:6::/48");
	assert_string_equal(heard_prefix(h, 2), "198.51.100.0/24");
	assert_string_equal(heard_prefix(h, 3), "2001:db8:5::/64");
	assert_int_equal(h->of[3].path_count, 3);
	assert_int_equal(h->paths[3][0], 65001);
	assert_int_equal(h->of[3].origin, 0x20019);
	assert_int_equal(h->of[2].time.ns, instant_of(1000, 0).ns);
	assert_false(h->routed[2]);
	heard_end(h);
}

static void a_malformed_update_changes_no_route(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	// ORIGIN 9 with a withdrawal beside it; NLRI of length 33; no NEXT_HOP; an UPDATE cut short.
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "003b 02 0004 18cb0071 001c 40010109 " PATH HOP "18c63364");
	assert_string_equal(heard_kinds(h), "!");
	assert_int_equal(h->of[0].fault, BGP_FAULT_ATTRIBUTE_VALUE);
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0037 02 0000 001c " BASIC "21c63364");
	assert_string_equal(heard_kinds(h), "!");
	assert_int_equal(h->of[0].fault, BGP_FAULT_NLRI);
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0030 02 0000 0015 " ORIGIN PATH "18c63364");
	assert_int_equal(h->of[0].fault, BGP_FAULT_MISSING_MANDATORY);
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0037 02 0000 001c " BASIC);
	assert_string_equal(heard_kinds(h), "!");
	assert_int_equal(heard_counted(h, DECODE_MALFORMED_UPDATE), 3);
	assert_int_equal(heard_counted(h, DECODE_MALFORMED), 1);
	assert_int_equal(heard_counted(h, DECODE_ANNOUNCED) + heard_counted(h, DECODE_WITHDRAWN), 0);
	assert_int_equal(decoder_counts(h->decoder)->faults[BGP_FAULT_NLRI], 1);
	heard_end(h);
}

static void a_discarded_attribute_leaves_the_route(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "003b 02 0000 0020 " BASIC "40060107 18c63364");
	assert_string_equal(heard_kinds(h), "A");
	assert_int_equal(heard_counted(h, DECODE_DISCARDED), 1);
	heard_end(h);
}

static void other_messages(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0013 04");
	assert_string_equal(heard_kinds(h), "k");
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0017 02 0000 0000");
	assert_string_equal(heard_kinds(h), "E");
	assert_int_equal(h->of[0].prefix.family, FAMILY_V4);
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "001d 02 0000 0006 800f03 0002 01");
	assert_string_equal(heard_kinds(h), "E");
	assert_int_equal(h->of[0].prefix.family, FAMILY_V6);
	// MP_REACH of VPN-IPv4 only.
	heard_mrt(h, 0, BGP4MP, 4,
		  SESSION MARKER "0032 02 0000 001b " ORIGIN "400200 800e11 0001 80 0c 000000000000000000000000 00");
	assert_string_equal(heard_kinds(h), "k");
	assert_int_equal(heard_counted(h, DECODE_OTHER_FAMILY), 1);
	heard_mrt(h, 0, BGP4MP, 7, SESSION MARKER "0037 02 0000 001c " BASIC "18c63364");
	assert_string_equal(heard_kinds(h), "A");
	assert_int_equal(h->of[0].flags, OBS_OUTGOING);
	heard_mrt(h, 0, 5, 4, "00");
	assert_string_equal(heard_kinds(h), "");
	assert_int_equal(heard_counted(h, DECODE_UNSUPPORTED), 1);
	heard_end(h);
}

static void a_notification_explains_the_state_change(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0015 03 0400");
	assert_string_equal(heard_kinds(h), "k");
	heard_mrt(h, 0, BGP4MP, 5, SESSION "0006 0001");
	assert_string_equal(heard_kinds(h), "S");
	assert_int_equal(h->of[0].session.old_state, SESSION_ESTABLISHED);
	assert_int_equal(h->of[0].session.new_state, SESSION_IDLE);
	assert_int_equal(h->of[0].session.notification, 4);
	assert_int_equal(h->of[0].session.cause, SESSION_CAUSE_REMOTE_NOTIFICATION);
	assert_false(h->of[0].closing.with_text);
	heard_mrt(h, 0, BGP4MP, 5, SESSION "0006 0001");
	assert_int_equal(h->of[0].session.notification, 0);
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0018 03 0602 02 4869");
	heard_mrt(h, 0, BGP4MP, 5, SESSION "0006 0001");
	assert_int_equal(h->of[0].session.notification, 6);
	assert_int_equal(h->of[0].closing.subcode, 2);
	assert_true(h->of[0].closing.with_text);
	heard_mrt(h, 0, BGP4MP, 5, SESSION "0006 0001");
	assert_int_equal(h->of[0].closing.subcode, 0);
	assert_false(h->of[0].closing.with_text);
	heard_mrt(h, 0, BGP4MP, 5, SESSION "0106 ffff");
	assert_int_equal(h->of[0].session.new_state, 255);
	heard_end(h);
}

static void a_dump_has_a_beginning_and_an_end(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	heard_mrt(h, 0, TABLE_V2, 1, INDEX_TWO);
	assert_string_equal(heard_kinds(h), "(pp");
	heard_mrt(h, 0, TABLE_V2, 2, ENTRY_V4);
	assert_string_equal(heard_kinds(h), "B");
	assert_string_equal(heard_prefix(h, 0), "198.51.100.0/24");
	assert_int_equal(h->of[0].path_count, 3);
	heard_mrt(h, 0, TABLE_V2, 2, "00000001 18 c63364 0001 0009 00000005 0000");
	assert_string_equal(heard_kinds(h), "");
	assert_int_equal(heard_counted(h, DECODE_BAD_PEER_INDEX), 1);
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0013 04");
	assert_string_equal(heard_kinds(h), ")k");
	assert_int_equal(h->of[0].flags, 0);
	heard_mrt(h, 1, TABLE_V2, 1, INDEX_TWO);
	heard_end_source(h, 1);
	assert_string_equal(heard_kinds(h), ")f");
	assert_int_equal(h->of[1].source, 1);
	heard_end(h);
}

static void a_second_index_joins_or_begins_anew(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	heard_mrt(h, 0, TABLE_V2, 1, INDEX_TWO);
	heard_mrt(h, 0, TABLE_V2, 2, ENTRY_V4);
	heard_mrt(h, 0, TABLE_V2, 1, INDEX_TWO); // as BIRD does for the IPv6 table of the same dump
	assert_string_equal(heard_kinds(h), "");
	heard_mrt(h, 0, TABLE_V2, 4, "00000001 20 20010db8 0001 0001 00000005 0007 " ORIGIN "400200");
	assert_string_equal(heard_kinds(h), "ppB");
	assert_int_equal(h->of[2].path_count, 0);
	heard_mrt(h, 0, TABLE_V2, 1, INDEX_TWO);
	heard_mrt(h, 0, TABLE_V2, 2, ENTRY_V4); // IPv4 again: the next dump
	assert_string_equal(heard_kinds(h), ")(ppB");
	heard_end(h);
}

static void a_dump_that_lost_records_says_so(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	heard_mrt(h, 0, TABLE_V2, 1, INDEX_TWO);
	heard_mrt(h, 0, TABLE_V2, 2, "00000001 18 c63364 0002 0000 00000005 001c " BASIC);
	assert_string_equal(heard_kinds(h), "B!");
	heard_end_source(h, 0);
	assert_string_equal(heard_kinds(h), ")f");
	assert_int_equal(h->of[0].flags, OBS_DAMAGED);
	// ORIGIN 9: the entry stands, marked.
	heard_mrt(h, 2, TABLE_V2, 1, INDEX_TWO);
	heard_mrt(h, 2, TABLE_V2, 2, "00000001 18 c63364 0001 0000 00000005 001c 40010109 " PATH HOP);
	assert_string_equal(heard_kinds(h), "!B");
	assert_int_equal(h->of[1].flags, OBS_DAMAGED);
	heard_end(h);
}

static void table_dump_finds_its_peers(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	static const char entry[] =
		"0000 0001 c6336400 18 01 00000005 c0000201 fde9 0012 " ORIGIN "400204 0201fde9 400304 c0000209";
	heard_mrt(h, 0, 12, 1, entry);
	assert_string_equal(heard_kinds(h), "(pB");
	assert_int_equal(h->paths[2][0], 65001);
	heard_mrt(h, 0, 12, 1, entry);
	assert_string_equal(heard_kinds(h), "B");
	heard_end_source(h, 0);
	assert_string_equal(heard_kinds(h), ")f");
	heard_end(h);
}

#define WITH_ID	 MARKER "003b 02 0000 001c " BASIC "00000001 18c63364"
#define WIDE_IDS MARKER "0043 02 0000 001c " BASIC "7f112233 18c63364 45670000 18c63365"

static void path_identifiers_are_found_out(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	heard_mrt(h, 0, BGP4MP, 4, SESSION WITH_ID);
	assert_string_equal(heard_kinds(h), "A");
	assert_string_equal(heard_prefix(h, 0), "198.51.100.0/24");
	assert_int_equal(h->of[0].flags, OBS_ADD_PATH);
	assert_int_equal(h->of[0].path_id, 1);
	assert_int_equal(heard_counted(h, DECODE_ADD_PATH_GUESSED), 1);
	// And the other way round: the subtype promises identifiers that are not there.
	heard_mrt(h, 0, BGP4MP, 9,
		  "0000fdeb 0000fdea 0000 0001 c0000203 c0000202 " MARKER "0037 02 0000 001c " BASIC "18c63364");
	assert_string_equal(heard_kinds(h), "A");
	assert_int_equal(h->of[0].flags, 0);
	heard_end(h);

	h = heard_begin(&(struct decode_options){.trust_subtypes = true});
	heard_mrt(h, 0, BGP4MP, 4, SESSION WITH_ID);
	assert_int_equal(heard_counted(h, DECODE_ADD_PATH_GUESSED), 0);
	heard_end(h);
}

static void path_identifiers_are_not_made_of_damage(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	for (int i = 0; i < 20; i++) {
		heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0037 02 0000 001c " BASIC "18c63364");
		assert_string_equal(heard_kinds(h), "A");
	}
	for (int i = 0; i < 10; i++) { // reads with identifiers only; the peer never used any
		heard_mrt(h, 0, BGP4MP, 4, SESSION WIDE_IDS);
		assert_string_equal(heard_kinds(h), "!");
	}
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0037 02 0000 001c " BASIC "18c63364");
	assert_string_equal(heard_kinds(h), "A");
	assert_int_equal(heard_counted(h, DECODE_ADD_PATH_GUESSED), 0);
	// A new session begins without prejudice; identifiers of any size need some evidence.
	heard_mrt(h, 0, BGP4MP, 5, SESSION "0006 0001");
	for (int i = 0; i < 4; i++)
		heard_mrt(h, 0, BGP4MP, 4, SESSION WIDE_IDS);
	assert_string_equal(heard_kinds(h), "AA");
	assert_int_equal(h->of[1].path_id, 0x45670000);
	heard_end(h);
}

static void a_gap_names_the_peer_it_touches(void **state)
{
	struct heard *h = heard_begin(NULL);
	struct record gap = {.kind = RECORD_GAP, .reason = GAP_FRAMING, .source = 3, .time = instant_of(7, 0)};
	(void)state;
	heard_mrt(h, 0, BGP4MP, 4, SESSION MARKER "0013 04");
	uint32_t peer = h->of[0].peer;
	gap.bytes = packet_of("000003e8 0010 0004 fffffff0 " SESSION MARKER "0013");
	heard_record(h, &gap);
	assert_string_equal(heard_kinds(h), "g");
	assert_int_equal(h->of[0].peer, peer);
	assert_int_equal(h->of[0].source, 3);
	gap.bytes = packet_of("00112233445566");
	heard_record(h, &gap);
	assert_int_equal(h->of[0].peer, PEER_NONE);
	heard_end(h);
}

static void large_messages_span_batches(void **state)
{
	struct heard *h = heard_begin(NULL);
	static struct packet body, message, record;
	(void)state;
	packet_u16(&body, 0);
	packet_u16(&body, 28);
	packet_hex(&body, BASIC);
	for (unsigned i = 0; i < 3000; i++) {
		packet_fill(&body, 24, 1);
		packet_fill(&body, 10, 1);
		packet_u16(&body, i);
	}
	packet_message(&message, BGP_UPDATE, &body);
	packet_hex(&record, "000003e8 0010 0004");
	packet_u32(&record, (uint32_t)message.length + 20);
	packet_hex(&record, SESSION);
	packet_bytes(&record, &message);
	struct record r = {.kind = RECORD_MRT, .time = instant_of(1000, 0)};
	r.bytes = packet_guarded(record.bytes, record.length);
	heard_record(h, &r);
	assert_int_equal(h->count, 3000);
	assert_true(h->batches >= 3);
	for (size_t i = 0; i < h->count; i++) {
		assert_int_equal(h->of[i].path_count, 3);
		assert_int_equal(h->paths[i][2], 0x20019);
		assert_int_equal(h->of[i].prefix.bytes[2], i & 0xff);
	}
	h->count = 0;
	h->answer = -5;
	assert_int_equal(decoder_take(h->decoder, &r), -5);
	heard_end(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(update_keeps_its_order),
		cmocka_unit_test(a_malformed_update_changes_no_route),
		cmocka_unit_test(a_discarded_attribute_leaves_the_route),
		cmocka_unit_test(other_messages),
		cmocka_unit_test(a_notification_explains_the_state_change),
		cmocka_unit_test(a_dump_has_a_beginning_and_an_end),
		cmocka_unit_test(a_second_index_joins_or_begins_anew),
		cmocka_unit_test(a_dump_that_lost_records_says_so),
		cmocka_unit_test(table_dump_finds_its_peers),
		cmocka_unit_test(path_identifiers_are_found_out),
		cmocka_unit_test(path_identifiers_are_not_made_of_damage),
		cmocka_unit_test(a_gap_names_the_peer_it_touches),
		cmocka_unit_test(large_messages_span_batches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
