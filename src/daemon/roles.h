// SPDX-License-Identifier: ISC
// The roles that this program can be started in: what each does, and what it may do.
#pragma once

#include "os/sandbox.h"

struct role;

// What each may do once it is set up; one row a role, and one for a role's poorer way of working.
extern const struct sandbox_profile role_profiles[];
extern const size_t role_profile_count;
const struct sandbox_profile *role_profile(const char *name); // null: none of that name

#define ROLE_OPENS "opening its sockets"
#define ROLE_DROPS "giving up privileges (root needs CAP_SETUID and CAP_SETGID for it, other users nothing)"

// Runs the role of that name on CHILD_CHANNEL until the parent is gone or all is done. The exit status.
int role_main(const char *name);

int role_probe(struct role *r);
int role_check(struct role *r);
int role_discover(struct role *r);
int role_resolve(struct role *r);
int role_bmp(struct role *r);
int role_sync(struct role *r);
