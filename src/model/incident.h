// SPDX-License-Identifier: ISC
// The incident: one story about one entity (format lacuna-incident/1, doc/FORMATS.md). Members that this version
// does not fill are not here; the writers print them as null. Words are static text.
#pragma once

#include "model/detection.h"
#include "model/diagnosis.h"
#include "model/entity.h"
#include "model/facts.h"
#include "model/sample.h"

#define INCIDENT_ID_MAX	     96
#define INCIDENT_LIST_MAX    64 // entries of each list below; the rest is counted
#define INCIDENT_SIGNALS_MAX 32
#define INCIDENT_PHASES_MAX  64
#define INCIDENT_SIMILAR_MAX 3

enum incident_scope { SCOPE_TOTAL, SCOPE_PARTIAL, SCOPE_SERVICE };
enum incident_state { INCIDENT_OPEN, INCIDENT_RECOVERING, INCIDENT_CLOSED, INCIDENT_WITHDRAWN };

struct incident_upstream {    // routes that left, by the network next to the origin
	uint32_t asn;	      // 0: the path was never seen
	struct instant first; // first withdrawal through it
	uint32_t routes;      // (prefix, peer) pairs withdrawn
};

struct incident_origin { // a more-specific prefix or a prefix with a new origin
	struct prefix prefix;
	bool more_specific;
	uint32_t origin, expected;
	struct instant first, gone;	// gone unknown: still announced
	uint32_t networks, of_networks; // full-feed networks that carried it, of how many
};

struct incident_phase {
	const char *phase;	 // degraded, silent, unrouted, returning, back
	struct instant from, to; // to unknown: still
};

struct incident_concurrency {
	bool known;
	uint32_t units, failed;
	double window_s, expected_per_year, synchrony_s;
	const char *verdict; // concurrent, partial-concurrent, independent, insufficient
	const char *level;   // smallest group that holds all failed units
};

struct incident_precedence {
	bool known; // there was loss and a withdrawal, or at least one of them
	bool has_lead;
	double lead_best, lead_from, lead_to; // seconds the loss began before the first withdrawal
	double p_loss_first;
	bool has_shape;
	double log10_shape_bf; // above 0: a ramp of loss; below: a step
	const char *reading;   // one of precedence.h's words
	double partial_loss_s;
};

struct incident_recovery {	      // of one class of things
	uint8_t signal;		      // enum signal_kind; SIGNAL_LOSS stands for hosts answering ping
	uint8_t rank;		      // order of return; equal ranks are too close to be ordered
	struct instant t10, t50, t90; // shares of its units that are back; unknown: not yet
	uint32_t units;
};

struct incident_similar {
	char id[INCIDENT_ID_MAX]; // of a precedent or of an incident before it
	double similarity;	  // 0 to 1
};

struct incident {
	char id[INCIDENT_ID_MAX]; // given by incident/book.h when it is told first; never changed, never used again
	uint32_t revision;	  // of the document, from 1; likewise
	char merged_into[INCIDENT_ID_MAX]; // WITHDRAWN: the incident that it turned out to be a part of; "" none
	const char *reason;		   // WITHDRAWN: why; static text
	uint32_t entity;		   // index into the entity list
	enum incident_scope scope;
	enum incident_state state;
	double fraction_down;
	uint64_t units, units_down; // machines where probes say it, else /24s of the routing table
	struct moment start, end;
	struct detection signals[INCIDENT_SIGNALS_MAX];
	uint8_t order_group[INCIDENT_SIGNALS_MAX]; // by signal: equal groups are too close to be ordered
	size_t signal_count;
	struct incident_phase phases[INCIDENT_PHASES_MAX];
	size_t phase_count;
	struct incident_concurrency concurrency;
	struct incident_precedence precedence;
	struct incident_recovery recovery[SIGNAL_COUNT];
	size_t recovery_count;
	char campaign[INCIDENT_ID_MAX]; // "" none
	struct incident_similar similar[INCIDENT_SIMILAR_MAX];
	size_t similar_count;
	struct incident_upstream upstreams[INCIDENT_LIST_MAX];
	size_t upstream_count;
	uint64_t path_changes; // in the minute before the start
	struct incident_origin origins[INCIDENT_LIST_MAX];
	size_t origin_count;
	uint64_t addresses_down; // IPv4 addresses without a route at the lowest; 0 none
	struct facts facts;
	struct diagnosis diagnosis;
};

struct incident_list {
	struct incident *at;
	size_t count, capacity;
	size_t unconfirmed; // losses that one observer alone saw, without a second kind of evidence: nothing was raised
};

struct blind_span { // a collector without a healthy full-feed peer, or an observer whose controls failed
	bool is_observer;
	uint16_t who;		 // collector or observer
	struct instant from, to; // to unknown: still
	const char *why;	 // static text
	bool degraded;		 // an observer that still counted
};

struct blind_list {
	struct blind_span *at;
	size_t count, capacity;
};

// The detection of a signal in the incident; null: that signal took no part.
static inline const struct detection *incident_signal(const struct incident *n, uint8_t signal)
{
	for (size_t i = 0; i < n->signal_count; i++)
		if (n->signals[i].signal == signal)
			return &n->signals[i];
	return NULL;
}
