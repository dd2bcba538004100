// SPDX-License-Identifier: ISC
// Zstandard (RFC 8878) by libzstd, frame by frame; skippable frames are frames without output.
#include "base/err.h"
#include "feed/codec.h"

#include <errno.h>
#include <zstd.h>
#include <zstd_errors.h>

static bool inflate_zstd_matches(struct cursor head)
{
	if (codec_head_is(head, "\x28\xb5\x2f\xfd", 4))
		return true;
	return cursor_left(&head) >= 4 && (head.at[0] & 0xf0) == 0x50 && !memcmp(head.at + 1, "\x2a\x4d\x18", 3);
}

static void *inflate_zstd_create(void)
{
	return ZSTD_createDStream();
}

static void inflate_zstd_destroy(void *context)
{
	ZSTD_freeDStream(context);
}

static int inflate_zstd_failure(size_t code)
{
	ZSTD_ErrorCode why = ZSTD_getErrorCode(code);
	if (why == ZSTD_error_memory_allocation)
		return -ENOMEM;
	if (why == ZSTD_error_frameParameter_windowTooLarge)
		return ERR_TOO_LARGE;
	return why == ZSTD_error_dictionary_wrong ? ERR_UNSUPPORTED : ERR_MALFORMED;
}

static int inflate_zstd_step(void *context, struct codec_io *io)
{
	ZSTD_inBuffer in = {io->in.at, cursor_left(&io->in), 0};
	ZSTD_outBuffer out = {io->out, io->room, 0};
	size_t code = ZSTD_decompressStream(context, &out, &in);
	io->in.at += in.pos;
	io->out += out.pos;
	io->room -= out.pos;
	if (ZSTD_isError(code))
		return inflate_zstd_failure(code);
	return code ? CODEC_MORE : CODEC_UNIT_END;
}

const struct codec codec_zstd = {"zstd", inflate_zstd_matches, inflate_zstd_create, inflate_zstd_step,
				 inflate_zstd_destroy};
