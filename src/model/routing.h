// SPDX-License-Identifier: ISC
// What is known of the control plane of an entity, as plain values: signal keeps them, facts reads them.
#pragma once

#include "base/instant.h"
#include "model/blind.h"
#include "model/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_BLACKOUT_ASNS 8

enum session_event { // how a session changed
	SESSION_EVENT_UP,
	SESSION_EVENT_UNSAID, // the reporter stopped telling of it: says nothing of the session
	SESSION_EVENT_HOLD_RECEIVED,
	SESSION_EVENT_HOLD_SENT,
	SESSION_EVENT_BY_ENTITY,
	SESSION_EVENT_BY_UPSTREAM,
	SESSION_EVENT_PREFIX_LIMIT,
	SESSION_EVENT_SILENT,
	SESSION_EVENT_ERROR,
	SESSION_EVENT_COUNT
};

struct session_change {
	struct instant time;
	uint32_t session; // its place in the log
	uint8_t event;	  // enum session_event
	bool with_text;	  // a shutdown text came with it (RFC 9003)
};

struct bgp_session { // between a network of a watched entity and its upstream; the views of a BMP peer are one session
	struct peer peer;
	bool began_up; // before the changes that are kept
};

struct session_blackout { // a collector or router lost the last of its peers
	struct instant from, to;
	uint16_t collector;
	uint32_t asns[SESSION_BLACKOUT_ASNS]; // networks of the peers that went with it, the first so many
	size_t asn_count;
};

struct routing_session_log {
	struct bgp_session *sessions;
	size_t session_count, session_capacity;
	struct session_change *changes; // in order of time
	size_t change_count, change_capacity;
	struct session_blackout *blackouts; // in order of time
	size_t blackout_count, blackout_capacity;
	uint32_t hold_s; // longest hold time seen
};

enum health_why { // why a peer does not count, for coverage.blind
	HEALTH_COUNTS,
	HEALTH_NEVER_WHOLE, // its table is not known to be complete yet
	HEALTH_SESSION_DOWN,
	HEALTH_SILENT,	  // no heartbeat
	HEALTH_SUSPECT,	  // malformed or lost records
	HEALTH_COLLAPSED, // lost most of its table while others did not
	HEALTH_PARTIAL,	  // healthy, but its table is not a full one
	HEALTH_LOST,	  // of what came while it was silent nothing is known
	HEALTH_WHY_COUNT
};

struct health_peer {
	struct instant first_heard, last_heard, suspect_until, state_since;
	struct instant lost_from; // while lost: its last word before
	struct instant lost_at;	  // and its first word after
	int64_t longest_gap_ns;	  // between messages, gaps under a second not counted
	uint32_t beats;
	bool alive;	       // it told that its session lives (KEEPALIVE): it beats even where nothing changes
	bool lost;	       // input of it was lost: its table is not known until the next one, or the next session
	bool spoke;	       // it was heard, not only listed in a table
	struct instant window; // start of the current window of growth
	uint32_t growth, growth_before; // prefixes that were new to it in this window and the one before
	uint32_t size[2], peak[2];	// prefixes in its table, IPv4 and IPv6: now, and most since it was last whole
	uint32_t known[2];		// its peak in this session and those before; outlives them
	bool known_up, known_down;	// its session state was seen
	bool whole;			// RIB dump, End-of-RIB, or settled
	bool cut;			// its table began with a damaged dump
	uint8_t why[2];			// enum health_why, by family; kept by health_judge
};

enum route_log_kind {
	ROUTE_LOG_WITHDRAWN,	// asn: the upstream (AS next to the origin) of the route that left
	ROUTE_LOG_PATH_CHANGED, // asn: the new upstream, other: the one before
	ROUTE_LOG_MORE_SPECIFIC, // a new prefix inside one of another origin; asn: its origin, other: the covering origin
	ROUTE_LOG_NEW_ORIGIN,	 // a prefix announced by another origin; asn: the new one, other: the old one
	ROUTE_LOG_RETURNED,	 // a route that had left is back; asn: its upstream now, other: its origin, 0 unknown
	ROUTE_LOG_ORIGIN_LEFT, // announced anew with another origin (RFC 4271, 3.1); asn: the one before, other: the one now, 0 unknown
	ROUTE_LOG_INVISIBLE, // stopped being visible, at the settlement `time`; asn: its origin; no peer
	ROUTE_LOG_VISIBLE,   // became visible; not told of the first time during the baseline
};

struct route_log_event {
	struct instant time;
	uint8_t kind;
	bool counts;	   // the peer was a full feed then
	uint16_t networks; // full-feed networks then, of the prefix's family
	uint32_t prefix;   // dictionary id
	uint32_t peer;
	uint32_t asn, other;
	uint32_t session_s; // second in which the session of the peer began that it came in; 0 unknown
};

struct route_log_path { // of one (prefix, peer) pair: the route last heard, withdrawn since or not
	uint32_t peer;
	uint32_t upstream; // 0: the peer is the origin's own neighbour, or the path was not told
	int64_t since_s;   // second in which the pair was first heard of
	bool withdrawn;
};

struct routes_loss { // a settlement in which prefixes became invisible, of whatever entity
	struct instant time;
	uint32_t lost, visible; // so many of those that were visible
};
