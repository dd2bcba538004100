// SPDX-License-Identifier: ISC
// Fuzz target: a recording through the whole program.
#include "drive_recording.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_recording(data, size);
	return 0;
}
