// SPDX-License-Identifier: ISC
// The sync role: waits for the disk in place of who writes a recording. It gets open files and can do nothing else with them.
#include "daemon/roles.h"

#include "daemon/role.h"
#include "recording/durable.h"

int role_sync(struct role *r)
{
	struct sandbox_report report;
	r->doing = ROLE_DROPS;
	int code = sandbox_enter(role_profile("sync"), &report);
	if (code < 0)
		return code;
	r->doing = NULL;
	return durable_serve(r->channel);
}
