// SPDX-License-Identifier: ISC
// Fuzz target: lists of prefixes.
#include "drive_conf.h"
#include "target.h"

static int read_list(struct plan *p, const char *path, struct plan_error *e)
{
	return plan_list_read(&p->allow, path, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_conf(read_list, "list.txt", data, size);
	return 0;
}
