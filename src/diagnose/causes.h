// SPDX-License-Identifier: ISC
// The table of causes: a row adds one. Words, priors, and what in the context of an incident changes a prior.
#pragma once

#include "diagnose/decisions.h"
#include "model/diagnosis.h"

struct cause_row {
	const char *word;  // of the recording format: "network-stress"
	const char *title; // "network stress"
	const char *says;  // one sentence: what is meant, the mechanism, never who
	const char *alike; // what people ask about by other words, and would look like this: never who either
};

const struct cause_row *cause_row(uint8_t cause);
int cause_of(const char *word); // enum cause; -1: no such word, or one that is no hypothesis ("none")
double cause_prior(const struct decisions *d, uint8_t cause); // before anything is known; d null: the table's
