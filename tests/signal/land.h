// SPDX-License-Identifier: ISC
// Two countries of twenty prefixes each, seen by five peers at each of three collectors, and a pipeline that watches both.
#pragma once

#include "scene.h"

#include "engine/pipeline.h"

#define LAND_PEERS    15
#define LAND_PREFIXES 40 // the first twenty are of country/KX (AS64512), the others of country/KY (AS64520)
#define LAND_KX	      20

struct land {
	struct scene scene;
	struct entity_list entities;
	uint32_t peer[LAND_PEERS]; // five by five at rc0, rc1, rc2; peer i is of network 100 + i
	struct prefix prefix[LAND_PREFIXES];
	bool mute[LAND_PEERS]; // says nothing in land_alive
};

// Every peer has sent its whole table and End-of-RIB by second 2.
void land_open(struct land *l);
void land_close(struct land *l);
// Every peer that is not mute says each 5 seconds that it is there.
void land_alive(struct land *l, double from, double to);
uint32_t land_origin(unsigned prefix);
void land_announce(struct land *l, double at, unsigned peer, unsigned prefix);
void land_withdraw(struct land *l, double at, unsigned peer, unsigned prefix);

// The observations in order of time through a pipeline, in batches of so many (0: all at once); for pipeline_free.
struct pipeline *land_run(struct land *l, size_t batch);
// All incidents as one text.
void land_text(const struct land *l, struct pipeline *p, struct text *t);
