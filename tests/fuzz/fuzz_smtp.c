// SPDX-License-Identifier: ISC
// Fuzz target: SMTP replies one after the other.
#include "drive_text.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_smtp(cursor_of(data, size));
	return 0;
}
