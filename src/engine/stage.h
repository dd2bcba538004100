// SPDX-License-Identifier: ISC
// The stages of the engine as a table. Nobody outside the engine includes it.
#pragma once

#include "engine/pipeline_priv.h"

// Every kind that is not said otherwise is one of routing.
#define STAGE_ROUTING (~(1u << OBS_PROBE | 1u << OBS_SERIES | 1u << OBS_HEALTH | 1u << OBS_TIME)) // kinds, of bits

struct stage {							// each function may be null
	const char *name;					// of its section in a snapshot
	uint32_t version;					// of what it carries
	uint32_t takes;						// kinds of observations, a bit each
	void (*create)(struct pipeline *p);			// its settings stand in the pipeline
	int (*take)(struct pipeline *p, const struct batch *b); // observations of those kinds only; 0 or an error
	void (*taken)(struct pipeline *p);			// the stages took all of what came at once
	void (*tick)(struct pipeline *p, struct instant now);	// time passed
	void (*finish)(struct pipeline *p);			// the data ended
	void (*carry)(struct carry *c, void *carried);		// struct stage_carried; see base/carry.h
	void (*free)(struct pipeline *p);
};

struct stage_carried {
	struct pipeline *pipeline;
	struct target_table *targets;
	// loading
	const uint32_t *entity_of; // number then → number now, or CARRY_GONE
	size_t entity_count;
	const bool *begins; // by number now: the state has nothing of it
	uint32_t entity;    // whose section it is: its number now
};

const struct stage *stage_at(size_t i); // in order; null: no more
uint32_t stage_takers(uint8_t kind);	// which stages take the kind, a bit each
