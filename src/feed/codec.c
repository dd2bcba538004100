// SPDX-License-Identifier: ISC
// The table of compression formats.
#include "feed/codec.h"

static const struct codec *const codecs[] = {&codec_gzip, &codec_bzip2, &codec_xz, &codec_zstd};

const struct codec *codec_find(struct cursor head)
{
	for (size_t i = 0; i < ARRAY_LEN(codecs); i++)
		if (codecs[i]->matches(head))
			return codecs[i];
	return NULL;
}
