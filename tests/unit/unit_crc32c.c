// SPDX-License-Identifier: ISC
// CRC32C against the vectors of RFC 3720 (B.4) and of the catalogue ("123456789"), the two ways against each other, and a sum in
// pieces against the sum of the whole.
#include "unit.h"

#include "base/attr.h"
#include "base/crc32c.h"

#include <string.h>

static void known_vectors(void **state)
{
	(void)state;
	uint8_t bytes[4][32];
	static const uint32_t sums[] = {0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c};
	for (uint8_t i = 0; i < 32; i++) {
		bytes[0][i] = 0;
		bytes[1][i] = 0xff;
		bytes[2][i] = i;
		bytes[3][i] = 31 - i;
	}
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		assert_int_equal(crc32c(0, bytes[i], 32), sums[i]);
		assert_int_equal(crc32c_table(0, bytes[i], 32), sums[i]);
	}
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c_table(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(0, "", 0), 0);
}

static void both_ways_and_in_pieces(void **state)
{
	(void)state;
	static uint8_t bytes[20000];
	uint64_t random = unit_seed();
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)unit_random(&random);
	for (int round = 0; round < 2000; round++) {
		size_t at = unit_random(&random) % 64, n = unit_random(&random) % (sizeof(bytes) - 64);
		n = round < 1000 ? n % 100 : n;
		size_t cut = n ? unit_random(&random) % n : 0;
		uint32_t sum = crc32c(0, bytes + at, n);
		assert_int_equal(sum, crc32c_table(0, bytes + at, n));
		assert_int_equal(sum, crc32c(crc32c(0, bytes + at, cut), bytes + at + cut, n - cut));
		assert_int_equal(sum, crc32c_table(crc32c_table(0, bytes + at, cut), bytes + at + cut, n - cut));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(both_ways_and_in_pieces),
	};
	return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL);
}
