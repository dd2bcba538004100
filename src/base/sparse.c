// SPDX-License-Identifier: ISC
// A mask of zero is followed by how many words in a row are zero.
#include "base/sparse.h"

#include "base/must.h"

#include <stdbool.h>
#include <string.h>

#define WORD	 8
#define RUN_MOST 255

static bool sparse_zero(const uint8_t *word)
{
	uint64_t value;
	memcpy(&value, word, sizeof(value));
	return value == 0;
}

size_t sparse_pack(const void *of, size_t n, uint8_t *ret)
{
	const uint8_t *p = of, *end = p + n;
	uint8_t *to = ret;
	must(n % WORD == 0);
	while (p < end) {
		unsigned mask = 0, run = 0;
		while (p < end && run < RUN_MOST && sparse_zero(p)) {
			run++;
			p += WORD;
		}
		if (run) {
			*to++ = 0;
			*to++ = (uint8_t)run;
			continue;
		}
		uint8_t *mask_at = to++;
		for (unsigned i = 0; i < WORD; i++) {
			mask |= (unsigned)(p[i] != 0) << i;
			*to = p[i];
			to += p[i] != 0;
		}
		*mask_at = (uint8_t)mask;
		p += WORD;
	}
	return (size_t)(to - ret);
}

void sparse_unpack(const uint8_t *packed, void *ret, size_t n)
{
	uint8_t *p = ret, *end = p + n;
	memset(ret, 0, n);
	while (p < end) {
		unsigned mask = *packed++;
		if (!mask) {
			p += (size_t)*packed++ * WORD;
			continue;
		}
		for (unsigned i = 0; i < WORD; i++)
			if (mask >> i & 1)
				p[i] = *packed++;
		p += WORD;
	}
	must(p == end);
}
