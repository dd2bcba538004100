// SPDX-License-Identifier: ISC
// Fuzz target: the bodies of OPEN and NOTIFICATION.
#include "drive.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_session(cursor_of(data, size));
	return 0;
}
