// SPDX-License-Identifier: ISC
// FILE.bmp.index: when which bytes of a BMP stream arrived, NDJSON {"t":seconds,"off":byte offset,"len":bytes}.
// Lines that cannot be read are passed over. Asked in rising order of offsets; never held whole in memory.
#pragma once

#include "base/instant.h"

#include <stdint.h>

struct bmp_index;

// Looks beside the BMP file, whose compression suffix it leaves away. Null: there is none.
struct bmp_index *bmp_index_open(const char *bmp_path);
void bmp_index_close(struct bmp_index *x);

// The file is still being written, from here on.
void bmp_index_growing(struct bmp_index *x);
// Whether a line tells of the byte at this offset, as far as the file is written.
bool bmp_index_reaches(struct bmp_index *x, uint64_t offset);

// When the byte at this offset arrived; unknown before the first line that tells.
struct instant bmp_index_time(struct bmp_index *x, uint64_t offset);
