// SPDX-License-Identifier: ISC
// Fuzz target: BMP messages and what they hold.
#include "drive.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_bmp(cursor_of(data, size));
	return 0;
}
