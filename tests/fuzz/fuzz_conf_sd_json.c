// SPDX-License-Identifier: ISC
// Fuzz target: file_sd in JSON.
#include "drive_conf.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_conf(plan_file_sd, "targets.json", data, size);
	return 0;
}
