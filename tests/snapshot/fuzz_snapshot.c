// SPDX-License-Identifier: ISC
// Fuzz target: the input is edits of a state that is made here, so that a corpus outlives every change of the format. Six bytes
// each: where (three, a share of the state), what, and two bytes of value. The sum at the end is made right afterwards.
#include "../fuzz/target.h"
#include "mixed.h"

#include <string.h>

enum { EDIT_BYTE, EDIT_XOR, EDIT_WORD, EDIT_CUT, EDIT_COUNT };

static struct mixed mixed;
static struct mixed_bytes whole;
static uint8_t *edited;

static void state_make(void)
{
	mixed_open(&mixed);
	struct pipeline *p = mixed_pipeline(&mixed, NULL, (struct revision_sink){0});
	mixed_feed(&mixed, p, 0, mixed.land.scene.count * 3 / 4);
	mixed_save(&mixed, p, &whole);
	pipeline_free(p);
	edited = malloc(whole.n);
	assert_non_null(edited);
}

static size_t edit(const uint8_t *e, size_t n)
{
	uint64_t share = (uint64_t)e[0] << 16 | (uint64_t)e[1] << 8 | e[2];
	size_t at = 16 + (size_t)(share * (whole.n - 32) >> 24);
	uint64_t word = (uint64_t)e[4] << (e[5] & 63);
	if (at + sizeof(word) > n)
		return n;
	switch (e[3] % EDIT_COUNT) {
	case EDIT_BYTE:
		edited[at] = e[4];
		return n;
	case EDIT_XOR:
		edited[at] ^= e[4];
		return n;
	case EDIT_WORD:
		memcpy(edited + at, &word, sizeof(word));
		return n;
	default:
		return at;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!edited)
		state_make();
	size_t n = whole.n;
	memcpy(edited, whole.at, n);
	for (; size >= 6; data += 6, size -= 6)
		n = edit(data, n);
	mixed_seal(edited, n);
	struct mixed anew = mixed_anew(&mixed);
	struct pipeline *p = mixed_pipeline(&anew, NULL, (struct revision_sink){0});
	if (mixed_load(&anew, edited, n, p) == 0)
		pipeline_finish(p);
	pipeline_free(p);
	mixed_forget(&anew);
	return 0;
}
