// SPDX-License-Identifier: ISC
// Waiting for several things: descriptors and timers, one epoll. Handlers are told what happened and return; they may add and
// remove anything, themselves included.
#pragma once

#include "base/attr.h"

#include <stdint.h>

struct loop;

struct loop_handler {
	void (*call)(void *context, uint32_t events); // EPOLLIN, …; 0 for a timer
	void *context;
};

struct loop *loop_create(void); // null: no epoll, errno says why
void loop_free(struct loop *l);
// Watches a descriptor, or changes what is watched. 0 or -errno.
int MUST_USE loop_watch(struct loop *l, int descriptor, uint32_t events, struct loop_handler h);
void loop_unwatch(struct loop *l, int descriptor);
// Calls once, at boot time at_ns. Returns a number to cancel it by, never 0.
uint64_t loop_at(struct loop *l, int64_t at_ns, struct loop_handler h);
void loop_cancel(struct loop *l, uint64_t timer);
// Waits for the next thing, at most wait_ns (below 0: for ever), and handles what is due. 0 or -errno.
int MUST_USE loop_step(struct loop *l, int64_t wait_ns);
