// SPDX-License-Identifier: ISC
// fork, then execute ourselves: a role shares no memory and no descriptor with its parent but what it is given.
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_MS 2000 // a role has this long to end by itself once its channel is closed

// In the child, between fork and exec: only calls that are safe there.
static void child_become(const char *argument, int channel, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(4); // it died before the line above
	int quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
	// dup2 of a descriptor onto itself would leave it close-on-exec.
	int moved = channel == CHILD_CHANNEL ? fcntl(channel, F_SETFD, 0) : dup2(channel, CHILD_CHANNEL);
	if (quiet < 0 || moved < 0 || dup2(quiet, STDIN_FILENO) < 0 || dup2(quiet, STDOUT_FILENO) < 0)
		_exit(4);
	close_range(CHILD_CHANNEL + 1, ~0u, 0);
	char name[] = "lacuna", copy[64];
	snprintf(copy, sizeof(copy), "%s", argument);
	char *arguments[] = {name, copy, NULL};
	execv("/proc/self/exe", arguments);
	_exit(4);
}

int child_start(struct child *ret, const char *role)
{
	int pair[2];
	char argument[64];
	int code = channel_pair(pair);
	if (code < 0)
		return code;
	snprintf(argument, sizeof(argument), "--role=%s", role);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		child_become(argument, pair[1], parent);
	code = pid < 0 ? -errno : 0;
	close(pair[1]);
	if (code < 0) {
		close(pair[0]);
		return code;
	}
	*ret = (struct child){.pid = pid, .channel = channel_create(pair[0])};
	ret->watch = (int)syscall(SYS_pidfd_open, pid, 0);
	return 0;
}

int child_wait(struct child *c, int timeout_ms, int *ret_status)
{
	if (c->watch >= 0) {
		struct pollfd p = {.fd = c->watch, .events = POLLIN};
		int n = poll(&p, 1, timeout_ms);
		if (n <= 0)
			return n < 0 && errno != EINTR ? -errno : 0;
	}
	pid_t got = waitpid(c->pid, ret_status, c->watch >= 0 ? 0 : WNOHANG);
	if (got <= 0)
		return got < 0 ? -errno : 0;
	c->pid = 0;
	if (c->watch >= 0)
		close(c->watch);
	c->watch = -1;
	return 1;
}

void child_stop(struct child *c)
{
	int status;
	channel_free(c->channel);
	c->channel = NULL;
	if (c->pid > 0 && child_wait(c, STOP_MS, &status) != 1) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, &status, 0);
		if (c->watch >= 0)
			close(c->watch);
	}
	*c = (struct child){.watch = -1};
}

void child_end_text(int status, char *ret, size_t size)
{
	if (WIFEXITED(status))
		snprintf(ret, size, "ended with status %d", WEXITSTATUS(status));
	else
		snprintf(ret, size, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
}
