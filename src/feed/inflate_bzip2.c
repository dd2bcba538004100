// SPDX-License-Identifier: ISC
// bzip2 by libbz2, one stream at a time.
#include "base/alloc.h"
#include "base/err.h"
#include "feed/codec.h"

#include <bzlib.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static bool inflate_bzip2_matches(struct cursor head)
{
	return codec_head_is(head, "BZh", 3) && cursor_left(&head) > 3 && head.at[3] >= '1' && head.at[3] <= '9';
}

static void *inflate_bzip2_create(void)
{
	bz_stream *state = alloc_zero(1, sizeof(*state));
	if (BZ2_bzDecompressInit(state, 0, 0) == BZ_OK)
		return state;
	free(state);
	return NULL;
}

static void inflate_bzip2_destroy(void *context)
{
	if (context)
		BZ2_bzDecompressEnd(context);
	free(context);
}

// The library has no reset: end and begin again.
static int inflate_bzip2_restart(bz_stream *state)
{
	BZ2_bzDecompressEnd(state);
	*state = (bz_stream){0};
	return BZ2_bzDecompressInit(state, 0, 0) == BZ_OK ? CODEC_UNIT_END : -ENOMEM;
}

static int inflate_bzip2_step(void *context, struct codec_io *io)
{
	bz_stream *state = context;
	size_t left = cursor_left(&io->in);
	unsigned in = left > UINT_MAX ? UINT_MAX : (unsigned)left;
	unsigned out = io->room > UINT_MAX ? UINT_MAX : (unsigned)io->room;
	state->next_in = (char *)(uintptr_t)io->in.at; // the library only reads it
	state->avail_in = in;
	state->next_out = (char *)io->out;
	state->avail_out = out;
	int code = BZ2_bzDecompress(state);
	io->in.at += in - state->avail_in;
	io->out += out - state->avail_out;
	io->room -= out - state->avail_out;
	if (code == BZ_OK)
		return CODEC_MORE;
	if (code == BZ_STREAM_END)
		return inflate_bzip2_restart(state);
	return code == BZ_MEM_ERROR ? -ENOMEM : ERR_MALFORMED;
}

const struct codec codec_bzip2 = {"bzip2", inflate_bzip2_matches, inflate_bzip2_create, inflate_bzip2_step,
				  inflate_bzip2_destroy};
