// SPDX-License-Identifier: ISC
// epoll, and timers in a sorted array: a supervisor has few of either.
#include "os/loop.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 32 // handled at a time; the rest with the next step

struct watched {
	int descriptor;
	struct loop_handler handler;
};

struct timer {
	int64_t at_ns;
	uint64_t number;
	struct loop_handler handler;
};

struct loop {
	int epoll;
	struct watched *watched; // few: a look through them costs less than a map
	size_t watched_count, watched_capacity;
	struct timer *timers; // latest first
	size_t timer_count, timer_capacity;
	uint64_t last;
};

struct loop *loop_create(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return NULL;
	struct loop *l = alloc_zero(1, sizeof(*l));
	l->epoll = epoll;
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	close(l->epoll);
	free(l->watched);
	free(l->timers);
	free(l);
}

static struct watched *loop_find(struct loop *l, int descriptor)
{
	for (size_t i = 0; i < l->watched_count; i++)
		if (l->watched[i].descriptor == descriptor)
			return &l->watched[i];
	return NULL;
}

int loop_watch(struct loop *l, int descriptor, uint32_t events, struct loop_handler h)
{
	must(descriptor >= 0);
	struct epoll_event e = {.events = events, .data.fd = descriptor};
	struct watched *w = loop_find(l, descriptor);
	if (epoll_ctl(l->epoll, w ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &e) < 0)
		return -errno;
	if (!w) {
		alloc_grow((void **)&l->watched, l->watched_count, &l->watched_capacity, sizeof(*l->watched));
		w = &l->watched[l->watched_count++];
	}
	*w = (struct watched){descriptor, h};
	return 0;
}

void loop_unwatch(struct loop *l, int descriptor)
{
	struct watched *w = loop_find(l, descriptor);
	if (!w)
		return;
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, descriptor, NULL);
	*w = l->watched[--l->watched_count];
}

uint64_t loop_at(struct loop *l, int64_t at_ns, struct loop_handler h)
{
	alloc_grow((void **)&l->timers, l->timer_count, &l->timer_capacity, sizeof(*l->timers));
	size_t at = l->timer_count++;
	for (; at > 0 && l->timers[at - 1].at_ns <= at_ns; at--)
		l->timers[at] = l->timers[at - 1];
	l->timers[at] = (struct timer){at_ns, ++l->last, h};
	return l->last;
}

void loop_cancel(struct loop *l, uint64_t timer)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->timer_count; i++)
		if (l->timers[i].number != timer)
			l->timers[kept++] = l->timers[i];
	l->timer_count = kept;
}

static int64_t loop_until_timer(const struct loop *l, int64_t wait_ns)
{
	if (!l->timer_count)
		return wait_ns;
	int64_t left = l->timers[l->timer_count - 1].at_ns - clock_boot_ns();
	left = left < 0 ? 0 : left;
	return wait_ns < 0 || left < wait_ns ? left : wait_ns;
}

static void loop_run_timers(struct loop *l)
{
	int64_t now = clock_boot_ns();
	while (l->timer_count && l->timers[l->timer_count - 1].at_ns <= now) {
		struct timer t = l->timers[--l->timer_count];
		t.handler.call(t.handler.context, 0);
	}
}

int loop_step(struct loop *l, int64_t wait_ns)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t wait = loop_until_timer(l, wait_ns);
	int64_t ms = wait < 0 ? -1 : (wait + 999999) / 1000000;
	int n = epoll_wait(l->epoll, events, EVENTS_MAX, ms > INT32_MAX ? INT32_MAX : (int)ms);
	if (n < 0 && errno != EINTR)
		return -errno;
	for (int i = 0; i < n; i++) {
		struct watched *w = loop_find(l, events[i].data.fd); // gone when an earlier handler removed it
		if (w)
			w->handler.call(w->handler.context, events[i].events);
	}
	loop_run_timers(l);
	return 0;
}
