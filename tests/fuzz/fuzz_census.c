// SPDX-License-Identifier: ISC
// Fuzz target: the saved state of a census. What is accepted is saved again as it was; what is not changes nothing. The last byte
// says whether the checksum is put right first, so that what lies behind it is reached.
#include "target.h"

#include "base/err.h"
#include "base/hash.h"
#include "schedule/census.h"

#include <stdio.h>
#include <stdlib.h>

#define BODY (CENSUS_STATE_BYTES - 8)

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "line %d: not so: %s\n", line, what);
	abort();
}

static void put_right(uint8_t *state)
{
	uint64_t sum = __builtin_bswap64(hash_bytes(state, BODY));
	memcpy(state + BODY, &sum, sizeof(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t state[CENSUS_STATE_BYTES], before[CENSUS_STATE_BYTES], after[CENSUS_STATE_BYTES];
	struct blocks *blocks = blocks_create(NULL, 1, (struct block_sink){0});
	struct census_options o = {.seed = 1, .shards = 2};
	struct census *c;
	struct census_probe p;
	int64_t due;
	struct cursor bytes = cursor_of(data, size);
	blocks_responder(blocks, blocks_add(blocks, 1, 0, 0), 1, 0.5);
	REQUIRE(census_create(blocks, &o, 0, &c) == 0);
	census_save(c, before);
	if (size == CENSUS_STATE_BYTES + 1 && data[CENSUS_STATE_BYTES] & 1) {
		memcpy(state, data, sizeof(state));
		put_right(state);
		bytes = cursor_of(state, sizeof(state));
	}
	int r = census_restore(c, bytes, 5);
	census_save(c, after);
	if (r == 0)
		REQUIRE(cursor_left(&bytes) == sizeof(after) && memcmp(after, bytes.at, sizeof(after)) == 0);
	else
		REQUIRE((r == ERR_MALFORMED || r == ERR_UNSUPPORTED || r == ERR_USAGE) &&
			memcmp(before, after, sizeof(after)) == 0);
	(void)census_next(c, 1000000, &p, &due);
	census_free(c);
	blocks_free(blocks);
	return 0;
}
