// SPDX-License-Identifier: ISC
// Fuzz target: the head and the body of an HTTP answer.
#include "drive_text.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_http1(cursor_of(data, size));
	return 0;
}
