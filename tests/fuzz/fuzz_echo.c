// SPDX-License-Identifier: ISC
// Fuzz target: ICMP and ICMPv6 echo replies and errors.
#include "drive_echo.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_echo(cursor_of(data, size));
	return 0;
}
