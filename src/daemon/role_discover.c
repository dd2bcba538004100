// SPDX-License-Identifier: ISC
// The discover role: asks one resolver who serves a zone. What comes back is text from outside, so it is read here, where there are
// neither files nor privileges, and the parent gets checked values.
#include "daemon/roles.h"

#include "base/err.h"
#include "check/discover.h"
#include "daemon/role.h"

#include <errno.h>
#include <stdio.h>

#define LISTEN_NS (100 * 1000000LL)

static int role_discover_tell_found(struct role *r, const struct discover *d)
{
	const struct discover_found *all;
	size_t n = discover_result(d, &all), most = FRAME_MAX / sizeof(*all);
	int code = 0;
	for (size_t at = 0; at < n && code == 0; at += most) {
		size_t some = n - at < most ? n - at : most;
		code = role_say(r, MESSAGE_FOUND, all + at, some * sizeof(*all));
	}
	return code;
}

static int role_discover_work(struct role *r, struct discover *d)
{
	for (;;) {
		int code = role_listen(r);
		if (code < 0 || r->stopping)
			return code;
		code = discover_poll(d, LISTEN_NS);
		if (code != 0)
			return code < 0 ? code : 0;
		code = role_flush(r, false);
		if (code < 0 && code != -EAGAIN)
			return code;
	}
}

int role_discover(struct role *r)
{
	struct sandbox_report report = {0};
	struct discover *d = NULL;
	// What most zones name besides their servers: the zone itself and its www.
	char www[CHECK_NAME_MAX + 1];
	const char *names[] = {r->setup.zone, www};
	int length = snprintf(www, sizeof(www), "www.%s", r->setup.zone);
	struct discover_options o = {
		.gate = r->gate,
		.resolver = r->setup.toward,
		.kind = GATE_NAMED,
		.timeout_ms = r->setup.timeout_ms,
		.zone = r->setup.zone,
		.mail = true,
		.names = names,
		.name_count = length > 0 && (size_t)length < sizeof(www) ? 2 : 1,
		.out = {role_take, r},
	};
	r->doing = ROLE_OPENS;
	int code = discover_open(&o, &d);
	r->doing = code < 0 ? r->doing : ROLE_DROPS;
	if (code == 0)
		code = sandbox_enter(role_profile("check"), &report);
	if (code < 0)
		goto out;
	r->doing = NULL;
	struct message_ready ready = {.mode = ATTEMPT_KERNEL, .user = report.user, .seccomp = report.seccomp};
	code = role_ready(r, &ready);
	if (code == 0)
		code = role_discover_work(r, d);
	if (code == 0)
		code = role_flush(r, true);
	if (code == 0 || code == -EAGAIN)
		code = role_discover_tell_found(r, d);
	struct message_counts none = {0};
	if (code == 0)
		code = role_say(r, MESSAGE_DONE, &none, sizeof(none));
out:
	discover_close(d);
	return code;
}
