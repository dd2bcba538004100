// SPDX-License-Identifier: ISC
// Path attributes: values, and what each fault costs (RFC 7606).
// Tests: src/wire/bgp_attributes.c
#include "packet.h"

static const struct bgp_context as4 = {.as_bytes = 4}, as2 = {.as_bytes = 2};
static const struct bgp_context rib_entry = {.as_bytes = 4, .rib_entry = true};
static const struct bgp_context add_path = {.as_bytes = 4, .add_path = true};

static struct bgp_attributes read_as(const char *hex, const struct bgp_context *context)
{
	struct bgp_attributes a;
	memset(&a, 0xa5, sizeof(a)); // what was there before must not matter
	bgp_attributes(packet_of(hex), context, &a);
	return a;
}

static void all_values(void **state)
{
	(void)state;
	struct bgp_attributes a =
		read_as("40010102 400206 0201 0000fbf4 400304 c0000201 800404 0000000a 400504 00000064"
			"400600 c00708 0000fbf4 c0000209 c00808 fbf40001 ffffff01"
			"c01008 0002fbf400000001 c0200c 0000fbf4 00000001 00000002",
			&as4);
	assert_int_equal(a.action, BGP_FINE);
	assert_int_equal(a.fault, BGP_FAULT_NONE);
	assert_int_equal(a.present, UINT64_C(0x1000101fe));
	assert_int_equal(a.origin, 2);
	assert_int_equal(cursor_left(&a.as_path), 6);
	assert_memory_equal(a.next_hop, "\xc0\x00\x02\x01", 4);
	assert_true(a.med == 10 && a.local_pref == 100 && a.atomic_aggregate);
	assert_int_equal(a.aggregator_asn, 64500);
	assert_memory_equal(a.aggregator_address, "\xc0\x00\x02\x09", 4);
	assert_int_equal(cursor_left(&a.communities), 8);
	assert_int_equal(cursor_left(&a.ext_communities), 8);
	assert_int_equal(cursor_left(&a.large_communities), 12);
	assert_int_equal(a.unknown, 0);
	assert_int_equal(a.as_bytes, 4);
}

static void nothing_at_all(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as("", &as4);
	assert_true(a.present == 0 && a.action == BGP_FINE && a.fault == BGP_FAULT_NONE);
	assert_true(!cursor_left(&a.as_path) && !cursor_left(&a.reach.nlri) && !a.reach.next_hop_length);
}

#define GOOD "40010100 400200 400304 c0000201 "

// One fault each, in a block that is fine otherwise and goes on behind the fault.
static void what_faults_cost(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		enum bgp_action action;
		enum bgp_fault fault;
		uint8_t code;
	} rows[] = {
		// 7.1 ORIGIN
		{"400100", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 1},
		{"4001020000", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 1},
		{"40010103", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_VALUE, 1},
		// 7.2 AS_PATH: type, empty segment, overrun, a byte left over
		{"400206 0001 0000fbf4", BGP_WITHDRAW, BGP_FAULT_AS_PATH, 2},
		{"400206 0501 0000fbf4", BGP_WITHDRAW, BGP_FAULT_AS_PATH, 2},
		{"400202 0200", BGP_WITHDRAW, BGP_FAULT_AS_PATH, 2},
		{"400206 0202 0000fbf4", BGP_WITHDRAW, BGP_FAULT_AS_PATH, 2},
		{"400207 0201 0000fbf4 02", BGP_WITHDRAW, BGP_FAULT_AS_PATH, 2},
		// 7.3 NEXT_HOP, 7.4 MED
		{"400300", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 3},
		{"400305 c000020100", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 3},
		{"800403 000000", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 4},
		// 7.5 to 7.7: dropped
		{"400503 000064", BGP_DISCARD, BGP_FAULT_ATTRIBUTE_LENGTH, 5},
		{"400601 00", BGP_DISCARD, BGP_FAULT_ATTRIBUTE_LENGTH, 6},
		{"c00706 fbf4 c0000209", BGP_DISCARD, BGP_FAULT_ATTRIBUTE_LENGTH, 7},
		// 7.8, 7.14 and RFC 8092: communities
		{"c00800", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 8},
		{"c00803 fbf400", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 8},
		{"c01000", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 16},
		{"c01009 000000000000000000", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 16},
		{"c0200b 0000000000000000000000", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_LENGTH, 32},
		// 3c: flags
		{"80010100", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, 1},
		{"00010100", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, 1},
		{"c00200", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, 2},
		{"c00404 0000000a", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, 4},
		{"800808 fbf40001 ffffff01", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, 8},
		{"40200c 000000000000000000000000", BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, 32},
		// MP_REACH: lengths, next hop, NLRI
		{"800e00", BGP_RESET, BGP_FAULT_MP_REACH, 14},
		{"800e04 00020110", BGP_RESET, BGP_FAULT_MP_REACH, 14},
		{"800e15 0002010f 200100000000000000000000000000 00 00", BGP_RESET, BGP_FAULT_MP_REACH, 14},
		{"800e05 0002010000", BGP_RESET, BGP_FAULT_MP_REACH, 14},
		{"800e09 00020104c000020100", BGP_RESET, BGP_FAULT_MP_REACH, 14},
		{"800e0c 00010104 c0000201 00 21 c633", BGP_RESET, BGP_FAULT_MP_REACH, 14},
		{"800f02 0002", BGP_RESET, BGP_FAULT_MP_UNREACH, 15},
		{"800f04 00020181", BGP_RESET, BGP_FAULT_MP_UNREACH, 15},
	};
	static struct packet p;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int behind = 0; behind < 2; behind++) {
			p.length = 0;
			packet_hex(&p, rows[i].hex);
			packet_hex(&p, behind ? "c0630100 d0630001 00" : "");
			struct bgp_attributes a;
			bgp_attributes(packet_cursor(&p), &as4, &a);
			if (a.action != rows[i].action || a.fault != rows[i].fault || a.fault_attribute != rows[i].code)
				fail_msg("%s: action %d, %s of %d", rows[i].hex, a.action, bgp_fault_name(a.fault),
					 a.fault_attribute);
			assert_int_equal(a.present, 0);
			assert_int_equal(a.unknown, behind ? 2 : 0);
		}
}

// Section 4: the block ends inside an attribute. What was read stands, and the NLRI can still be found.
static void overruns(void **state)
{
	(void)state;
	static const char *const rows[] = {GOOD "40",	    GOOD "4004",   GOOD "800405 00000000",
					   GOOD "90040000", GOOD "500400", GOOD "d063ffff 00"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bgp_attributes a = read_as(rows[i], &as4);
		if (i == 3) { // a whole attribute of length zero, for contrast
			assert_int_equal(a.fault, BGP_FAULT_ATTRIBUTE_LENGTH);
			continue;
		}
		assert_int_equal(a.action, BGP_WITHDRAW);
		assert_int_equal(a.fault, BGP_FAULT_ATTRIBUTE_OVERRUN);
		assert_int_equal(a.present, 0xe);
	}
}

// 3g: the first stands and the rest is dropped; MP_REACH and MP_UNREACH must not repeat.
static void duplicates(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as(GOOD "40010102 400206 0201 0000fbf4", &as4);
	assert_int_equal(a.action, BGP_DISCARD);
	assert_int_equal(a.fault, BGP_FAULT_ATTRIBUTE_TWICE);
	assert_int_equal(a.fault_attribute, 1);
	assert_true(a.origin == 0 && !cursor_left(&a.as_path));
	a = read_as("800f03 000201 800f04 00020100", &as4);
	assert_int_equal(a.action, BGP_RESET);
	assert_int_equal(a.fault, BGP_FAULT_ATTRIBUTE_TWICE);
	assert_int_equal(cursor_left(&a.unreach.nlri), 0);
	// A second one does not heal a first that was malformed, nor hurt more than the first.
	a = read_as("40010107 40010100", &as4);
	assert_true(a.action == BGP_WITHDRAW && a.fault == BGP_FAULT_ATTRIBUTE_VALUE && !bgp_has(&a, BGP_ATTR_ORIGIN));
	a = read_as("c06300 c06300", &as4);
	assert_true(a.action == BGP_FINE && a.unknown == 2);
}

// The first fault is named, the worst decides.
static void worst_of_several(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as("400601 00 40010103 800e00 400503 000064", &as4);
	assert_int_equal(a.action, BGP_RESET);
	assert_int_equal(a.fault, BGP_FAULT_ATTRIBUTE_LENGTH);
	assert_int_equal(a.fault_attribute, BGP_ATTR_ATOMIC_AGGREGATE);
}

static void flags_that_do_not_matter(void **state)
{
	(void)state;
	// Reserved bits, extended length where it is not needed, Partial on anything.
	struct bgp_attributes a = read_as("4f010100 5f020000 6f0304 c0000201 a00404 00000000 f0080004 fbf40001", &as4);
	assert_int_equal(a.action, BGP_FINE);
	assert_int_equal(a.present, 0x11e);
}

static void unknown_attributes_cost_nothing(void **state)
{
	(void)state;
	static struct packet p;
	for (unsigned code = 0; code < 256; code++)
		for (unsigned flags = 0; flags < 256; flags += 16) {
			static const uint8_t known[] = {1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18, 32, 33, 35};
			if (memchr(known, (int)code, sizeof(known)))
				continue;
			p.length = 0;
			packet_hex(&p, GOOD);
			packet_fill(&p, (uint8_t)flags, 1);
			packet_fill(&p, (uint8_t)code, 1);
			packet_hex(&p, flags & 0x10 ? "0003 ffffff" : "03 ffffff");
			struct bgp_attributes a;
			bgp_attributes(packet_cursor(&p), &as4, &a);
			// Not optional is well-known, and one that is not known is an error (RFC 4271, 6.3).
			assert_int_equal(a.action, flags & 0x80 ? BGP_FINE : BGP_WITHDRAW);
			assert_true(a.unknown == 1 && a.present == 0xe);
		}
}

static void as4_attributes_of_2_byte_speakers(void **state)
{
	(void)state;
	static const char block[] =
		"400204 0201 5ba0 c00706 5ba0 c0000209 c01106 0201 0001fbf4 c01208 0001fbf4 c0000209";
	struct bgp_attributes a = read_as(block, &as2);
	assert_int_equal(a.action, BGP_FINE);
	assert_int_equal(a.aggregator_asn, BGP_AS_TRANS);
	assert_int_equal(a.as4_aggregator_asn, 0x1fbf4);
	assert_true(bgp_has(&a, BGP_ATTR_AS4_PATH) && bgp_has(&a, BGP_ATTR_AS4_AGGREGATOR));
	// An AGGREGATOR that is not AS_TRANS makes both stale.
	a = read_as("400204 0201 5ba0 c00706 fbf4 c0000209 c01106 0201 0001fbf4 c01208 0001fbf4 c0000209", &as2);
	assert_true(a.action == BGP_FINE && !bgp_has(&a, BGP_ATTR_AS4_PATH) && !bgp_has(&a, BGP_ATTR_AS4_AGGREGATOR));
	assert_int_equal(cursor_left(&a.as4_path), 0);
	// Malformed ones are dropped.
	a = read_as("c01106 0901 0001fbf4", &as2);
	assert_true(a.action == BGP_DISCARD && a.fault == BGP_FAULT_AS_PATH && !a.present);
	a = read_as("c01206 fbf4 c0000209", &as2);
	assert_true(a.action == BGP_DISCARD && a.fault == BGP_FAULT_ATTRIBUTE_LENGTH && !a.present);
}

static void as4_attributes_of_4_byte_speakers_are_dropped(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as("c01106 0201 0001fbf4 c01208 0001fbf4 c0000209 c01101 00", &as4);
	assert_true(a.action == BGP_FINE && !a.present && !a.unknown && !cursor_left(&a.as4_path));
}

static void multiprotocol(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as("800e1b 000201 10 20010db8000000000000000000000001 00 28 20010db801", &as4);
	assert_int_equal(a.action, BGP_FINE);
	assert_true(a.reach.afi == 2 && a.reach.safi == 1 && a.reach.next_hop_length == 16);
	assert_int_equal(cursor_left(&a.reach.nlri), 6);
	a = read_as("900e0025 000201 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00", &as4);
	assert_true(a.action == BGP_FINE && a.reach.next_hop_length == 32 && a.reach.next_hop[16] == 0xfe);
	a = read_as("800e0d 000101 04 c0000201 00 18 c63364", &as4);
	assert_true(a.action == BGP_FINE && a.reach.afi == 1 && a.reach.next_hop_length == 4);
	a = read_as("800e19 000101 10 20010db8000000000000000000000001 00 18 c63364", &as4); // RFC 8950
	assert_true(a.action == BGP_FINE && a.reach.afi == 1 && a.reach.next_hop_length == 16);
	a = read_as("800f0b 000201 00000009 18 200100", &add_path);
	assert_true(a.action == BGP_FINE && cursor_left(&a.unreach.nlri) == 8);
}

// Other families: whatever they hold costs nothing, and their next hop is cut to what fits.
static void other_families(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as("800e15 000180 0c 0000000000000000c0000201 00 70 ffffff", &as4);
	assert_true(a.action == BGP_FINE && a.reach.safi == 128 && a.reach.next_hop_length == 12);
	a = read_as("800e35 401947 30"
		    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		    "00",
		    &as4);
	assert_true(a.action == BGP_FINE && a.reach.afi == 16409 && a.reach.next_hop_length == 32);
	a = read_as("800f04 000185 f0", &as4);
	assert_true(a.action == BGP_FINE && a.unreach.safi == 133);
}

// RFC 6396, 4.3.4: next hop only. Some writers put the full form.
static void rib_entries(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as("800e11 10 20010db8000000000000000000000001", &rib_entry);
	assert_true(a.action == BGP_FINE && bgp_has(&a, BGP_ATTR_MP_REACH));
	assert_true(a.reach.afi == 0 && a.reach.next_hop_length == 16 && !cursor_left(&a.reach.nlri));
	assert_memory_equal(a.reach.next_hop, "\x20\x01\x0d\xb8", 4);
	a = read_as("800e21 20 20010db8000000000000000000000001 fe800000000000000000000000000001", &rib_entry);
	assert_true(a.action == BGP_FINE && a.reach.next_hop_length == 32);
	a = read_as("800e1a 000201 10 20010db8000000000000000000000001 00 20 20010db8", &rib_entry);
	assert_true(a.action == BGP_FINE && a.reach.afi == 2 && cursor_left(&a.reach.nlri) == 5);
	// In an UPDATE the short form is damage.
	a = read_as("800e11 10 20010db8000000000000000000000001", &as4);
	assert_int_equal(a.action, BGP_RESET);
}

// BIRD writes flags of 0 for NEXT_HOP and LOCAL_PREF; in a dump they are the collector's and say nothing.
static void rib_entries_with_wrong_flags(void **state)
{
	(void)state;
	static const char block[] = "40010100 400200 000304 c0000201 000504 00000064";
	struct bgp_attributes a = read_as(block, &rib_entry);
	assert_true(a.action == BGP_FINE && a.present == 0x2e && a.local_pref == 100);
	a = read_as(block, &as4);
	assert_true(a.action == BGP_WITHDRAW && a.fault == BGP_FAULT_ATTRIBUTE_FLAGS && a.fault_attribute == 3);
}

// The bad NLRI stays readable, for a peer whose ADD-PATH was not known.
static void nlri_of_a_wrong_guess(void **state)
{
	(void)state;
	struct bgp_attributes a = read_as("800f0b 000201 00000081 18 200100", &as4);
	assert_true(a.action == BGP_RESET && a.fault == BGP_FAULT_MP_UNREACH && !bgp_has(&a, BGP_ATTR_MP_UNREACH));
	assert_true(bgp_nlri_valid(a.unreach.nlri, a.unreach.afi, true));
}

static void mandatory(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool v4, mp;
		uint8_t missing; // 0: none
	} rows[] = {
		{GOOD, true, false, 0},
		{"", false, false, 0},
		{"400200 400304 c0000201", true, false, 1},
		{"40010100 400304 c0000201", true, false, 2},
		{"40010100 400200", true, false, 3},
		{"40010100 400200", false, true, 14},
		{"40010100 400200 800e11 10 20010db8000000000000000000000001", false, true, 0},
		{"40010100 400200 800e11 10 20010db8000000000000000000000001", true, true, 3},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bgp_attributes a = read_as(rows[i].hex, &rib_entry);
		bgp_mandatory(&a, rows[i].v4, rows[i].mp);
		assert_int_equal(a.action, rows[i].missing ? BGP_WITHDRAW : BGP_FINE);
		assert_int_equal(a.fault, rows[i].missing ? BGP_FAULT_MISSING_MANDATORY : BGP_FAULT_NONE);
		assert_int_equal(a.fault_attribute, rows[i].missing);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_values),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(what_faults_cost),
		cmocka_unit_test(overruns),
		cmocka_unit_test(duplicates),
		cmocka_unit_test(worst_of_several),
		cmocka_unit_test(flags_that_do_not_matter),
		cmocka_unit_test(unknown_attributes_cost_nothing),
		cmocka_unit_test(as4_attributes_of_2_byte_speakers),
		cmocka_unit_test(as4_attributes_of_4_byte_speakers_are_dropped),
		cmocka_unit_test(multiprotocol),
		cmocka_unit_test(other_families),
		cmocka_unit_test(rib_entries),
		cmocka_unit_test(rib_entries_with_wrong_flags),
		cmocka_unit_test(nlri_of_a_wrong_guess),
		cmocka_unit_test(mandatory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
