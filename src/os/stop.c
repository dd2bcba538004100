// SPDX-License-Identifier: ISC
// signalfd over two blocked signals.
#include "os/stop.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

int stop_signals_open(struct stop_signals *s)
{
	struct sigaction hup;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	// A terminal that was closed. What nohup(1) has us ignore would come by the descriptor all the same.
	if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &s->before);
	s->descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->descriptor < 0 ? -errno : 0;
}

bool stop_signals_take(struct stop_signals *s)
{
	struct signalfd_siginfo info;
	return read(s->descriptor, &info, sizeof(info)) == sizeof(info);
}

void stop_signals_close(struct stop_signals *s)
{
	while (s->descriptor >= 0 && stop_signals_take(s))
		continue;
	if (s->descriptor >= 0)
		close(s->descriptor);
	s->descriptor = -1;
	sigprocmask(SIG_SETMASK, &s->before, NULL);
}
