// SPDX-License-Identifier: ISC
// What is known of the control plane of an entity, as plain values: signal keeps them, facts reads them.
#pragma once

#include "base/instant.h"
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
