// SPDX-License-Identifier: ISC
// Whether what left the table, or fell silent, did so because another network announced it: then it is told with that.
#pragma once

#include "incident/origins.h"
#include "model/dossier.h"
#include "model/target.h"

struct displaced {	   // of the prefixes of an entity that became invisible in the time of one detection of routes
	size_t by, others; // another network displaced their routes when it came; all the rest
	uint64_t units;	   // /24s or /48s of the first
	size_t which;	   // of the events: the first that displaced one
	struct instant first; // loss among the rest
	struct instant back;  // when none of the rest was lost any more; unknown: some still are
};

// `one` is a detection of routes of that entity.
struct displaced displaced_routes(const struct routing *r, uint32_t entity, const struct detection *one,
				  const struct origin_events *events);

// Whether all machines that failed with this detection of loss are in space that another network began to announce within
// `chain_ns` of its start: the event that did so first; the count of events: it is not so.
size_t displaced_machines(const struct dossier *d, const struct target_table *targets, const struct detection *one,
			  const struct origin_events *events, int64_t chain_ns);
