// SPDX-License-Identifier: ISC
// Fuzz target: a document of IODA's API v2.
#include "drive_lines.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_ioda(cursor_of(data, size));
	return 0;
}
