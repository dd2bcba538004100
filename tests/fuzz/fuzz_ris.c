// SPDX-License-Identifier: ISC
// Fuzz target: messages of RIS Live, line by line and as a file, and the routes that they become.
#include "drive_lines.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_ris(cursor_of(data, size));
	return 0;
}
