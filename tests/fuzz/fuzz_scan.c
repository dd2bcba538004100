// SPDX-License-Identifier: ISC
// Fuzz target: JSON without a tree.
#include "drive_base.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_scan(cursor_of(data, size));
	return 0;
}
