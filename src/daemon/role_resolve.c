// SPDX-License-Identifier: ISC
// The resolve role: asks the operator's resolvers where names lead, beside what measures. Answers of the DNS are read here, where there
// are neither files nor privileges; the parent gets addresses.
#include "daemon/roles.h"

#include "base/err.h"
#include "check/names.h"
#include "daemon/role.h"

#define LISTEN_NS (50 * 1000000LL) // the parent is heard at least so often

static void role_resolve_found(void *context, const struct names_answer *a)
{
	struct role *r = context;
	if (role_say(r, MESSAGE_NAMED, a, sizeof(*a)) < 0)
		r->stopping = true;
}

static int role_resolve_work(struct role *r)
{
	while (!r->stopping) {
		int code = role_listen(r);
		if (code == 0)
			code = names_poll(r->names, LISTEN_NS);
		if (code < 0)
			return code;
	}
	struct message_counts none = {0};
	return role_say(r, MESSAGE_DONE, &none, sizeof(none));
}

int role_resolve(struct role *r)
{
	struct sandbox_report report = {0};
	struct names_options o = {.gate = r->gate, .found = role_resolve_found, .context = r};
	r->doing = ROLE_OPENS;
	int code = names_open(&o, &r->names);
	r->doing = code < 0 ? r->doing : ROLE_DROPS;
	if (code == 0)
		code = sandbox_enter(role_profile("resolve"), &report);
	if (code < 0)
		goto out;
	r->doing = NULL;
	struct message_ready ready = {
		.mode = ATTEMPT_KERNEL,
		.user = report.user,
		.landlock = report.landlock,
		.seccomp = report.seccomp,
		.landlock_abi = report.landlock_abi,
	};
	code = role_ready(r, &ready);
	if (code == 0)
		code = role_resolve_work(r);
out:
	names_close(r->names);
	r->names = NULL;
	return code;
}
