// SPDX-License-Identifier: ISC
// Where names lead: their addresses, asked of the operator's resolvers, and anew when the time to live of the answer is over. That a
// name does not lead anywhere is an answer too, with its reason.
#pragma once

#include "check/check.h"

#define NAMES_MAX	    1000000 // as many as targets
#define NAMES_ADDRESSES_MAX 16	    // of one name: no service needs more, and whoever answers chooses how many
#define NAMES_RESOLVERS_MAX 3	    // as resolv.conf(5)
#define NAMES_LEAST_S	    30	    // a name is asked again no sooner, whatever its time to live; a failure so soon
#define NAMES_MOST_S	    3600    // and no later

struct names_answer {
	// The question that decided: index of the name, its resolver as target, how it failed. FAILURE_NONE: there are addresses.
	struct attempt attempt;
	uint32_t ttl_s; // until it is asked again
	uint32_t count;
	struct addr addresses[NAMES_ADDRESSES_MAX];
};

struct names_options {
	struct gate *gate;					    // borrowed; asked with GATE_RESOLVER
	void (*found)(void *context, const struct names_answer *a); // must not call the engine
	void *context;
};

struct name_lookup;

// 0 or -errno.
int MUST_USE names_open(const struct names_options *o, struct name_lookup **ret);
void names_close(struct name_lookup *n); // null is fine
// Who is asked from now on, the first one first; at most NAMES_RESOLVERS_MAX.
void names_resolvers(struct name_lookup *n, const struct addr *list, size_t count);
// To be looked up, now and again. The index is handed back. 0; ERR_MALFORMED or ERR_TOO_LARGE: no name; ERR_FULL.
int MUST_USE names_add(struct name_lookup *n, uint32_t index, const char *name);
// The same, but once: it is forgotten when it has been answered.
int MUST_USE names_once(struct name_lookup *n, uint32_t index, const char *name);
size_t names_waiting(const struct name_lookup *n); // that have been begun, or are to be now
// Goes on; waits at most wait_ns. 0 or -errno.
int MUST_USE names_poll(struct name_lookup *n, int64_t wait_ns);
