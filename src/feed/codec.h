// SPDX-License-Identifier: ISC
// What a compression format has to offer: tell its magic, and turn bytes into bytes step by step.
// A new format is one file inflate_NAME.c and one row in codec.c.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"

#define CODEC_HEAD_BYTES 6 // most bytes that matches() looks at

struct codec_io {
	struct cursor in;
	uint8_t *out;
	size_t room; // bytes free at out
};

enum codec_step {
	CODEC_UNIT_END = 0, // a member, stream or frame is complete; the state stands ready for another one
	CODEC_MORE = 1,
};

struct codec {
	const char *name;
	bool (*matches)(struct cursor head);
	void *(*create)(void);			       // null: no memory for it
	int (*step)(void *state, struct codec_io *io); // enum codec_step, ERR_* or -errno
	void (*destroy)(void *state);
};

extern const struct codec codec_gzip, codec_bzip2, codec_xz, codec_zstd;

// The format whose magic these bytes begin with; null: none, the bytes are plain.
const struct codec *codec_find(struct cursor head);

static inline bool codec_head_is(struct cursor head, const char *magic, size_t n)
{
	return cursor_left(&head) >= n && !memcmp(head.at, magic, n);
}
