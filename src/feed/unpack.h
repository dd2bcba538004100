// SPDX-License-Identifier: ISC
// A file's bytes, decompressed on demand by whoever calls: the producing half of a stream.
// Holds the bomb guard and goes from one compressed unit to the next; unpacks once, never what is inside.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unpack;

// 0 or -errno.
int MUST_USE unpack_open(const char *path, struct unpack **ret);
void unpack_close(struct unpack *u);

// Fills `out` with up to `room` bytes: as many as there are. Fewer than `room` only at the end, see unpack_error.
size_t unpack_fill(struct unpack *u, uint8_t *out, size_t room);
int unpack_error(const struct unpack *u);

// From here on the end of the file is its end for now: unpack_fill goes on behind it when the file has grown, and a unit that is
// cut there is no error.
void unpack_growing(struct unpack *u);
bool unpack_unlinked(const struct unpack *u); // whether the file has no name any more

bool unpack_compressed(const struct unpack *u); // whether the file is in one of the known formats
uint64_t unpack_size(const struct unpack *u);	// bytes of the file, 0 for a pipe
uint64_t unpack_read(const struct unpack *u);	// bytes of the file read so far; may be asked from another thread
