// SPDX-License-Identifier: ISC
// A year of a hundred countries in which nothing fails together (tests/month/peace.h): how often is an outage raised that
// was none? Goals: at most 2, and at most 1 in 100 entity-years. Hours of one core; names what is false as it ends, then
// prints one line of JSON. Status 1 if a goal is missed. Built with tests/month/peace.c.
// usage: year [DAYS [ENTITIES [SEED]]]
#include "../tests/month/peace.h"

#include <stdlib.h>
#include <time.h>

static uint64_t number(int argc, char **argv, int which, uint64_t usual)
{
	return argc > which ? strtoull(argv[which], NULL, 10) : usual;
}

int main(int argc, char **argv)
{
	struct peace p = {
		.days = (uint32_t)number(argc, argv, 1, 365),
		.entities = (uint32_t)number(argc, argv, 2, 100),
		.seed = number(argc, argv, 3, (uint64_t)time(NULL)),
		.says = stderr,
	};
	fprintf(stderr, "seed %llu\n", (unsigned long long)p.seed);
	peace_run(&p);
	double years = p.days / 365.0 * p.entities, each = (double)p.outages * 100 / years;
	printf("{\"seed\":%llu,\"days\":%u,\"entities\":%u,\"observations\":%llu,\"machine_failures\":%u,"
	       "\"observer_faults\":%u,\"collector_faults\":%u,\"service_incidents\":%u,\"false_outages\":%u,"
	       "\"false_per_100_entity_years\":%.2f,\"false_concurrent\":%u,\"false_partly_concurrent\":%u,"
	       "\"true_outage_found\":%s}\n",
	       (unsigned long long)p.seed, p.days, p.entities, (unsigned long long)p.observations, p.machine_failures,
	       p.observer_faults, p.collector_faults, p.services, p.outages, each, p.concurrent, p.partly,
	       p.truths_found == 1 ? "true" : "false");
	return p.outages > 2 || each > 1 || p.concurrent || p.truths_found != 1;
}
