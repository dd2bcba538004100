// SPDX-License-Identifier: ISC
// Rates from recordings with a known cause, and how good the ranking is on recordings that it has not seen: cross-validation that leaves
// out whole groups, calibration error, risk and coverage. Pure.
// Brier 1950; Gneiting and Raftery, JASA 2007 (proper scores); Guo et al., ICML 2017 (calibration error, sharpness as temperature).
#pragma once

#include "diagnose/ratios.h"

#include <stdbool.h>
#include <stddef.h>

enum calibrate_group {	 // what is left out at a time
	GROUP_VARIATION, // one variation of one scenario, with all its seeds
	GROUP_TOPOLOGY,	 // one shape of network or set of daemons
	GROUP_WAY,	 // one way of making a fault: a scenario with all its variations
	GROUP_COUNT
};

#define CALIBRATE_BINS	   10 // of the report
#define CALIBRATE_COVERAGE 3  // accuracy at these shares of the cases, surest first
// Seeds of one variation are not independent, and another way of making a fault is another story: so many recordings each counts for.
#define CALIBRATE_WEIGHT 1.5 // of the fit
#define CALIBRATE_WAY	 2.0 // of the fit
#define CALIBRATE_NOT	 0.2 // a cause that the truth rules out must stay below

struct calibrate_case { // one labelled incident
	struct finding findings[EVIDENCE_COUNT];
	double prior[CAUSE_COUNT];
	double coverage;
	uint8_t truth;			// enum cause
	uint32_t acceptable, ruled_out; // bit per cause; acceptable holds truth
	uint32_t group[GROUP_COUNT];	// numbers
};

struct calibrate_bin {
	size_t count;
	double p, right, exact; // sums: of what was said, of how often it held, of how often it was the label itself
};

struct calibrate_report {
	size_t count;
	size_t strict, lenient;			// leading cause is the truth's, or an acceptable one
	size_t answered, answered_lenient;	// not abstained; of them right or acceptable
	double at_coverage[CALIBRATE_COVERAGE]; // share right or acceptable among the surest 50, 80, 100 %
	double brier, brier_lenient; // over causes, means; lenient: an acceptable leading cause stands for the truth
	double log_loss, log_loss_lenient; // nats
	double ece,
		ece_exact; // of the leading cause's probability against right or acceptable; against the label alone
	size_t ruled_out;  // cases with a ruled-out cause above CALIBRATE_NOT
	struct calibrate_bin bins[CALIBRATE_BINS];
	size_t confusion[CAUSE_COUNT][CAUSE_COUNT]; // truth, leading
};

extern const double calibrate_coverage[CALIBRATE_COVERAGE];

// Counts of yes and answered of all cases except those whose group `kind` is `left_out` (kind GROUP_COUNT: of all), and the
// sharpness that has the least log loss when single variations are left out of these.
void calibrate_fit(const struct calibrate_case *cases, size_t count, enum calibrate_group kind, uint32_t left_out,
		   struct ratios *ret);

// `base`: expert rates, counts ignored. Every group of that kind is predicted from all others.
void calibrate_cross(const struct calibrate_case *cases, size_t count, enum calibrate_group kind,
		     const struct ratios *base, struct calibrate_report *ret);

// How good given diagnoses are; of[i] belongs to cases[i].
void calibrate_score(const struct calibrate_case *cases, const struct verdict *of, size_t count,
		     struct calibrate_report *ret);
