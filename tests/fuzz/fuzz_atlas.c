// SPDX-License-Identifier: ISC
// Fuzz target: one result of RIPE Atlas.
#include "drive_lines.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_line(LINE_ATLAS, cursor_of(data, size));
	return 0;
}
