// SPDX-License-Identifier: ISC
// The observation: one fact about one peer, collector or prefix at one time. 64 bytes without pointers and without gaps, the
// same in memory, between processes and on disk. Numbers of peers, collectors, observers, targets, series and sources mean what
// the batches of its sender announced (model/batch.h).
#pragma once

#include "base/instant.h"
#include "model/peer.h"
#include "net/prefix.h"

#include <stdint.h>

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
	OBS_PROBE,	// one probe or check: `probe`, rtt_us, `target`, `observer`; peer PEER_NONE
	OBS_SERIES,	// one value of a ready-made series: `number` (NaN: missing), `series`; peer PEER_NONE
	OBS_HEALTH,	// an observer speaks of itself: `health`, `from`, loss_ppm, `observer`; peer PEER_NONE
	OBS_TIME,	// nothing older than `time` comes from `source` of `collector` any more; peer PEER_NONE
	OBS_KEPT, // the archive of `collector` holds what it recorded for kept_s from `from` on; `time` unknown, peer PEER_NONE
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

struct obs {
	struct instant time;
	uint32_t peer; // model/peer.h
	uint8_t kind;
	uint8_t flags;
	union {
		uint16_t collector;
		uint16_t observer; // PROBE, HEALTH
	};
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
		uint32_t source; // GAP, FEED_END, TIME: number of the source (a file, a feed)
		struct {
			uint8_t op, outcome;	      // model/probe.h
			uint8_t icmp_type, icmp_code; // of an unreachable; `prefix` then holds who sent it
		} probe;
		struct {
			uint8_t state, why; // model/observer.h
		} health;
	};
	union {
		uint32_t path_id; // of ADD-PATH; see flags
		uint32_t target;  // PROBE
		uint32_t series;  // SERIES
		uint32_t kept_s;  // KEPT
	};
	union {
		uint32_t loss_ppm; // HEALTH: own loss, parts in a million; 0 not known
		uint32_t rtt_us;   // PROBE that is ok: round-trip time in microseconds
		uint32_t hold_s;   // SESSION and ALIVE that an OPEN told of: its hold time in seconds, else 0
	};
	union {
		double number;	     // SERIES
		struct instant from; // HEALTH: since when, not after `time`; KEPT
		struct {
			uint8_t subcode;   // SESSION: of its NOTIFICATION; of SESSION_CAUSE_LOCAL_FSM the event; or 0
			uint8_t with_text; // 1: a shutdown text came with it (RFC 9003)
		} closing;
	};
	uint32_t
		path_at; // ANNOUNCE, RIB: where its path_count AS numbers begin in the words of the batch, nearest first
	uint32_t spare;	 // 0
};

_Static_assert(sizeof(struct obs) == 64, "an observation is one cache line");
