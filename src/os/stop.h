// SPDX-License-Identifier: ISC
// The signals by which a run is ended (SIGINT, SIGTERM, SIGHUP), as a descriptor for a loop. While it is open they end nothing by themselves.
#pragma once

#include "base/attr.h"

#include <signal.h>
#include <stdbool.h>

struct stop_signals {
	int descriptor; // readable when one came; -1: not open
	sigset_t before;
};

// 0 or -errno; to be closed in either case.
int MUST_USE stop_signals_open(struct stop_signals *s);
bool stop_signals_take(struct stop_signals *s); // one came
// What came meanwhile is forgotten: a second Ctrl-C would otherwise end the process before its caller has said the rest. Once only.
void stop_signals_close(struct stop_signals *s);
