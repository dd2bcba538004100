// SPDX-License-Identifier: ISC
// The parent's side of names: which targets stand under a name, where it leads now (the file of hosts first, then what the resolve role
// says), and what of that may be asked. A name is observed, not pinned: its targets move with it, and that it leads nowhere is told.
#pragma once

#include "conf/plan.h"
#include "daemon/message.h"

#include <sys/stat.h>

struct naming_sink {
	void (*moved)(void *context, uint32_t target, const struct addr *to);
	// An answer of a resolver, or that none came; `name` is borrowed.
	void (*looked)(void *context, const struct attempt *a, const char *name);
	void (*says)(void *context, const char *line);
	void *context;
};

struct naming_options {
	const struct plan *plan;    // borrowed
	bool named;		    // targets of the command line: their own allowlist
	const char *hosts, *resolv; // files; null: the system's
	struct naming_sink sink;
};

struct naming_host; // one name

struct naming {
	struct naming_options o;
	struct naming_host *hosts; // by name
	size_t count;
	uint32_t *order; // targets with a name, by name
	size_t ordered;
	struct gate *gate; // who may be asked of the addresses that names lead to
	struct stat hosts_seen, resolv_seen;
	struct addr resolvers[NAMES_RESOLVERS_MAX];
	size_t resolver_count;
};

// 0 (naming_count may be 0: no target has a name to be looked up), or a negative error of the lists.
int MUST_USE naming_create(const struct naming_options *o, struct naming *ret);
void naming_free(struct naming *n);
size_t naming_count(const struct naming *n);
size_t naming_open(const struct naming *n); // names that were neither answered nor found in the file yet
// Looks at the files. True: there is something new to tell the role (naming_tell).
bool naming_look(struct naming *n);
// What the role has to know: all resolvers and names when it began anew, else what it does not know yet.
int MUST_USE naming_tell(struct naming *n, bool anew, struct message_sink out);
// What the role says: MESSAGE_NAMED.
void naming_take(struct naming *n, const struct names_answer *a);

// Looks all names up once, at most wait_ms long. 0; a negative error: the role could not be started.
int MUST_USE naming_once(struct naming *n, const char *opt_out_file, uint32_t wait_ms);
