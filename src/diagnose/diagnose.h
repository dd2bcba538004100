// SPDX-License-Identifier: ISC
// Ranks the causes of an incident: log P(cause | evidence) = log prior(cause | context) + sum over families of log ratios,
// normalised. A pure function of the incident and its facts. doc/DETECTION.md 7 has the model, doc/CALIBRATION.md how good it is.
#pragma once

#include "diagnose/ratios.h"
#include "model/entity.h"
#include "model/incident.h"

#define RATIO_CLIP	 30.0  // of one piece of evidence, and its inverse
#define FAMILY_CLIP	 100.0 // of one family
#define MISLED		 0.01 // share of incidents in which the answers mislead as a whole: nothing is surer than this lets it
#define ABSTAIN_P	 0.70
#define ABSTAIN_RATIO	 3.0
#define ABSTAIN_FAMILIES 2
#define ABSTAIN_SEEN	 0.60
#define FAMILY_SPEAKS	 1.5 // a family speaks for a cause from this ratio on
#define ARGUMENT_LEAST	 0.1 // logarithm: what says less is no argument
#define PRIOR_LESS	 0.3 // sensitivity that is shown
#define PRIOR_MORE	 3.0

struct diagnose_input {
	const struct incident *incident; // with its facts
	const struct entity *entity;
	const struct ratios *ratios; // null: the ones that are built in (data/ratios.csv)
};

// Answers every evidence from the incident (evidence.h), then ranks.
void diagnose_incident(const struct diagnose_input *in, struct verdict *ret);

// The second half alone: from answers to a ranking. `prior` by cause, need not sum to one. Used by the calibration too.
void diagnose_rank(const struct finding findings[EVIDENCE_COUNT], const double prior[CAUSE_COUNT],
		   const struct ratios *ratios, double coverage, struct verdict *ret);

// Prior of each cause in the context of the incident; causes.c has the table.
void diagnose_prior(const struct incident *n, const struct entity *entity, double ret[CAUSE_COUNT]);
