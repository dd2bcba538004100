// SPDX-License-Identifier: ISC
// Everything that was seen of one entity and that assembling its incidents reads: detections of every signal, changes of
// single targets, intervals, visibility of its routes. Owned by the pipeline; borrowed by the pure functions of incident/.
#pragma once

#include "model/coverage.h"
#include "model/detection.h"
#include "model/pulse.h"
#include "model/sample.h"
#include "model/skyline.h"

#include <stdbool.h>

#define DOSSIER_VALUES_LEAST 512	     // of series that have few values a day
#define DOSSIER_VALUES_MAX   65536	     // of series; the oldest half goes first
#define DOSSIER_COARSE_NS    (10 * NS_PER_S) // old samples are kept so far apart: phases of what is over need no more
#define DOSSIER_OLD_NS	     (6 * 3600 * NS_PER_S) // very old ones: for the strip of a long time

struct dossier_value { // of a ready-made series
	struct instant time;
	uint32_t series;
	float share; // of what is usual for it then
};

#define DOSSIER_STRIPS_MAX 64 // of one entity
#define DOSSIER_HOSTS	   (UINT32_MAX - 1)
#define DOSSIER_SERVICES   (UINT32_MAX - 2)
#define DOSSIER_SPEED	   (UINT32_MAX - 3)

struct dossier_strip {
	uint32_t of; // one of the above, or a series
	struct skyline line;
};

struct dossier_witness {   // who probed it: whether there was a second opinion
	bool any, several; // several: observers of different networks
	bool hosts;	   // a host was pinged
	bool services;	   // a service was asked, which is evidence of another kind than pings
	uint16_t observer; // the first
};

struct dossier {
	uint32_t entity;
	struct detection *detections; // in order of opening; one that ended replaces its opening
	uint32_t *group; // by detection: the group it was last assembled into, from 1; 0: none (incident/assemble.h)
	size_t detection_count, detection_capacity, group_capacity;
	uint32_t serials;	       // given to detections so far
	struct target_change *changes; // in order of decision
	size_t change_count, change_capacity;
	struct dossier_value *values; // in order of time
	size_t value_count, value_capacity;
	const struct pulse_bin *bins; // borrowed from the detector; oldest first
	size_t bin_count;
	int64_t width_ns;      // watch interval; 0: no probes
	struct sample *routes; // routing samples of IPv4, in order; old ones coarsened
	size_t route_count, route_capacity;
	double routes_baseline;	  // usual number of visible /24s
	struct coverage coverage; // when it was looked at
	struct dossier_witness witness;
	// Borrowed; null: not known. Whether any router was heard, which says only between which moments a change lies.
	const struct coverage_of *heard;
	struct dossier_strip *strips; // over all the time, for people
	size_t strip_count, strip_capacity;
	struct instant last; // end of the data
};

// Adds a detection, which gets the next serial, or replaces the one that it continues: same signal, series and start.
void dossier_detection(struct dossier *d, const struct detection *one);
// Place of the detection of that serial; SIZE_MAX: not kept (any more).
size_t dossier_find(const struct dossier *d, uint32_t serial);
// Forgets what cannot matter any more: detections whose group is marked in `done` (by group; index 0: of no group) and that
// were over before `before`; changes that were decided before `horizon`, but for the newest of each target.
void dossier_retire(struct dossier *d, const bool *done, struct instant before, struct instant horizon);
void dossier_change(struct dossier *d, const struct target_change *one);
void dossier_sample(struct dossier *d, const struct sample *one); // of IPv4 routes, in order of time
// Keeps of the samples all after `fine`, one a DOSSIER_COARSE_NS between `coarse` and that, one a DOSSIER_OLD_NS before.
void dossier_coarsen(struct dossier *d, struct instant fine, struct instant coarse);
void dossier_value(struct dossier *d, const struct dossier_value *one);
struct dossier_span {
	struct instant from, to;
};
// Forgets values before `horizon`, but for those within one of the spans and the newest DOSSIER_VALUES_LEAST of the entity.
void dossier_retire_values(struct dossier *d, struct instant horizon, const struct dossier_span *kept, size_t n);
// Puts a share into the strip of hosts, services, speed or a series; more than DOSSIER_STRIPS_MAX of these are not drawn.
void dossier_strip_add(struct dossier *d, uint32_t of, struct dossier_span when, double share);
const struct skyline *dossier_strip(const struct dossier *d, uint32_t of); // null: nothing of it
// What one interval says of hosts, services and speed.
void dossier_bin(struct dossier *d, const struct pulse_bin *b);
void dossier_free(struct dossier *d);
