// SPDX-License-Identifier: ISC
// How often anything may be asked: the ceilings that hold whatever the configuration says. Decision of the project (see
// doc/PROBING.md): per address, per /24, per network and in all, summed over observers that share a configuration.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAPS_TOTAL_DEFAULT 500	 // packets a second
#define CAPS_TOTAL_HARD	   10000 // not more without an explicit acknowledgement
#define CAPS_ROUND_S	   660	 // of a census
#define CAPS_OPS	   8	 // room for every enum probe_op

struct caps {
	uint32_t total_per_s;	   // all targets together
	uint32_t network_per_s;	   // per network (AS number)
	uint32_t block_per_round;  // per /24 (IPv6: /48) in any CAPS_ROUND_S: one a second on average
	uint32_t block_burst;	   // per /24, in any second
	uint32_t census_gap_ms;	   // per address and census probe
	uint32_t census_per_round; // census probes per address in any round of CAPS_ROUND_S
	uint32_t watch_gap_ms;	   // per address: ping of the watch list
	uint32_t named_gap_ms;	   // per address named on the command line, loopback, and every address in lab mode
	uint32_t check_gap_ms[CAPS_OPS]; // per address and enum probe_op: the least time between two checks
	uint32_t smtp_incident_gap_ms;	 // SMTP while an incident is open
	bool acknowledged;		 // total_per_s may pass CAPS_TOTAL_HARD
	bool lab;			 // laboratory ranges only, every second; no cap per network or round
};

// A cap of 0 lets nothing through; a gap of 0 holds nothing back. "Any" means every window of that length that one can choose.

struct caps caps_default(void);
struct caps caps_lab(void); // CAPS_TOTAL_HARD in all
// The share of one of `parts` senders that together must keep the caps. Never rounds up; 0 where nothing is left, so more than
// block_burst senders cannot share a target: they share out the targets.
struct caps caps_share(const struct caps *whole, uint32_t parts);
// What a gate holds when it is given these: nothing looser than caps_default() or caps_lab(), but the total where it may pass.
struct caps caps_held(const struct caps *wanted);
