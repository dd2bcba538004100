// SPDX-License-Identifier: ISC
// A diagnosis in plain English, made of the sentences in the tables, numbers and, where another network announced something, its
// number and the prefix: no text from outside, no names.
#pragma once

#include "base/text.h"
#include "model/incident.h"

// One sentence on one finding of an incident; nothing if not known. `story`: whose origins are named; null: they are not.
void words_evidence(struct text *t, const struct story *story, uint8_t evidence, const struct finding *f);
void words_headline(struct text *t,
		    const struct verdict *d); // "power (a power cut would look like this): 0.93, likely"
// Verdict: what it is and how sure; of an abstention what is known, what competes, what is missing.
void words_verdict(struct text *t, const struct story *story, const struct verdict *d);
void words_abstention(struct text *t, const struct verdict *d,
		      uint8_t reason);			 // one of enum abstention: half a sentence
void words_ask(struct text *t, const struct verdict *d); // the observation that would change most; nothing if none
const char *words_likely(double p);			 // "very likely", "likely", "probable", "possible", "unlikely"
