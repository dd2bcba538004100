// SPDX-License-Identifier: ISC
// AS paths: segments, the flat form, the origin, the merge with AS4_PATH (RFC 6793, 4.2.3).
#include "packet.h"

// Room for two guarded paths at once: the second stands before the first.
static struct packet both;

static struct bgp_attributes path_of(const char *as_path, uint8_t as_bytes, const char *as4_path)
{
	struct bgp_attributes a = {.as_bytes = as_bytes};
	both.length = 0;
	packet_hex(&both, as4_path);
	size_t first = both.length;
	packet_hex(&both, as_path);
	struct cursor c = packet_cursor(&both);
	if (first)
		a.as4_path = (struct cursor){c.at, c.at + first};
	a.as_path = (struct cursor){c.at + first, c.end};
	return a;
}

static void assert_flat(const struct bgp_attributes *a, const char *want)
{
	static struct aspath flat;
	char text[256];
	size_t n = 0;
	memset(&flat, 0xa5, sizeof(flat));
	aspath_flatten(a, &flat);
	text[0] = '\0';
	for (unsigned i = 0; i < flat.count && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, i ? " %u" : "%u", flat.asns[i]);
	assert_string_equal(text, want);
	assert_false(flat.truncated);
	uint32_t last = flat.count && !flat.ends_in_set ? flat.asns[flat.count - 1] : 0;
	assert_int_equal(aspath_origin(a), last);
}

static void flat_paths(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		uint8_t as_bytes;
		const char *want;
	} rows[] = {
		{"", 4, ""},
		{"", 2, ""},
		{"0203 00000001 00000002 0001fbf4", 4, "1 2 130036"},
		{"0203 0001 0002 fbf4", 2, "1 2 64500"},
		{"0201 00000001 0202 00000002 00000003", 4, "1 2 3"},
		{"0201 00000001 0102 00000002 00000003", 4, "1 2 3"},
		{"0201 00000001 0101 00000002", 4, "1 2"},
		{"0301 00000009 0201 00000001", 4, "9 1"},
		{"0201 00000001 0402 00000008 00000009", 4, "1 8 9"},
		// Malformed: what was read until there.
		{"0201 00000001 0202 00000002", 4, "1"},
		{"0201 00000001 0501 00000002", 4, "1"},
		{"0201 00000001 0200", 4, "1"},
		{"02", 4, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bgp_attributes a = path_of(rows[i].path, rows[i].as_bytes, "");
		assert_flat(&a, rows[i].want);
	}
}

static void sets_at_the_end(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		bool ends_in_set;
		uint32_t origin;
	} rows[] = {
		{"0202 00000001 00000002", false, 2},
		{"0201 00000001 0102 00000002 00000003", true, 0},
		{"0201 00000001 0101 00000002", false, 2},
		{"0102 00000002 00000003 0201 00000001", false, 1},
		{"0201 00000001 0402 00000002 00000003", true, 0},
		{"", false, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static struct aspath flat;
		struct bgp_attributes a = path_of(rows[i].path, 4, "");
		aspath_flatten(&a, &flat);
		assert_int_equal(flat.ends_in_set, rows[i].ends_in_set);
		assert_int_equal(aspath_origin(&a), rows[i].origin);
	}
}

static void merge(void **state)
{
	(void)state;
	static const struct {
		const char *path, *as4_path, *want;
	} rows[] = {
		// As long: all of AS4_PATH. Longer: what leads AS_PATH stays. Shorter than AS4_PATH: that is ignored.
		{"0202 0001 5ba0", "0202 00000001 0001fbf4", "1 130036"},
		{"0203 0001 5ba0 5ba0", "0202 0001fbf4 0001fbf5", "1 130036 130037"},
		{"0203 0001 5ba0 5ba0", "0201 0001fbf5", "1 23456 130037"},
		{"0201 5ba0", "0202 0001fbf4 0001fbf5", "23456"},
		{"", "0201 0001fbf5", ""},
		// The cut lies at a segment's end, inside a segment, behind a set that counts one.
		{"0201 0001 0202 5ba0 5ba0", "0202 0001fbf4 0001fbf5", "1 130036 130037"},
		{"0201 0001 0203 0002 5ba0 5ba0", "0202 0001fbf4 0001fbf5", "1 2 130036 130037"},
		{"0103 0001 0002 0003 0201 5ba0", "0201 0001fbf4", "1 2 3 130036"},
		{"0201 0001 0103 5ba0 5ba0 5ba0", "0201 00000001 0103 0001fbf4 0001fbf5 0001fbf6",
		 "1 130036 130037 130038"},
		// Confederation segments count nothing: those in front stay, those of AS4_PATH are dropped.
		{"0302 fde8 fde9 0202 0001 5ba0", "0202 00000001 0001fbf4", "65000 65001 1 130036"},
		{"0302 fde8 fde9 0202 0001 5ba0", "0201 0001fbf4", "65000 65001 1 130036"},
		{"0202 0001 5ba0", "0301 0000fde8 0201 0001fbf4", "1 130036"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bgp_attributes a = path_of(rows[i].path, 2, rows[i].as4_path);
		assert_flat(&a, rows[i].want);
	}
}

static void walk_says_widths(void **state)
{
	(void)state;
	struct bgp_attributes a = path_of("0203 0001 5ba0 5ba0", 2, "0202 0001fbf4 0001fbf5");
	struct aspath_walk walk;
	struct aspath_segment segment;
	uint32_t asn;
	aspath_walk_begin(&a, &walk);
	assert_true(aspath_walk_next(&walk, &segment));
	assert_true(segment.type == ASPATH_SEQUENCE && segment.count == 1 && segment.as_bytes == 2);
	assert_true(aspath_asn(&segment, &asn) && asn == 1 && !aspath_asn(&segment, &asn));
	assert_true(aspath_walk_next(&walk, &segment));
	assert_true(segment.type == ASPATH_SEQUENCE && segment.count == 2 && segment.as_bytes == 4);
	assert_false(aspath_walk_next(&walk, &segment));
	assert_false(aspath_walk_next(&walk, &segment));
}

static void segments(void **state)
{
	(void)state;
	struct aspath_segment segment;
	struct cursor c = packet_of("0201 00000001 0101 00000002 0201 000000");
	assert_int_equal(aspath_next(&c, 4, &segment), 1);
	assert_int_equal(aspath_next(&c, 4, &segment), 1);
	assert_int_equal(segment.type, ASPATH_SET);
	assert_int_equal(aspath_next(&c, 4, &segment), ERR_MALFORMED);
	assert_int_equal(cursor_left(&c), 5);
	c = packet_of("");
	assert_int_equal(aspath_next(&c, 4, &segment), 0);
	// The same bytes by width: only one reading is whole.
	assert_true(aspath_valid(packet_of("0202 00000001 00000002"), 4));
	assert_false(aspath_valid(packet_of("0202 00000001 00000002"), 2));
	assert_true(aspath_valid_without_zero(packet_of("0202 00000001 00010000"), 4));
	assert_true(aspath_valid_without_zero(packet_of("0201 00000001 0102 00000100 01000000"), 4));
	assert_false(aspath_valid_without_zero(packet_of("0201 00000001 0102 00000003 00000000"), 4));
	assert_false(aspath_valid_without_zero(packet_of("0202 00000000 00000002"), 4));
	assert_false(aspath_valid_without_zero(packet_of("0202 00000001 000002"), 4));
	assert_true(aspath_valid_without_zero(packet_of("0203 0001 0100 0002"), 2));
	assert_false(aspath_valid_without_zero(packet_of("0203 0001 0000 0002"), 2));
	assert_false(aspath_valid_without_zero(packet_of("0203 0001 0002 0000"), 2));
}

// A message of 65,535 bytes holds some 16,000 AS numbers.
static void paths_beyond_the_limit(void **state)
{
	(void)state;
	static struct packet p;
	static struct aspath flat;
	for (unsigned count = ASPATH_MAX - 1; count <= ASPATH_MAX + 1; count++) {
		struct bgp_attributes a = {.as_bytes = 4};
		p.length = 0;
		for (unsigned i = 0; i < count; i++) {
			if (i % 255 == 0)
				packet_u16(&p, 0x0200u | (count - i < 255 ? count - i : 255));
			packet_u32(&p, i + 1);
		}
		a.as_path = packet_cursor(&p);
		aspath_flatten(&a, &flat);
		assert_int_equal(flat.count, count < ASPATH_MAX ? count : ASPATH_MAX);
		assert_int_equal(flat.truncated, count > ASPATH_MAX);
		assert_int_equal(flat.asns[flat.count - 1], flat.count);
		assert_int_equal(aspath_origin(&a), count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flat_paths), cmocka_unit_test(sets_at_the_end),
		cmocka_unit_test(merge),      cmocka_unit_test(walk_says_widths),
		cmocka_unit_test(segments),   cmocka_unit_test(paths_beyond_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
