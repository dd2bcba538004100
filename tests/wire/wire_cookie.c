// SPDX-License-Identifier: ISC
// SipHash-2-4 against the vectors of its authors (key 00 01 .. 0f, message 00 01 .. n-1), and that a cookie fits nothing else.
#include "packet.h"

#include "wire/cookie.h"

#include <string.h>

static const uint8_t key_bytes[COOKIE_KEY_BYTES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void the_paper_is_met(void **state)
{
	(void)state;
	// By length of the message; the last one is worked out in appendix A of the paper.
	static const uint64_t expected[16] = {
		0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
		0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
		0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
		0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
	};
	struct cookie_key key = cookie_key_of(key_bytes);
	for (size_t n = 0; n < 16; n++)
		assert_int_equal(cookie_siphash(&key, packet_guarded(key_bytes, n).at, n), expected[n]);
}

static void nothing_else_fits(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	for (int i = 0; i < 1000; i++) {
		struct cookie_key key = {unit_random(&random), unit_random(&random)}, other = {key.k0, key.k1 ^ 1};
		struct cookie_claim claim = {.target = addr_v4((uint32_t)unit_random(&random))};
		claim.stamp = (int64_t)unit_random(&random);
		claim.serial = (uint32_t)unit_random(&random);
		claim.epoch = (uint32_t)unit_random(&random);
		claim.index = (uint32_t)unit_random(&random);
		uint64_t cookie = cookie_of(&key, &claim);
		assert_int_not_equal(cookie, cookie_of(&other, &claim));
		struct cookie_claim changed[6];
		for (int k = 0; k < 6; k++)
			changed[k] = claim;
		changed[0].target.bytes[unit_random(&random) % 4] ^= 1;
		changed[1].stamp ^= 1LL << unit_random(&random) % 63;
		changed[2].serial ^= 1u << unit_random(&random) % 32;
		changed[3].epoch ^= 1u << unit_random(&random) % 32;
		changed[4].index ^= 1u << unit_random(&random) % 32;
		changed[5].target.family = FAMILY_V6;
		for (int k = 0; k < 6; k++)
			assert_int_not_equal(cookie, cookie_of(&key, &changed[k]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_paper_is_met), cmocka_unit_test(nothing_else_fits)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
