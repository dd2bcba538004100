// SPDX-License-Identifier: ISC
// The incident: a story about one entity, the facts around it, a verdict on its cause, ties with others (format
// lacuna-incident/1, doc/FORMATS.md). Members that this version does not fill are not here; the writers print them as null.
// Words are static text.
#pragma once

#include "model/blind.h"
#include "model/detection.h"
#include "model/diagnosis.h"
#include "model/entity.h"
#include "model/facts.h"
#include "model/routing.h"
#include "model/sample.h"

#define INCIDENT_ID_MAX	      96
#define INCIDENT_LIST_MAX     64 // entries of each list below; the rest is counted
#define INCIDENT_SIGNALS_MAX  32
#define INCIDENT_PHASES_MAX   64
#define INCIDENT_SERVICES_MAX 64
#define INCIDENT_SIMILAR_MAX  3

// What routes, sessions and collectors did counts as part of an incident's beginning for so long after its start. Then it is
// settled, not worked out anew. Own choice: path hunting, hold timers and restarts take minutes, people who change routes hours.
#define INCIDENT_ONSET_NS (6 * 3600 * NS_PER_S)

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
	bool enough; // for an incident: half of the networks carried it, or lost the route to the expected origin when it came
	uint32_t origin, expected;
	struct instant first, gone, gone_from; // gone unknown: announced still; gone_from: the earliest that it may be
	struct instant unheard; // known: nobody that carried it was heard since, whether it is over is not known
	uint32_t networks, of_networks; // full-feed networks that carried it, of how many
	uint32_t still, without;	// that carry it now; that had no route to the expected origin soon after
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

#define READING_UNSEEN "no routing data" // of precedence: not "no withdrawal", for nobody looked

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

struct incident_service { // one that failed, and how it came back
	uint32_t target;
	uint8_t outcome;		// enum probe_outcome of its first failure
	uint8_t rank;			// order of return; equal ranks are too close to be ordered; UINT8_MAX: not back
	uint16_t failures;		// in the incident
	struct instant last_ok, failed; // the first of them began between the two
	struct instant last_bad, back;	// it came back between the two, for the last time; unknown: not yet
};

struct incident_similar {
	char id[INCIDENT_ID_MAX]; // of a precedent or of an incident before it
	double similarity;	  // 0 to 1
};

struct story {		 // what happened, when and how far. Made by incident/story.h, and not touched again
	uint32_t entity; // index into the entity list
	enum incident_scope scope;
	enum incident_state state;
	double fraction_down;
	uint64_t units, units_down; // machines where probes say it, else /24s of the routing table
	uint64_t addresses_down;    // IPv4 addresses without a route at the lowest; 0 none
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
	struct incident_service services[INCIDENT_SERVICES_MAX]; // by return, those that are not back last
	size_t service_count;
	struct incident_upstream upstreams[INCIDENT_LIST_MAX];
	size_t upstream_count;
	uint64_t path_changes; // in the minute before the start
	struct incident_origin origins[INCIDENT_LIST_MAX];
	size_t origin_count;
	bool by_origins; // it rests on them; else they came near it and are told beside it
};

struct ties {				// with other incidents. Made by incident/ties.h
	char campaign[INCIDENT_ID_MAX]; // "" none
	struct incident_similar similar[INCIDENT_SIMILAR_MAX];
	size_t similar_count;
	struct facts_past past;
};

// Four values, each made by one function, and what the book keeps (incident/book.h).
struct incident {
	char id[INCIDENT_ID_MAX];	   // given when it is told first; never changed, never used again
	uint32_t revision;		   // of the document, from 1, one more each time it differs
	char merged_into[INCIDENT_ID_MAX]; // withdrawn: the incident that it turned out to be a part of; "" none
	const char *reason;		   // null: it stands; else it is withdrawn, and why; static text
	struct story story;
	struct facts facts;
	struct verdict verdict;
	struct ties ties;
};

static inline enum incident_state incident_state(const struct incident *n)
{
	return n->reason ? INCIDENT_WITHDRAWN : n->story.state;
}

struct story_list {
	struct story *at;
	size_t count, capacity;
};

struct incident_list {
	struct incident *at;
	size_t count, capacity;
	size_t unconfirmed; // losses that one observer alone saw, without a second kind of evidence: nothing was raised
};

// What failed first; null: nothing did.
static inline const struct detection *story_failed_first(const struct story *s)
{
	const struct detection *first = NULL;
	for (size_t i = 0; i < s->signal_count; i++) {
		const struct detection *d = &s->signals[i];
		if (!detection_early_sign(d) && (!first || d->start.best.ns < first->start.best.ns))
			first = d;
	}
	return first;
}

// The detection of a signal in the story; null: that signal took no part.
static inline const struct detection *story_signal(const struct story *s, uint8_t signal)
{
	for (size_t i = 0; i < s->signal_count; i++)
		if (s->signals[i].signal == signal)
			return &s->signals[i];
	return NULL;
}

// When the last signal of the incident ended, ns; the end of the data while one has not.
static inline int64_t story_last(const struct story *s, struct instant data_end)
{
	int64_t end = instant_known(s->end.best) ? s->end.best.ns : data_end.ns;
	for (size_t i = 0; i < s->signal_count; i++)
		if (instant_known(s->signals[i].end.best) && s->signals[i].end.best.ns > end)
			end = s->signals[i].end.best.ns;
	return s->state == INCIDENT_CLOSED ? end : data_end.ns;
}

// How far into the incident its beginning reaches: to its end, as late as it may have been, and never longer than the onset.
static inline struct instant story_onset_end(const struct story *s)
{
	struct instant most = instant_after(s->start.best, INCIDENT_ONSET_NS), end = s->end.best;
	if (instant_known(end) && instant_known(s->end.to) && s->end.to.ns > end.ns)
		end = s->end.to;
	return instant_known(end) && end.ns < most.ns ? end : most;
}

// Whether what was told of an incident's beginning before is good for this story: it was over then, and is the same one.
static inline bool story_is_settled(const struct story *s, const struct incident *earlier)
{
	return earlier && earlier->facts.settled && instant_known(s->start.best) &&
	       earlier->story.start.from.ns <= s->start.to.ns && earlier->story.start.to.ns >= s->start.from.ns;
}
