// SPDX-License-Identifier: ISC
// Fuzz target: census files.
#include "drive_conf.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_conf(plan_census, "census.json", data, size);
	return 0;
}
