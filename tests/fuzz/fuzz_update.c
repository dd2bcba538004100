// SPDX-License-Identifier: ISC
// Fuzz target: the body of an UPDATE: parts, attributes, NLRI.
#include "drive.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_update(cursor_of(data, size));
	return 0;
}
