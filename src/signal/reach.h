// SPDX-License-Identifier: ISC
// Probes and checks of all observers → one pulse an interval and entity, and changes of single targets. An observer whose
// own control targets fail, or that says so itself, is impaired: its failures are dropped, its successes count.
#pragma once

#include "model/obs.h"
#include "model/pulse.h"
#include "model/target.h"
#include "signal/decisions.h"

struct carry; // base/carry.h

#define REACH_PENDING_MAX 4000000 // probes waiting for their interval to close; beyond it the oldest close early
#define REACH_RTTS_MAX	  65536	  // round-trip times of one interval and entity that the medians are taken over
#define REACH_WIDTH_GAPS  32	  // places for observer.width_gaps

struct reach;

struct reach_host {
	uint32_t target;
	uint16_t observer;
	bool good;
	bool fault; // the observer was impaired
	struct instant time;
};

struct reach_sink {
	void (*pulse)(void *context, const struct pulse *p);
	void (*change)(void *context, const struct target_change *c);
	void (*observer)(void *context, const struct observer_change *c);
	void (*host)(void *context, const struct reach_host *h); // each ping to a host, in order of time; may be null
	void *context;
};

// All borrowed. `decisions`: of the run; null: the table's.
struct reach *reach_create(const struct decisions *decisions, const struct target_table *targets, size_t entities,
			   struct reach_sink out);
void reach_free(struct reach *r);
void reach_take(struct reach *r, const struct obs *o);	 // kind OBS_PROBE; times must not decrease by more than the lag
void reach_health(struct reach *r, const struct obs *o); // kind OBS_HEALTH: an observer speaks of itself
void reach_tick(struct reach *r, struct instant now);	 // time went on
void reach_finish(struct reach *r);			 // closes what is open
// Whether ret->observer has sent nothing for longer than its pace and its pauses, and than `least_ns`, up to `now`: *ret is that change then.
bool reach_mute(const struct reach *r, struct observer_change *ret, struct instant now, int64_t least_ns);
// Controls that never answered this observer, though something did; *ret_all: of so many that it asked.
size_t reach_useless_controls(const struct reach *r, uint16_t observer, size_t *ret_all);
int64_t reach_width_ns(const struct reach *r); // the watch interval; 0 not known yet

// Counters of what says nothing about targets: local faults, late or duplicate, forged.
uint64_t reach_ignored(const struct reach *r, uint8_t outcome);

struct reach_limits {	// what a limit touched; 0 unless far more is asked than usual
	uint64_t early; // intervals that closed early for want of room (REACH_PENDING_MAX)
	uint64_t rtts;	// round-trip times beyond REACH_RTTS_MAX, left out of the medians
};
struct reach_limits reach_limits(const struct reach *r);
void reach_carry(struct carry *c, struct reach *r); // all but what it was created with
