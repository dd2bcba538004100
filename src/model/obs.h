// SPDX-License-Identifier: ISC
// The observation: one fact about one peer, collector or prefix at one time. 64 bytes, handed on in batches;
// pointers are borrowed for the call.
#pragma once

#include "base/instant.h"
#include "model/peer.h"
#include "net/prefix.h"

#include <stdbool.h>

enum obs_kind {
	OBS_ANNOUNCE,	// the peer now has a route to the prefix
	OBS_WITHDRAW,	// the peer no longer has one
	OBS_RIB,	// a RIB dump says the peer has one (valid at dump time)
	OBS_SESSION,	// the peer's session changed state: `session`
	OBS_RIB_BEGIN,	// a RIB dump of the collector begins; `peer` PEER_NONE; one OBS_RIB_PEER per peer follows
	OBS_RIB_PEER,	// the dump's index lists this peer
	OBS_RIB_END,	// the dump is complete (`damaged` if records of it were lost)
	OBS_END_OF_RIB, // the peer has sent its whole table (RFC 4724); prefix.family tells which
	OBS_ALIVE,	// the peer sent something that changes no route (KEEPALIVE, statistics, other families)
	OBS_MALFORMED,	// a record of this peer was malformed: `fault`; no route was changed
	OBS_GAP,	// bytes of this collector's feed were lost: `gap`; `peer` where one is known to be touched
	OBS_FEED_END,	// a source (file) of the collector ended
	OBS_PROBE, // one probe or check: `probe`, rtt_us; path_id: target (model/target.h), collector: observer; peer PEER_NONE
	OBS_SERIES, // one value of a ready-made series: `number` (NaN: missing); path_id: series; peer PEER_NONE
	OBS_HEALTH, // an observer speaks of itself: `health`, `from`, loss_ppm; collector: observer; peer PEER_NONE
	OBS_KIND_COUNT
};

enum {			  // flags
	OBS_ADD_PATH = 1, // path_id is meaningful
	OBS_DAMAGED = 2,
	OBS_ORIGIN_SET = 4, // the path ends in an AS_SET
	OBS_OUTGOING = 8,   // the collector sent it (a _LOCAL record): says nothing about the peer's view
};

enum session_cause { // why a session ended, where BMP says so (RFC 7854 4.9)
	SESSION_CAUSE_UNKNOWN,
	SESSION_CAUSE_LOCAL_NOTIFICATION,
	SESSION_CAUSE_LOCAL_FSM,
	SESSION_CAUSE_REMOTE_NOTIFICATION,
	SESSION_CAUSE_REMOTE_SILENT,
	SESSION_CAUSE_DECONFIGURED,
	SESSION_CAUSE_LOCAL_SYSTEM,
};

enum { SESSION_IDLE = 1, SESSION_ESTABLISHED = 6 }; // BGP FSM states (RFC 4271, 8)

#define OBS_LOSS_WHOLE 1000000 // loss_ppm of one that loses all

struct bgp_route; // wire/route.h: all attributes, for writers of text; null unless asked for

struct obs {
	struct instant time;
	uint32_t peer; // model/peer.h
	uint8_t kind;
	uint8_t flags;
	uint16_t collector;
	struct prefix prefix; // host bits zero
	uint16_t path_count;
	union {
		uint32_t origin; // ANNOUNCE, RIB: origin AS; 0 unknown or a set
		struct {
			uint8_t old_state, new_state; // SESSION_*
			uint8_t cause;		      // enum session_cause
			uint8_t notification;	      // code of the NOTIFICATION, or 0
		} session;
		uint32_t fault;	 // MALFORMED: enum bgp_fault, or -enum err
		uint32_t source; // GAP, FEED_END: index of the file
		struct {
			uint8_t op, outcome;	      // model/probe.h
			uint8_t icmp_type, icmp_code; // of an unreachable; `prefix` then holds who sent it
		} probe;
		struct {
			uint8_t state, why; // model/observer.h
		} health;
	};
	uint32_t path_id;
	union {
		uint32_t loss_ppm; // HEALTH: own loss, parts in a million; 0 not known
		uint32_t rtt_us;   // PROBE that is ok: round-trip time in microseconds
		uint32_t hold_s;   // SESSION and ALIVE that an OPEN told of: its hold time in seconds, else 0
	};
	union {
		const uint32_t *path; // path_count AS numbers, nearest first; ANNOUNCE and RIB
		double number;	      // SERIES
		struct instant from;  // HEALTH: since when; not after `time`
		struct {
			uint8_t subcode; // SESSION: of its NOTIFICATION; of SESSION_CAUSE_LOCAL_FSM the event; or 0
			bool with_text;	 // a shutdown text came with it (RFC 9003)
		} closing;
	};
	const struct bgp_route *route;
};

_Static_assert(sizeof(struct obs) == 64, "an observation is one cache line");

// Where batches go. take() returns 0 or a negative error, which stops the producer.
struct obs_sink {
	int (*take)(void *context, const struct obs *batch, size_t n);
	void *context;
};
