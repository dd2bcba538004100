// SPDX-License-Identifier: ISC
// Every truncation of every golden packet: the framing asks for more, the decoders of bodies keep within the
// bytes (a forbidden page stands right behind them), and so do 2,000 mutations of each.
// Tests: src/wire/bgp.c src/wire/mrt.c src/wire/bmp.c
#include "../fuzz/drive.h"
#include "packet.h"

static struct packet golden;

static struct cursor golden_cursor(const struct golden *g, size_t length)
{
	golden.length = 0;
	packet_hex(&golden, g->hex);
	assert_true(length <= golden.length);
	return packet_guarded(golden.bytes, length);
}

static size_t golden_length(const struct golden *g)
{
	golden.length = 0;
	packet_hex(&golden, g->hex);
	return golden.length;
}

static int frame(const struct golden *g, struct cursor *c)
{
	struct mrt_header h;
	struct mrt_record r;
	struct bgp_message b;
	struct bmp_message m;
	struct cursor body;
	switch (g->kind) {
	case GOLDEN_BGP:
		return bgp_message(c, &b);
	case GOLDEN_BMP:
		return bmp_message(c, &m);
	case GOLDEN_MRT:
	default:
		if (mrt_header(c, &h) != 1 || !cursor_sub(c, h.length, &body))
			return 0;
		assert_true(mrt_header_plausible(&h));
		return mrt_record(&h, body, &r);
	}
}

static void drive(const struct golden *g, struct cursor c)
{
	if (g->kind == GOLDEN_MRT)
		drive_mrt(c);
	else if (g->kind == GOLDEN_BGP)
		drive_message(c);
	else
		drive_bmp(c);
}

static void whole_packets_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < golden_count; i++) {
		struct cursor c = golden_cursor(&golden_packets[i], golden_length(&golden_packets[i]));
		print_message("%s\n", golden_packets[i].name);
		drive(&golden_packets[i], c);
		assert_int_equal(frame(&golden_packets[i], &c), 1);
		assert_int_equal(cursor_left(&c), 0);
	}
}

static void every_truncation_needs_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < golden_count; i++)
		for (size_t n = 0; n < golden_length(&golden_packets[i]); n++) {
			struct cursor c = golden_cursor(&golden_packets[i], n);
			if (frame(&golden_packets[i], &c) != 0)
				fail_msg("%s cut to %zu bytes", golden_packets[i].name, n);
			assert_true(golden_packets[i].kind == GOLDEN_MRT || cursor_left(&c) == n);
		}
}

// The header keeps its length, so that the body's decoder sees less than it needs.
static void cut_bodies_stay_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < golden_count; i++)
		for (size_t n = golden_length(&golden_packets[i]); n--;) {
			drive(&golden_packets[i], golden_cursor(&golden_packets[i], n));
			struct cursor c = golden_cursor(&golden_packets[i], n);
			drive_update(c);
			drive_session(c);
			drive_aspath(c);
		}
}

static void shrink_length(const struct golden *g, struct packet *p, size_t n)
{
	size_t at = g->kind == GOLDEN_MRT ? 8 : g->kind == GOLDEN_BGP ? 16 : 1;
	size_t width = g->kind == GOLDEN_BGP ? 2 : 4, value = g->kind == GOLDEN_MRT ? n - MRT_HEADER_BYTES : n;
	for (size_t i = 0; i < width; i++)
		p->bytes[at + i] = (uint8_t)(value >> 8 * (width - 1 - i));
}

// The length tells of the cut, so that inner lengths run out inside a whole frame. Never taken as whole and fine.
static void shrunk_packets_stay_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < golden_count; i++)
		for (size_t n = golden_length(&golden_packets[i]); n-- > BGP_HEADER_BYTES;) {
			shrink_length(&golden_packets[i], &golden, n);
			drive(&golden_packets[i], packet_guarded(golden.bytes, n));
			golden_length(&golden_packets[i]);
		}
}

static void mutations_stay_inside(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	for (size_t i = 0; i < golden_count; i++)
		for (int round = 0; round < 2000; round++) {
			size_t n = golden_length(&golden_packets[i]);
			for (uint64_t edits = 1 + unit_random(&seed) % 6; edits--;)
				golden.bytes[unit_random(&seed) % n] = (uint8_t)unit_random(&seed);
			drive(&golden_packets[i], packet_guarded(golden.bytes, n));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_packets_are_taken), cmocka_unit_test(every_truncation_needs_more),
		cmocka_unit_test(cut_bodies_stay_inside),  cmocka_unit_test(shrunk_packets_stay_inside),
		cmocka_unit_test(mutations_stay_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
