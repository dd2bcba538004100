// SPDX-License-Identifier: ISC
// Fuzz target: one line of probes.
#include "drive_lines.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_line(LINE_PROBE, cursor_of(data, size));
	return 0;
}
