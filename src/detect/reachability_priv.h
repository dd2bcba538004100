// SPDX-License-Identifier: ISC
// What reachability.c and services.c share.
#pragma once

#include "detect/reachability.h"

#include "model/pace.h"

#define LOOKS_MAX	OBSERVERS_MAX				      // all there can be
#define RTT_HISTORY	120					      // places for reach.latency_history
#define SERVICE_CLASSES (SIGNAL_SERVICE_TCP - SIGNAL_SERVICE_DNS + 1) // as many as there are

struct reachability_observer { // one observer's record
	const struct decisions *decisions;
	uint16_t observer;
	bool alarm;
	double score; // CUSUM
	double quiet_sent, quiet_lost;
	uint32_t learned;    // intervals it pinged in, up to the warm-up
	uint32_t sent, lost; // pings of its newest interval
	bool sound;	     // it was not impaired in the newest one
	bool joined;	     // it was in alarm since the loss that is open began
	// Begin of the newest interval it pinged in, and of the newest in which it looked in whatever way.
	struct instant pinged;
	struct instant looked;
	struct instant calm; // of the newest in which nothing spoke of a loss
	struct pace pings, looks;
	float rtt[RTT_HISTORY];	   // microseconds, medians of quiet intervals; a ring
	float sorted[RTT_HISTORY]; // the same, ascending
	size_t rtt_count, rtt_next;
	float median, spread, ratio;
};

struct service_class {
	struct detection d;
	uint32_t down, most; // targets of the class that are down now; most at a time
	uint32_t known;	     // targets that ever went down or up in it
	bool open;
	struct instant last_recovered;
};

struct reachability {
	uint32_t entity;
	const struct target_table *targets;
	const struct decisions *decisions;
	struct detection_sink out;
	struct reachability_observer *looks;
	size_t look_count, look_capacity;
	struct pulse_bin *bins;
	size_t bin_count, bin_capacity;
	int64_t width_ns;
	struct detection loss, latency;
	bool loss_open, latency_open, raised;
	double loss_before; // share that was lost before the loss that is open
	unsigned low_bins, high_bins, calm_bins;
	struct instant low_before, low_since, high_since, calm_since;
	struct service_class services[SERVICE_CLASSES];
};

void services_now(struct reachability *r);
