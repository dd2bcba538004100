// SPDX-License-Identifier: ISC
// The files of the system that say where names lead: the file of hosts and that of resolvers. Read by the parent, it is the operator's.
#pragma once

#include "base/attr.h"
#include "check/names.h"
#include "daemon/message.h"

#include <sys/stat.h>

#define NAME_FILES_LINE 1024 // bytes of a line; what is longer is cut there

// Calls take() for each name of a line of the file of hosts, which is changed meanwhile.
struct name_files_sink {
	void (*take)(void *context, const struct addr *a, const char *name);
	void *context;
};
void name_files_hosts_line(char *line, const struct name_files_sink *to);
void name_files_hosts(const char *path, const struct name_files_sink *to); // all of the file; null: the system's
// True: the line names a resolver.
bool name_files_resolver(char *line, struct addr *ret);
// As resolv.conf(5): at most NAMES_RESOLVERS_MAX, and without any the one of this machine. How many.
size_t name_files_resolvers(const char *path, struct addr ret[NAMES_RESOLVERS_MAX]);

struct name_files { // for a role that finds names itself
	struct stat hosts_seen, resolv_seen;
};

// True: one of them changed since.
bool name_files_look(struct name_files *f);
// MESSAGE_RESOLVERS and MESSAGE_HOSTS, all of both.
int MUST_USE name_files_tell(struct message_sink out);
bool name_files_changed(const char *path, struct stat *seen);
