// SPDX-License-Identifier: ISC
// Ranges as prefixes and as numbers of blocks.
#include "base/must.h"
#include "world/wide.h"
#include "world/world.h"

// Bits that a prefix beginning at `first` may leave free without leaving [first, last].
static unsigned split_free_bits(wide first, wide last, unsigned most)
{
	unsigned bits = 0;
	while (bits < most && !(first >> bits & 1)) {
		wide block = ~(wide)0 >> (128 - (bits + 1)); // size less one
		if (last - first < block)
			break;
		bits++;
	}
	return bits;
}

int world_range_prefixes(const struct world_range *r, int (*found)(void *context, const struct prefix *p),
			 void *context)
{
	must(r && found && r->first.family == r->last.family);
	uint8_t family = r->first.family;
	unsigned all = family_bits(family);
	wide at = wide_of_addr(&r->first), last = wide_of_addr(&r->last);
	while (at <= last) {
		unsigned bits = split_free_bits(at, last, all);
		struct addr begin = wide_addr(at, family);
		struct prefix p = {.family = family, .length = (uint8_t)(all - bits)};
		memcpy(p.bytes, begin.bytes, sizeof(p.bytes));
		int result = found(context, &p);
		if (result != 0)
			return result;
		wide end = at + (bits ? ~(wide)0 >> (128 - bits) : 0);
		if (end == wide_max(family))
			break;
		at = end + 1;
	}
	return 0;
}

double world_range_blocks(const struct world_range *r, unsigned block_length)
{
	must(block_length <= 128);
	unsigned all = family_bits(r->first.family);
	double addresses = (double)(wide_of_addr(&r->last) - wide_of_addr(&r->first)) + 1.0;
	for (unsigned bits = all; bits > block_length; bits--)
		addresses /= 2.0;
	return addresses;
}
