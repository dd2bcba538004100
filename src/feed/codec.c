// SPDX-License-Identifier: ISC
// The table of compression formats.
#include "feed/codec.h"

static const struct codec *const codec_table[] = {&codec_gzip, &codec_bzip2, &codec_xz, &codec_zstd};

const struct codec *codec_find(struct cursor head)
{
	for (size_t i = 0; i < ARRAY_LEN(codec_table); i++)
		if (codec_table[i]->matches(head))
			return codec_table[i];
	return NULL;
}
