// SPDX-License-Identifier: ISC
// Fuzz target: comma-separated series.
#include "drive_lines.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_csv(cursor_of(data, size));
	return 0;
}
