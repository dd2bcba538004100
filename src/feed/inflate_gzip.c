// SPDX-License-Identifier: ISC
// gzip (RFC 1952) by isa-l. Members may follow each other; the driver in unpack.c goes from one to the next.
// A cut file shows only as a member that never finishes.
#include "base/alloc.h"
#include "base/err.h"
#include "feed/codec.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

static bool inflate_gzip_matches(struct cursor head)
{
	return codec_head_is(head, "\x1f\x8b\x08", 3);
}

static void *inflate_gzip_create(void)
{
	struct inflate_state *state = alloc_zero(1, sizeof(*state));
	isal_inflate_init(state);
	state->crc_flag = ISAL_GZIP;
	return state;
}

static int inflate_gzip_step(void *context, struct codec_io *io)
{
	struct inflate_state *state = context;
	size_t left = cursor_left(&io->in);
	uint32_t in = left > UINT32_MAX ? UINT32_MAX : (uint32_t)left;
	state->next_in = (uint8_t *)(uintptr_t)io->in.at; // the library only reads it
	state->avail_in = in;
	state->next_out = io->out;
	state->avail_out = io->room > UINT32_MAX ? UINT32_MAX : (uint32_t)io->room;
	int code = isal_inflate(state);
	size_t made = (size_t)(state->next_out - io->out);
	io->in.at += in - state->avail_in;
	io->out += made;
	io->room -= made;
	if (code < 0 || code == ISAL_NEED_DICT)
		return ERR_MALFORMED;
	if (state->block_state != ISAL_BLOCK_FINISH)
		return CODEC_MORE;
	isal_inflate_reset(state);
	state->crc_flag = ISAL_GZIP;
	return CODEC_UNIT_END;
}

const struct codec codec_gzip = {"gzip", inflate_gzip_matches, inflate_gzip_create, inflate_gzip_step, free};
