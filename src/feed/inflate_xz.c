// SPDX-License-Identifier: ISC
// xz by liblzma, one stream at a time.
#include "base/alloc.h"
#include "base/err.h"
#include "feed/codec.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

// The dictionary of `xz -9` is 64 MiB; its pages cost memory only as far as output has been made.
#define XZ_MEMORY_MAX (80u << 20)

static bool inflate_xz_matches(struct cursor head)
{
	return codec_head_is(head,
			     "\xfd"
			     "7zXZ\0",
			     6);
}

static void *inflate_xz_create(void)
{
	lzma_stream *state = alloc_zero(1, sizeof(*state));
	if (lzma_stream_decoder(state, XZ_MEMORY_MAX, 0) == LZMA_OK)
		return state;
	free(state);
	return NULL;
}

static void inflate_xz_destroy(void *context)
{
	if (context)
		lzma_end(context);
	free(context);
}

static int inflate_xz_result(lzma_stream *state, lzma_ret code)
{
	if (code == LZMA_OK || code == LZMA_BUF_ERROR)
		return CODEC_MORE;
	if (code == LZMA_STREAM_END)
		return lzma_stream_decoder(state, XZ_MEMORY_MAX, 0) == LZMA_OK ? CODEC_UNIT_END : -ENOMEM;
	if (code == LZMA_MEM_ERROR)
		return -ENOMEM;
	if (code == LZMA_MEMLIMIT_ERROR)
		return ERR_TOO_LARGE;
	return code == LZMA_OPTIONS_ERROR ? ERR_UNSUPPORTED : ERR_MALFORMED;
}

static int inflate_xz_step(void *context, struct codec_io *io)
{
	lzma_stream *state = context;
	state->next_in = io->in.at;
	state->avail_in = cursor_left(&io->in);
	state->next_out = io->out;
	state->avail_out = io->room;
	lzma_ret code = lzma_code(state, LZMA_RUN);
	io->in.at = state->next_in;
	io->out = state->next_out;
	io->room = state->avail_out;
	return inflate_xz_result(state, code);
}

const struct codec codec_xz = {"xz", inflate_xz_matches, inflate_xz_create, inflate_xz_step, inflate_xz_destroy};
