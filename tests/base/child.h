// SPDX-License-Identifier: ISC
// For tests of what ends the program: runs something in a child.
#pragma once

#include "../unit/unit.h"

#include <sys/wait.h>
#include <unistd.h>

// Runs what() in a child. The signal that ended it, 0 where it exited; what it wrote to standard error is in ret_message.
static inline int child_signal(void (*what)(void), char *ret_message, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL); // cmocka and sanitizers catch it
		dup2(ends[1], STDERR_FILENO);
		what();
		_exit(0);
	}
	close(ends[1]);
	ssize_t n = read(ends[0], ret_message, size - 1);
	ret_message[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
