// SPDX-License-Identifier: ISC
// The receiving end of batches: keeps "their number → my number" for each sender, fills the registries of peers and targets that
// the stages read, and hands on batches that speak in their numbers. With one sender whose numbers are the same nothing is
// copied and no observation is looked at.
#pragma once

#include "model/batch.h"
#include "model/peer.h"
#include "model/target.h"

#define REGISTRY_SOURCES_MAX (1u << 20) // files and feeds that can be told apart

struct registry;

struct registry_options {
	struct peer_table *peers;	    // filled; borrowed
	struct target_table *targets;	    // the same; null: observations of targets, observers and series are dropped
	const struct entity_list *entities; // whose series are wanted; may grow between batches; null: nobody's
	struct batch_sink out;
};

struct registry_counts {
	uint64_t unknown_series; // values of entities that are not in the list
	uint64_t no_room;	 // observations of peers, targets or series beyond what the tables hold
};

struct registry *registry_create(const struct registry_options *options);
void registry_free(struct registry *r);

// A sink for one more sender with numbers of its own; it belongs to the registry. take() gives what `out` answers,
// ERR_MALFORMED when a foreign batch uses a number that was not announced (nothing of that batch is handed on), or
// ERR_TOO_LARGE when it announces one beyond the limit of its kind.
struct batch_sink registry_sender(struct registry *r);

const struct registry_counts *registry_counts(const struct registry *r);
uint32_t registry_source_count(const struct registry *r);		// numbers of sources are below this
const char *registry_source(const struct registry *r, uint32_t source); // its text as announced; null: none

// Announces everything that was met so far, in our numbers: who begins to listen now can understand what is handed on from here.
void registry_names(const struct registry *r, struct batch_room *ret);
