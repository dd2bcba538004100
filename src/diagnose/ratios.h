// SPDX-License-Identifier: ISC
// How often each piece of evidence is answered yes under each cause. The numbers are those of data/ratios.csv, which says of
// each where it comes from; tools/ratios.awk makes a C table of it at build time.
#pragma once

#include "model/diagnosis.h"

#define RATIO_WEIGHT 4.0 // of a rate that no line of the file gives a weight

struct ratio {
	double expert;	      // probability of yes before the lab was asked; 0: the evidence's usual rate
	double weight;	      // recordings that the expert's number counts for
	double yes, answered; // recordings of the lab with that answer, and with any
};

struct ratios {
	double sharpness;	      // all log ratios are multiplied by it: 1 if families were independent
	double usual[EVIDENCE_COUNT]; // rate of yes over all causes where nothing special is known of the pair
	bool fixed[EVIDENCE_COUNT];   // clocks, hours and days: a lab of minutes has nothing to teach
	struct ratio at[CAUSE_COUNT][EVIDENCE_COUNT];
};

const struct ratios *ratios_shipped(void); // static

unsigned ratios_version(void); // of the data file

// P(yes | cause): (yes + weight × expert) / (answered + weight); within [0.01, 0.99].
double ratios_yes(const struct ratios *r, uint8_t cause, uint8_t evidence);
