// SPDX-License-Identifier: ISC
// How well the first minutes of a published outage tell an ordered shutdown from everything else, each country predicted from all the
// others: the same sum of clipped ratios by family as diagnose/ makes. Pure calculation.
#pragma once

#include "reference/labels.h"

enum label_feature {
	FEATURE_HALF_HOUR,	 // began at :00 or :30
	FEATURE_SAME_CLOCK,	 // within 15 min of the clock time of an outage 1, 2, 3, 4 or 7 days before
	FEATURE_EXACT_CLOCK,	 // to the minute that of an outage of the 14 days before
	FEATURE_RECENT,		 // another outage in the ten days before
	FEATURE_SERIES,		 // three or more in them
	FEATURE_ALL_DROP,	 // all three signals
	FEATURE_TELESCOPE,	 // the telescope's
	FEATURE_ON_CLOCK_BEFORE, // most earlier outages of the country began at :00 or :30 (at least two)
	FEATURE_COUNT
};

#define LABEL_BINS 10
#define LABEL_MANY 10

struct label_bin {
	size_t count;
	double p, ordered; // sums
};

struct label_report {
	double auc, brier, climatology, skill, log_loss, ece;
	double precision[3]; // at recall 0.5, 0.7, 0.9
	struct label_bin bins[LABEL_BINS];
};

struct label_scores {
	size_t count, ordered, countries; // national ones
	double rate[FEATURE_COUNT][2];	  // share with the feature: of the others, of the ordered ones
	size_t known[FEATURE_COUNT][2];
	struct label_report of;
	// Without the countries that have LABEL_MANY ordered outages and more: what is said of a first order elsewhere.
	size_t rest_count, rest_ordered;
	struct label_report rest;
};

extern const double label_recalls[3];
const char *label_feature_name(enum label_feature f);

void label_score(const struct labels *l, struct label_scores *ret); // national ones only

// Parts of it, for tests. `y` 0 or 1.
double label_auc(const double *p, const int *y, size_t n); // ties count half; NaN without both kinds
