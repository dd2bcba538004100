// SPDX-License-Identifier: ISC
// Fuzz target: a file of lines of any kind, through unpacking, framing, order and decoding.
#include "drive_lines.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_file(cursor_of(data, size));
	return 0;
}
