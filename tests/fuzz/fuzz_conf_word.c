// SPDX-License-Identifier: ISC
// Fuzz target: targets named on a command line, one a line.
#include "drive_conf.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_conf_words(plan_word, data, size);
	return 0;
}
