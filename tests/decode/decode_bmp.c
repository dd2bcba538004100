// SPDX-License-Identifier: ISC
// BMP → observations: what real routers sent (frr84.bmp, gobgp310.bmp: captured in the project's lab), and the rules
// they made necessary, one by one.
#include "heard.h"

#include "base/alloc.h"

#define PEER(type, flags)                                                                                              \
	type flags " 0000000000000000 000000000000000000000000c0000202 0000fdea c0000202 000003e8 00000000 "
#define EXTERNAL		       PEER("00", "00")
#define POLICED			       PEER("00", "40")
#define LOC_RIB			       "03 00 0000000000000000 00000000000000000000000000000000 0000fde9 c0000201 000003e8 00000000 "
#define OPEN(asn)		       MARKER "0025 01 04 " asn " 0009 c0000201 08 0206 4104 0000" asn
#define UP_BODY			       "00000000000000000000000000000000 00b3 1234 " OPEN("fde9") OPEN("fdea")
#define ROUTE(path, attributes, bytes) MARKER bytes " 02 0000 " attributes " 40010100 " path " 400304 c0000209 18c63364"
#define HEARD			       ROUTE("40020a 0202 0000fdea 00000007", "0018", "0033")
#define PREPENDED		       ROUTE("40020e 0203 0000fde9 0000fdea 00000007", "001c", "0037")
#define GONE			       MARKER "001b 02 0004 18c63364 0000"
#define GONE_V6			       MARKER "0024 02 0000 000d 800f0a 0002 01 30 20010db80005"

static void say(struct heard *h, unsigned type, const char *peer, const char *body)
{
	static struct packet whole, inner;
	inner.length = whole.length = 0;
	packet_hex(&inner, peer);
	packet_hex(&inner, body);
	packet_fill(&whole, 3, 1);
	packet_u32(&whole, (uint32_t)inner.length + 6);
	packet_fill(&whole, (uint8_t)type, 1);
	packet_bytes(&whole, &inner);
	struct record r = {.kind = RECORD_BMP, .time = instant_of(5000, 0)};
	r.bytes = packet_guarded(whole.bytes, whole.length);
	heard_record(h, &r);
}

// All messages of a file, each as one record; the observations of all of them.
static struct heard *play(const char *name, const struct decode_options *options)
{
	static uint8_t bytes[8192];
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", getenv("DECODE_TESTS"), name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t left = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	struct heard *h = heard_begin(options);
	struct cursor c = cursor_of(bytes, left), at = c;
	struct bmp_message m;
	for (; bmp_message(&c, &m) == 1; at = c) {
		struct record r = {.kind = RECORD_BMP, .bytes = {at.at, c.at}, .time = instant_of(5000, 0)};
		assert_int_equal(decoder_take(h->decoder, &r), 0);
	}
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(decoder_flush(h->decoder), 0);
	return h;
}

static void frr(void **state)
{
	struct heard *h = play("frr84.bmp", NULL);
	(void)state;
	// One session up and down though there are nine Peer Downs; post-policy came first and is followed.
	assert_string_equal(heard_kinds(h), "SAAAkkkWkS");
	heard_end(h);
}

static void gobgp(void **state)
{
	struct heard *h = play("gobgp310.bmp", NULL);
	(void)state;
	assert_string_equal(heard_kinds(h), "SAAAAAAAAAAAWWWS");
	assert_int_equal(heard_counted(h, DECODE_BMP_OTHER_VIEW), 4);
	assert_int_equal(h->of[15].session.cause, SESSION_CAUSE_REMOTE_NOTIFICATION);
	assert_int_equal(h->of[15].session.notification, 6);
	assert_int_equal(peer_at(h->peers, h->of[0].peer)->view, PEER_VIEW_PRE_POLICY);
	heard_end(h);
	h = play("gobgp310.bmp", &(struct decode_options){.bmp_all_views = true});
	assert_int_equal(heard_counted(h, DECODE_ANNOUNCED), 13);
	assert_int_equal(heard_counted(h, DECODE_WITHDRAWN), 5);
	assert_int_equal(peer_count(h->peers), 3);
	heard_end(h);
}

static void peer_down_is_idempotent_and_legal_without_up(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	say(h, BMP_PEER_DOWN, EXTERNAL, "02 0000");
	assert_string_equal(heard_kinds(h), "");
	say(h, BMP_PEER_UP, EXTERNAL, UP_BODY);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD);
	assert_string_equal(heard_kinds(h), "SA");
	say(h, BMP_PEER_DOWN, EXTERNAL, "04");
	assert_string_equal(heard_kinds(h), "S");
	assert_int_equal(h->of[0].session.cause, SESSION_CAUSE_REMOTE_SILENT);
	say(h, BMP_PEER_DOWN, EXTERNAL, "04");
	assert_string_equal(heard_kinds(h), "");
	say(h, BMP_PEER_UP, EXTERNAL, UP_BODY);
	assert_string_equal(heard_kinds(h), "S");
	say(h, BMP_PEER_UP, EXTERNAL, UP_BODY);
	assert_string_equal(heard_kinds(h), "");
	heard_end(h);
}

#define NOTIFICATION(bytes, body) MARKER bytes " 03 " body

static void down_with(struct heard *h, const char *body, uint8_t code, uint8_t subcode, bool with_text)
{
	say(h, BMP_PEER_UP, EXTERNAL, UP_BODY);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD);
	if (h->of[0].kind == OBS_SESSION) { // the first of them: up, with nothing to tell
		assert_int_equal(h->of[0].closing.subcode, 0);
		assert_false(h->of[0].closing.with_text);
	}
	say(h, BMP_PEER_DOWN, EXTERNAL, body);
	assert_string_equal(heard_kinds(h), "S");
	assert_int_equal(h->of[0].session.notification, code);
	assert_int_equal(h->of[0].closing.subcode, subcode);
	assert_int_equal(h->of[0].closing.with_text, with_text);
}

static void peer_down_tells_how_it_closed(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	down_with(h, "03" NOTIFICATION("0018", "0602 02 4869"), 6, 2, true);
	down_with(h, "03" NOTIFICATION("0015", "0602"), 6, 2, false);
	down_with(h, "01" NOTIFICATION("001c", "0601 0001 01 00000005"), 6, 1, false);
	down_with(h, "01" NOTIFICATION("0015", "0400"), 4, 0, false);
	down_with(h, "02 000a", 0, 10, false); // the event of the state machine: hold timer
	assert_int_equal(h->of[0].session.cause, SESSION_CAUSE_LOCAL_FSM);
	down_with(h, "02 ffff", 0, 0, false);
	down_with(h, "04", 0, 0, false);
	heard_end(h);
}

static void one_view_of_a_peer_is_followed(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	say(h, BMP_PEER_UP, EXTERNAL, UP_BODY);
	say(h, BMP_ROUTE_MONITORING, POLICED, HEARD);
	assert_string_equal(heard_kinds(h), "SA");
	assert_int_equal(peer_at(h->peers, h->of[1].peer)->view, PEER_VIEW_POST_POLICY);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD);
	say(h, BMP_ROUTE_MONITORING, LOC_RIB, HEARD);
	say(h, BMP_ROUTE_MONITORING, PEER("00", "10"), HEARD); // Adj-RIB-Out
	assert_int_equal(h->count, 0);
	assert_int_equal(heard_counted(h, DECODE_BMP_OTHER_VIEW), 3);
	heard_end(h);

	h = heard_begin(NULL);
	say(h, BMP_ROUTE_MONITORING, LOC_RIB, HEARD); // no other peer before it: it is the view, without a Peer Up
	assert_string_equal(heard_kinds(h), "SA");
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD);
	assert_int_equal(h->count, 0);
	heard_end(h);
}

static void the_routers_own_as_is_taken_off(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	say(h, BMP_PEER_UP, EXTERNAL, UP_BODY);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, PREPENDED);
	assert_int_equal(h->of[1].path_count, 2);
	assert_int_equal(h->paths[1][0], 0xfdea);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD);
	assert_int_equal(h->of[0].path_count, 2);
	heard_end(h);
}

static void withdrawals_of_the_unannounced_are_held_back(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	say(h, BMP_PEER_UP, EXTERNAL, UP_BODY);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, GONE_V6);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, GONE_V6);
	assert_string_equal(heard_kinds(h), "");
	assert_int_equal(heard_counted(h, DECODE_BMP_UNUSABLE), 1);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, GONE);
	assert_string_equal(heard_kinds(h), "W");
	heard_end(h);

	h = heard_begin(NULL); // a stream that begins in the middle: believed
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, GONE);
	assert_string_equal(heard_kinds(h), "SW");
	heard_end(h);
}

static void oddities_of_route_monitoring(void **state)
{
	struct heard *h = heard_begin(NULL);
	(void)state;
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD HEARD); // two messages
	assert_string_equal(heard_kinds(h), "SAA");
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, HEARD "ea62 0006 0000 00010007"); // a TLV of a later draft
	assert_string_equal(heard_kinds(h), "A");
	say(h, BMP_ROUTE_MONITORING, EXTERNAL,
	    MARKER "002c 02 0000 0011 40010100 40020a 0202 0000fdea 00000007 18c63364");
	assert_string_equal(heard_kinds(h), "A"); // no NEXT_HOP
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, ROUTE("400206 0202 fdea 0007", "0014", "002f"));
	assert_string_equal(heard_kinds(h), "A"); // 2-byte AS numbers, though the flag says 4
	assert_int_equal(h->paths[0][1], 7);
	say(h, BMP_ROUTE_MONITORING, EXTERNAL, MARKER "0014 02 00");
	assert_string_equal(heard_kinds(h), "!");
	say(h, BMP_STATISTICS, EXTERNAL, "00000000");
	assert_string_equal(heard_kinds(h), "k");
	heard_end(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frr),
		cmocka_unit_test(gobgp),
		cmocka_unit_test(peer_down_is_idempotent_and_legal_without_up),
		cmocka_unit_test(peer_down_tells_how_it_closed),
		cmocka_unit_test(one_view_of_a_peer_is_followed),
		cmocka_unit_test(the_routers_own_as_is_taken_off),
		cmocka_unit_test(withdrawals_of_the_unannounced_are_held_back),
		cmocka_unit_test(oddities_of_route_monitoring),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
