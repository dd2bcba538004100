// SPDX-License-Identifier: ISC
// Two countries of which everything is seen at once: routes of fifteen peers, probes and checks of three observers, what these
// say of themselves, ready-made series; with an outage of each kind. And the engine's state of it at any point.
#pragma once

#include "../signal/land.h"

#include "engine/snapshot.h"
#include "model/target.h"

struct mixed {
	struct land land;
	struct target_table *targets;
};

struct mixed_bytes { // a snapshot in memory
	uint8_t *at;
	size_t n, capacity;
};

void mixed_open(struct mixed *m);
void mixed_close(struct mixed *m);
// The same observations with registries that hold nothing but what is listed, as a new run has them; for mixed_forget.
struct mixed mixed_anew(const struct mixed *m);
void mixed_forget(struct mixed *anew);

// A pipeline over `entities` (null: both countries), with registries that hold nothing yet but what is listed.
struct pipeline *mixed_pipeline(const struct mixed *m, const struct entity_list *entities, struct revision_sink out);
void mixed_feed(const struct mixed *m, struct pipeline *p, size_t from, size_t to);
void mixed_save(const struct mixed *m, struct pipeline *p, struct mixed_bytes *ret);
// The three steps of loading into a pipeline that was made for it. What the first that fails says.
int mixed_load(const struct mixed *m, const uint8_t *bytes, size_t n, struct pipeline *p);
void mixed_seal(uint8_t *bytes, size_t n); // makes the sum at the end right
