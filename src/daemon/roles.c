// SPDX-License-Identifier: ISC
// A role ignores the terminal's Ctrl-C: its parent tells it when to stop, and its end is the parent's end at the latest.
#include "daemon/roles.h"

#include "base/err.h"
#include "check/dns.h"
#include "daemon/role.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

const struct sandbox_profile role_profiles[] = {
	{.role = "probe", .rights = SANDBOX_SEND | SANDBOX_RING},
	{.role = "probe-connect", .rights = SANDBOX_CONNECT, .files = 4096}, // TCP connects in place of pings
	{.role = "check", .rights = SANDBOX_CONNECT, .files = CHECK_PENDING_MAX + 256},
	{.role = "resolve", .rights = SANDBOX_CONNECT, .files = CHECK_DNS_STREAMS_MAX + 64},
	{.role = "bmp", .rights = SANDBOX_ACCEPT, .files = ROUTERS_MAX + 32},
	{.role = "sync", .rights = SANDBOX_SYNC, .files = 32},
};
const size_t role_profile_count = ARRAY_LEN(role_profiles);

static const struct {
	const char *name;
	int (*run)(struct role *r);
	bool measures; // is told a plan, and sends through a gate
} roles[] = {
	{"probe", role_probe, true},	 {"check", role_check, true}, {"discover", role_discover, true},
	{"resolve", role_resolve, true}, {"bmp", role_bmp, false},    {"sync", role_sync, false},
};

const struct sandbox_profile *role_profile(const char *name)
{
	for (size_t i = 0; i < role_profile_count; i++)
		if (strcmp(role_profiles[i].role, name) == 0)
			return &role_profiles[i];
	return NULL;
}

static int roles_complain(struct role *r, int code)
{
	char text[MESSAGE_TEXT_MAX];
	bool few = code == -EMFILE || code == -ENFILE; // whatever it was doing
	const char *doing = few || !r->doing ? "" : r->doing;
	snprintf(text, sizeof(text), "%s%s%s%s%.60s", doing, *doing ? ": " : "", err_text(code),
		 *r->why || few ? ": " : "", few ? "it needs some descriptors (ulimit -n)" : r->why);
	if (r->channel && role_say(r, MESSAGE_ERROR, text, strlen(text)) == 0)
		return 4;
	fprintf(stderr, "lacuna: %s\n", text);
	return 4;
}

int role_main(const char *name)
{
	struct role r;
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(roles[i].name, name) != 0)
			continue;
		role_open(&r);
		int code = roles[i].measures ? role_begin(&r) : 0;
		if (code == 0)
			code = roles[i].run(&r);
		int status = code < 0 && code != -EPIPE ? roles_complain(&r, code) : 0;
		role_end(&r);
		return status;
	}
	fprintf(stderr, "lacuna: no such role\n");
	return 2;
}
