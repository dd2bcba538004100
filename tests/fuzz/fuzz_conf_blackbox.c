// SPDX-License-Identifier: ISC
// Fuzz target: blackbox.yml.
#include "drive_conf.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_conf(plan_blackbox, "blackbox.yml", data, size);
	return 0;
}
