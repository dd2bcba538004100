// SPDX-License-Identifier: ISC
// A made-up stretch of time in which everything fails, but nothing together: servers and services of many countries on
// their own, observers, collectors, peers, single routes; and one country that really goes, so that silence is no proof of
// blindness. Runs it through the pipeline and counts what was raised.
#pragma once

#include <stdint.h>
#include <stdio.h>

struct peace {
	uint32_t days, entities; // wanted
	uint64_t seed;
	FILE *says; // where what is false is named; null: nowhere
	// what came of it
	uint64_t observations;
	uint32_t services;			    // incidents of single services and machines
	uint32_t outages;			    // of scope total or partial that nothing caused
	uint32_t concurrent, partly;		    // verdicts that nothing caused
	uint32_t blind_observers, blind_collectors; // spans
	uint32_t observer_faults, collector_faults; // that there were
	uint32_t machine_failures;
	uint32_t truths_found; // of the one outage there was: total, concurrent, begun and ended in time
};

void peace_run(struct peace *p);
