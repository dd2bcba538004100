// SPDX-License-Identifier: ISC
// What was measured around one incident and is not part of its story: numbers that the evidence of diagnose/ is read off.
// NaN: not known, never a guess. Shares are 0 to 1, times seconds. Made by facts/.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct facts_plane {	 // the data plane, from probes
	double rtt_ramp; // median round-trip time ÷ usual, sustained over three intervals between the onset and silence
	double connect_ramp_s; // time that checks took longer, or timed out in part, before silence; 0: not
	double border_loss;    // of pings to border interfaces, while at most a tenth of all else answers
	double loss_peak;      // of pings to hosts, over three intervals
	double rtt_detour;     // median round-trip time ÷ usual of what answers after the first tenth of the incident
	double waves;	       // times that loss rose through 60 % and fell below 30 % again before it stayed
	double fall_steps;     // levels on which the share that answers rested while it fell; 1: at once, or a slope
	double fall_s, return_s; // from 10 to 90 % of the whole fall, and of the return
	double return_steps;
	double floor_flat; // share of the time from half depth to half depth with at least 80 % of the depth
	double fall_share; // share of the whole fall that was over within the first quarter of its fall time: a step or a decay
};

struct facts_routes {	 // the control plane, from collectors
	bool known;	 // routes of the entity were watched
	double lost;	 // share of its prefixes that became invisible
	double first_s;	 // from the start to the first prefix becoming invisible; negative: before it
	double spread_s; // between the first and the last of these of one network; the largest over networks
	double networks, networks_lost; // origin networks known, and with a prefix that became invisible or silent
	double network_spread_s; // between the first and the last network to go, by routes or, if they stay, by loss
	double upstreams, upstreams_lost; // next to the origins
	double upstream_spread_s;	  // between the first withdrawals through each
	double churn;			  // path changes in the half hour before ÷ (prefix, peer) pairs
	double path_moved;		  // share of pairs with another upstream during the incident than before
	double witnesses;		  // full-feed networks when it began: what they did not see was looked for
	double new_origins; // prefixes that another network began to announce, as enough of them saw; unknown where fewer saw one
	double own_news; // prefixes that the entity's networks announced around the start only ÷ those visible before
};

struct facts_sessions { // of the entity's networks with their upstreams, from BMP or from collectors that peer with them
	uint32_t seen;	// sessions that were up before
	uint32_t lost;	// of them lost from a minute (or two hold times) before the start to its end
	uint32_t hold_received; // the entity's side said: hold timer expired. It is alive, what reaches it is starved
	uint32_t hold_sent;	// the upstream said so: the entity's side is mute
	uint32_t closed_by_entity;   // Cease from the entity's side: shutdown, de-configuration, reset
	uint32_t closed_by_upstream; // Cease from the upstream
	uint32_t with_text;	     // of these with a shutdown text (RFC 9003)
	uint32_t prefix_limit;	     // Cease, maximum number of prefixes
	uint32_t silent;	     // ended without a NOTIFICATION: the link or the transport
	uint32_t error;		     // NOTIFICATION of another kind: a message that the other side could not read
	double first_s;		     // first loss of these after the start; negative: before; NaN none
};

struct facts_services {
	uint32_t watched, failed; // services
	uint32_t dns, dns_failed;
	uint32_t refused, http_errors; // of the failed: answered by something; with an HTTP status of 500 and above
	uint32_t hosts, hosts_failed;
	uint32_t failed_alive;		// failed services whose address answers ping
	uint32_t blocks, blocks_failed; // /24s with several hosts; of them with at least half of these failed
	uint32_t machines_failed;	// distinct addresses
	double spread_s;		// from the first to the last failure of a service, without the outermost tenth
	double host_spread_s;		// the same of hosts
	double block_spread_s;		// of hosts within one /24: the median over blocks with several failed hosts
	double return_classes;		// distinct places in the order of return
};

struct facts_past {	     // what came before of the same entity; among the ties of an incident
	double watched_s;    // since when it is watched
	double short_losses; // losses and degradations that were over, in the 24 hours before
	double outages_10d;  // outages in the ten days before
	double same_clock;   // outages 1, 2, 3, 4 or 7 days earlier within 15 min of the clock time
	double even_spacing; // outages so far, this one with them, if their starts are evenly spaced; else 1
};

struct facts_witness {
	uint32_t observers, observers_impaired, observers_seeing; // at the start; impaired; that saw the loss
	uint32_t collectors, collectors_blind;
	uint32_t observers_turned,
		collectors_turned; // whose blindness can have made it seem so: it began then, or of observers ended
	double unrelated_lost;	   // share of other entities' prefixes or controls that went in the same moment
	double coverage;	   // share of all witnesses that could see
	bool gap;		   // the incident begins within three intervals of a gap or restart of observers
};

struct facts {
	double width_s, hold_s; // watch interval of the probes, longest hold time seen; NaN unknown
	double clock_width_s;	// width of the start's interval
	double to_half_hour_s;	// from the start to the nearest :00 or :30 of local time where known, else UTC
	double local_hour;	// 0 to 24; NaN: offset unknown
	double lasted_s;	// to its end, or to the end of the data
	bool settled; // routes, sessions, witness and short_losses are final: the beginning is over (INCIDENT_ONSET_NS)
	struct facts_plane plane;
	struct facts_routes routes;
	struct facts_sessions sessions;
	struct facts_services services;
	double short_losses; // losses and degradations that were over, in the 24 hours before its start
	struct facts_witness witness;
};

void facts_unknown(struct facts *f); // all NaN, zero or false
