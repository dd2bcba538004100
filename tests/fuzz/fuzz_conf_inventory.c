// SPDX-License-Identifier: ISC
// Fuzz target: inventories.
#include "drive_conf.h"
#include "target.h"

static int read_hosts(struct plan *p, const char *path, struct plan_error *e)
{
	uint64_t dropped;
	return plan_inventory(p, path, &dropped, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_conf(read_hosts, "hosts.ndjson", data, size);
	return 0;
}
