// SPDX-License-Identifier: ISC
// Fuzz target: MRT records.
#include "drive.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_mrt(cursor_of(data, size));
	return 0;
}
