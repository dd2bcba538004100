// SPDX-License-Identifier: ISC
// Fuzz target: decimal numbers.
#include "drive_base.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_number(cursor_of(data, size));
	return 0;
}
