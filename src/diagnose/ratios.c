// SPDX-License-Identifier: ISC
// The table that is built in, and what becomes of a line of it.
#include "diagnose/ratios.h"

#include "base/must.h"

#include "diagnose/ratios_data.h"

#define RATIO_LEAST 0.01 // no answer is impossible under any cause

const struct ratios *ratios_shipped(void)
{
	return &shipped;
}

unsigned ratios_version(void)
{
	return RATIOS_VERSION;
}

double ratios_yes(const struct ratios *r, uint8_t cause, uint8_t evidence)
{
	must(cause < CAUSE_COUNT && evidence < EVIDENCE_COUNT);
	const struct ratio *one = &r->at[cause][evidence];
	double expert = one->expert > 0 ? one->expert : r->usual[evidence];
	double weight = one->weight > 0 ? one->weight : RATIO_WEIGHT;
	double p = (one->yes + weight * expert) / (one->answered + weight);
	return p < RATIO_LEAST ? RATIO_LEAST : p > 1 - RATIO_LEAST ? 1 - RATIO_LEAST : p;
}
