// SPDX-License-Identifier: ISC
// Fuzz target: AS paths and their merge.
#include "drive.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_aspath(cursor_of(data, size));
	return 0;
}
