// SPDX-License-Identifier: ISC
// The list of known incidents (data/precedents.json): facts with their source, to compare an incident with. Who did
// something is no member; a mechanism is that which its source gives, "undetermined" where experts abstained.
#pragma once

#include "base/instant.h"

#include <stddef.h>
#include <stdint.h>

#define PRECEDENTS_JSON_MAX (4u << 20) // bytes
#define PRECEDENTS_MAX	    4096
#define PRECEDENT_STEPS	    8 // of an order

struct precedent { // strings are owned by the list; signals as bits, 1 << enum signal_kind
	char *id, *entity, *name, *mechanism, *said_by, *source, *note; // note may be null
	struct instant start, end;					// either may be unknown
	double start_uncertainty_s;					// to either side; negative: unknown
	double duration_s;						// 0 unknown
	double fraction_down;						// negative: unknown
	uint32_t moved, still;						// signals that took part, and that did not
	uint32_t order[PRECEDENT_STEPS], recovery[PRECEDENT_STEPS];	// steps, earliest first; unused ones 0
};

struct precedents {
	struct precedent *at;
	size_t count;
};

// 0; ERR_NOT_FOUND; ERR_MALFORMED or -errno with a message that names the precedent and the member.
int precedents_read(const char *path, struct precedents *ret, char *message, size_t message_size);
void precedents_free(struct precedents *list);
