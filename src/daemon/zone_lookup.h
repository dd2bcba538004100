// SPDX-License-Identifier: ISC
// Who serves a zone: asks a resolver of the caller's choice, in a process of its own.
#pragma once

#include "check/discover.h"
#include "conf/plan.h"

struct zone_lookup {
	const char *zone;
	struct addr resolver;
	bool lab;
	uint32_t timeout_ms;	       // of a question; 0: the usual
	const struct plan_list *block; // who is not asked, servers on the way included; null: none
	const char *opt_out_file;      // the same; as it is when the look begins; null: none
	const char *version;
	struct discover_found *found; // owned; free with zone_lookup_free
	size_t count;
	uint64_t questions, failed;
	uint8_t failure;  // how the last of those failed that did (model/probe.h)
	uint64_t refused; // servers that lead inside (loopback, private, our own): left out
};

// 0, or a negative error with a message.
int MUST_USE zone_lookup_zone(struct zone_lookup *l, char *message, size_t size);
void zone_lookup_free(struct zone_lookup *l);
