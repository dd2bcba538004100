// SPDX-License-Identifier: ISC
// The parent of the measuring roles: starts them, tells them the plan, passes on what they find, keeps the opt-out list fresh,
// starts again what died (and says that it was blind meanwhile). Parses nothing that comes from the network.
#pragma once

#include "conf/plan.h"
#include "daemon/message.h"
#include "daemon/opt_out.h"

struct measure_sink {
	void (*attempts)(void *context, const struct attempt *batch,
			 size_t n); // index: of the plan's target, or beyond
	void (*health)(void *context, const struct message_health *h);
	void (*ready)(void *context, const char *role, const struct message_ready *m);
	void (*says)(void *context, const char *line);		   // trouble, in words; may hold text from outside
	void (*saved)(void *context, const void *bytes, size_t n); // where the census is, to go on from later
	// A target has another address: the plan's owner writes it down there. Null where every target has its address.
	void (*moved)(void *context, uint32_t target, const struct addr *to);
	// What a resolver said of a name that is watched.
	void (*looked)(void *context, const struct attempt *a, const char *name);
	// Looked at every few seconds: another plan is ready; then it ends as if the time were over. Null: there is one plan only.
	bool (*renewed)(void *context);
	void *context;
};

struct measure_options {
	const struct plan
		*plan; // targets without an address are asked as soon as their name leads to one: `persist` only
	const struct prefix *ranges; // besides the targets: ping every address of them
	size_t range_count;
	bool named;	  // targets were named on the command line: they are their own allowlist
	bool configured;  // by a written configuration: it must say `probing: on`, whatever else it says
	bool probing_off; // the command line says so
	bool again;	  // another plan was measured a moment ago: what was asked last is not known
	bool persist;	  // for ever, by the watch list and the census; a role that dies is started again
	uint32_t rounds, interval_ms, timeout_ms, rate; // 0: for ever, the usual, the usual, what the caps allow
	uint64_t seed;					// of the order; 0: random
	uint8_t best;					// enum attempt_mode: no better one
	int64_t for_ns;					// stop after; 0: when done, or when told
	struct addr source;
	const char *version;
	const void *resume; // a saved census, or null
	size_t resume_length;
	const struct caps
		*tighter; // in place of the usual caps; the gate holds nothing looser than those. Null: the usual ones
	struct opt_out *
		opt_out; // kept from one plan to the next, so that nobody is lost from it; all zero at first. Null: none is
	struct measure_sink sink;
};

struct measure_result {
	struct message_counts counts; // of all roles
	unsigned deaths;	      // of roles
	bool told;		      // to stop, by a signal
};

// What another run came to, besides.
void measure_result_add(struct measure_result *sum, const struct measure_result *r);
// Runs until all is done, the time is over, or SIGINT or SIGTERM came. 0; -EPERM: the rules of the configuration do not allow
// to send (a message was said); another negative error: a role could not be started or went down for good.
int MUST_USE measure_run(const struct measure_options *o, struct measure_result *ret);
