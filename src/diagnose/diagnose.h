// SPDX-License-Identifier: ISC
// Ranks the causes of an incident: log P(cause | evidence) = log prior(cause | context) + sum over families of log ratios,
// normalised. A pure function of the incident and its facts. doc/DETECTION.md 7 has the model, doc/CALIBRATION.md how good it is.
#pragma once

#include "diagnose/decisions.h"
#include "diagnose/ratios.h"
#include "model/entity.h"
#include "model/incident.h"

struct diagnose_input {
	const struct incident *incident; // with its facts
	const struct entity *entity;
	const struct ratios *ratios;	   // null: the ones that are built in (data/ratios.csv)
	const struct decisions *decisions; // of the run; null: the tables'
	const struct verdict *earlier;	   // of this incident, with these: good for the same answers; null: none
};

// Answers every evidence from the incident (evidence.h), then ranks.
void diagnose_incident(const struct diagnose_input *in, struct verdict *ret);

struct diagnose_answers {
	const struct finding *findings; // EVIDENCE_COUNT of them
	const double *prior;		// by cause, CAUSE_COUNT of them; need not sum to one
	const struct ratios *ratios;
	double coverage;		   // share of those who watch that could see; NaN: nobody was counted
	const struct decisions *decisions; // of the run; null: the tables'
};

// The second half alone: from answers to a ranking. Used by the calibration too.
void diagnose_rank(const struct diagnose_answers *in, struct verdict *ret);

// Prior of each cause in the context of the incident; causes.c has the table. `ratios` of the input is not looked at.
void diagnose_prior(const struct diagnose_input *in, double ret[CAUSE_COUNT]);
