// SPDX-License-Identifier: ISC
// What is packed comes back as it was, and never takes more than its room.
#include "../unit/unit.h"

#include "base/hash.h"
#include "base/sparse.h"

#define WORDS 4096

static void comes_back(const uint64_t *words, size_t n)
{
	static uint8_t packed[WORDS * 8 + WORDS];
	static uint64_t back[WORDS];
	size_t length = sparse_pack(words, n * 8, packed);
	assert_true(length <= sparse_room(n * 8));
	memset(back, 0xa5, sizeof(back));
	sparse_unpack(packed, back, n * 8);
	assert_memory_equal(back, words, n * 8);
}

static void every_density_comes_back(void **state)
{
	static uint64_t words[WORDS];
	(void)state;
	for (uint64_t of = 1; of <= 1024; of *= 2)
		for (uint64_t keep = 0; keep < 8; keep++) {
			for (uint64_t i = 0; i < WORDS; i++) {
				uint64_t r = hash_pair(i, of * 8 + keep);
				words[i] = r % of ? 0 : hash_mix(r) >> keep * 8;
			}
			comes_back(words, WORDS);
			comes_back(words, 1);
			comes_back(words, 257);
		}
}

static void zeros_take_next_to_nothing(void **state)
{
	static uint64_t words[WORDS];
	uint8_t packed[64];
	(void)state;
	assert_true(sparse_pack(words, 256 * 8, packed) <= 4);
	assert_int_equal(sparse_pack(words, 0, packed), 0);
	words[WORDS - 1] = UINT64_MAX;
	comes_back(words, WORDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_density_comes_back),
		cmocka_unit_test(zeros_take_next_to_nothing),
	};
	return cmocka_run_group_tests_name("base sparse", tests, NULL, NULL);
}
