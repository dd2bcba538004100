// SPDX-License-Identifier: ISC
// Fuzz target: one DNS message.
#include "drive_dns.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_dns(cursor_of(data, size));
	return 0;
}
