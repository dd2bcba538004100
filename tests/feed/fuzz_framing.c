// SPDX-License-Identifier: ISC
// Fuzz target: a file of any kind and compression, through unpacking and framing. Records and gaps must follow
// each other without a hole, a record must hold the bytes it tells of, and the source must end, once.
#include "../fuzz/target.h"

#include "feed/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void need(bool kept)
{
	if (!kept)
		abort();
}

static uint64_t touch(struct cursor c)
{
	uint64_t sum = 0;
	uint8_t byte;
	while (cursor_u8(&c, &byte))
		sum += byte;
	return sum;
}

static void read_all(struct feed *f)
{
	uint64_t offset = 0;
	struct record r;
	bool ended = false;
	while (feed_next(f, &r)) {
		need(!ended);
		ended = r.kind == RECORD_SOURCE_END;
		if (ended || r.form != LINE_NONE) // lines come in another order: tests/fuzz/fuzz_lines.c
			continue;
		need(r.offset == offset);
		need(r.kind == RECORD_GAP ? cursor_left(&r.bytes) <= r.length : cursor_left(&r.bytes) == r.length);
		need(r.kind == RECORD_GAP ? r.reason != GAP_NONE && r.error : r.length >= 6);
		need(touch(r.bytes) <= 255 * r.length); // every byte can be read
		offset += r.length;
	}
	need(ended);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int file = -1;
	if (file < 0)
		file = memfd_create("input", MFD_CLOEXEC);
	need(file >= 0 && !ftruncate(file, 0) && pwrite(file, data, size, 0) == (ssize_t)size);
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	struct feed *f = feed_create();
	need(!feed_add(f, path, 0));
	read_all(f);
	feed_free(f);
	return 0;
}
