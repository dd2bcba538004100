// SPDX-License-Identifier: ISC
// Everything that was seen of one entity and that assembling its incidents reads: detections of every signal, changes of
// single targets, intervals, visibility of its routes. Owned by the pipeline; borrowed by the pure functions of incident/.
#pragma once

#include "model/detection.h"
#include "model/pulse.h"
#include "model/sample.h"

#define DOSSIER_DETECTIONS_MAX 100000
#define DOSSIER_CHANGES_MAX    1000000
#define DOSSIER_VALUES_MAX     65536 // of series; the oldest half goes first

struct dossier_value { // of a ready-made series
	struct instant time;
	uint32_t series;
	float share; // of what is usual for it then
};

struct dossier {
	uint32_t entity;
	struct detection *detections; // in order of opening; one that ended replaces its opening
	size_t detection_count, detection_capacity;
	struct target_change *changes; // in order of decision
	size_t change_count, change_capacity;
	struct dossier_value *values; // in order of time
	size_t value_count, value_capacity;
	const struct pulse_bin *bins; // borrowed from the detector; oldest first
	size_t bin_count;
	int64_t width_ns;	     // watch interval; 0: no probes
	const struct sample *routes; // routing samples of IPv4, in order; borrowed
	size_t route_count;
	double routes_baseline; // usual number of visible /24s
	struct instant last;	// end of the data
};

void dossier_detection(struct dossier *d, const struct detection *one); // adds, or replaces the one it continues
void dossier_change(struct dossier *d, const struct target_change *one);
void dossier_value(struct dossier *d, const struct dossier_value *one);
void dossier_free(struct dossier *d);
