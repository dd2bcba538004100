// SPDX-License-Identifier: ISC
// Fuzz target: lacuna.yml.
#include "drive_conf.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_conf(plan_read, "lacuna.yml", data, size);
	return 0;
}
