// SPDX-License-Identifier: ISC
// Privileges dropped for good, in one call: user, capabilities, new privileges, files (Landlock), system calls (seccomp). What a
// role may do afterwards is a row of a table; everything else kills the process. Landlock stops files and seccomp stops
// the network; where the kernel's Landlock is older than what a row asks for, the rights it does not know are left out.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum sandbox_right {	     // groups of system calls beyond those that every role needs
	SANDBOX_SEND = 1,    // send and receive on sockets it has
	SANDBOX_CONNECT = 2, // new internet sockets, TCP and UDP; never raw ones, never listening
	SANDBOX_RING = 4,    // counters of a packet ring (getsockopt), shared memory stays mapped
	SANDBOX_ACCEPT = 8,  // take connections on a socket that listens already, and read from them
	SANDBOX_SYNC = 16,   // wait until the bytes of a file that it was given are on disk
};

struct sandbox_profile {
	const char *role;
	unsigned rights; // enum sandbox_right
	unsigned files;	 // descriptors it may have; 0: those it has
};

struct sandbox_report { // what was done, for the log and for tests
	bool user;	// no longer root
	bool landlock;
	int landlock_abi;
	bool seccomp;
};

// True where the build can be sandboxed: sanitizers need calls that no role has.
bool sandbox_available(void);
// Drops everything that the row does not name. 0, or -errno when something that must not fail did: then end the process.
int MUST_USE sandbox_enter(const struct sandbox_profile *p, struct sandbox_report *ret);
