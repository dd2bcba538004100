// SPDX-License-Identifier: ISC
// Fuzz target: lines of fping, ZMap and scamper, and what they become.
#include "drive_lines.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_line(LINE_TOOL, cursor_of(data, size));
	drive_tools(cursor_of(data, size));
	return 0;
}
