// SPDX-License-Identifier: ISC
// This program again, in another role: executed anew with nothing of the parent's but standard error and one end of a
// channel. It dies with its parent.
#pragma once

#include "os/frame.h"

#include <sys/types.h>

#define CHILD_CHANNEL 3 // the descriptor that a role finds its channel at

struct child {
	pid_t pid;		 // 0: none
	int watch;		 // pidfd: readable when it has ended; -1 none
	struct channel *channel; // null: none
};

// Starts `lacuna --role=NAME`. 0 or -errno.
int MUST_USE child_start(struct child *ret, const char *role);
// Waits at most timeout_ms for its end. 1: it ended, and *ret_status is what waitpid gave; 0: not yet; -errno.
int MUST_USE child_wait(struct child *c, int timeout_ms, int *ret_status);
// Closes its channel, waits a moment, kills it if it must, and reaps it.
void child_stop(struct child *c);
// "ended with status 3", "killed by signal 31 (Bad system call)"
void child_end_text(int status, char *ret, size_t size);
