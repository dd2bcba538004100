// SPDX-License-Identifier: ISC
// The watch list: few targets, each asked once an interval at a moment of its own, for as long as the watch lasts. Moments are
// spread evenly over the interval; none comes sooner than its interval after the one before, and after a pause of the whole
// process the schedule goes on where it stood, without a burst.
#pragma once

#include "base/attr.h"
#include "net/prefix.h"

#include <stddef.h>

#define WATCH_TARGETS_MAX 1000000 // as many as the registry of targets has
#define WATCH_GROUPS_MAX  524288  // entities times operations
#define WATCH_JITTER	  64 // a target moves by at most a 64th of its interval, and its interval is that much longer

struct watch_target {
	struct addr address;
	uint8_t op; // enum probe_op
	uint16_t port;
	uint32_t index;	      // of the target in the caller's list; handed back
	uint32_t network;     // for the gate; 0 unknown
	uint32_t group;	      // those that stand in for each other, as the pings of one entity
	uint32_t interval_ms; // at least 1
};

struct schedule_watch;

struct schedule_watch *watch_create(uint64_t seed);
void watch_free(struct schedule_watch *w);

// An id from 0 on, or ERR_MALFORMED (interval, group), ERR_FULL. Ids of removed targets are given out again.
int MUST_USE watch_add(struct schedule_watch *w, const struct watch_target *t, int64_t now_ns);
void watch_remove(struct schedule_watch *w, uint32_t id);
// So many of the group's targets are wanted in an interval (12 or more an entity); when there are more they take turns, each as
// much more rarely. 0: all of them, each once an interval.
int MUST_USE watch_want(struct schedule_watch *w, uint32_t group, uint32_t wanted);

// now_ns: of a clock that never steps. The next target that is due; borrowed until the next call that changes the list. Null:
// none; *ret_due_ns is then when one will be (INT64_MAX: the list is empty).
const struct watch_target *watch_next(struct schedule_watch *w, int64_t now_ns, int64_t *ret_due_ns);

size_t watch_count(const struct schedule_watch *w);
int64_t watch_paused_ns(
	const struct schedule_watch *w); // how long the schedule stood still in all, because nobody asked
size_t watch_bytes(const struct schedule_watch *w);
