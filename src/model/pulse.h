// SPDX-License-Identifier: ISC
// What all observers together saw of an entity in one watch interval, and changes of single targets.
#pragma once

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pulse_view { // one observer's look
	uint16_t observer;
	bool impaired;			   // its controls failed too: its failures say nothing of the entity
	uint32_t sent, lost;		   // pings to hosts that have answered before
	uint32_t border_sent, border_lost; // pings to border interfaces
	uint32_t rtt_us;		   // median over hosts; 0 none answered
	uint32_t checks, timeouts;	   // of services; of them timed out
	uint32_t check_us;		   // median time of those that succeeded; 0 none
};

struct pulse {
	struct instant time; // begin of the interval
	int64_t width_ns;
	uint32_t entity;
	const struct pulse_view *views; // borrowed for the call
	size_t view_count;
	uint32_t units,
		units_up; // distinct addresses asked (hosts and services); of them answered to an unimpaired observer
	uint32_t services, services_up; // service targets asked, and answered
};

struct target_change { // a target stopped answering, or answers again
	uint32_t target;
	bool down;
	struct instant decided;
	struct instant last_ok, first_fail; // of the failure: it began between the two
	struct instant recovered;	    // up: first of three good checks among four
	struct instant last_bad;	    // up: the last failure before it
	uint32_t onsets;		    // failures of this target before this one
	double up_hours;		    // time it was up before this one
	uint8_t outcome;		    // enum probe_outcome of the first failure
};

struct observer_change { // an observer became blind or degraded, or is so no more
	uint16_t observer;
	bool impaired;
	struct instant from; // last good moment, or first good moment again
	const char *why;     // static text; the end of a state has the why of its beginning
	bool degraded;	     // it still counts: told and no more
	bool absent;	     // it was not there: what it would have told is not in the data
};

struct pulse_bin { // one interval of an entity, pooled over unimpaired observers; what tests of shape and phase read
	struct instant time; // begin
	uint32_t sent, lost; // pings to hosts
	uint32_t units, units_up;
	uint32_t services, services_up;
	uint32_t border_sent, border_lost;
	float rtt_ratio;	      // median over observers of (median round-trip time ÷ its baseline); 0 unknown
	uint16_t observers, impaired; // that looked; of them impaired
	uint16_t seeing; // unimpaired, and lost at least half as large a share of their own pings as all together
};

struct observer_list {
	struct observer_change *at;
	size_t count, capacity;
};
