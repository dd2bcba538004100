// SPDX-License-Identifier: ISC
// Results of RIPE Atlas, one a line, of all firmwares.
#include "decode/decode_priv.h"

void decode_atlas(struct decoder *d, struct decode_source *s, const struct record *r)
{
	(void)s;
	(void)r;
	d->counts.of[DECODE_ATLAS_OTHER]++;
}
