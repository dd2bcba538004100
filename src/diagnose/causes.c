// SPDX-License-Identifier: ISC
// DOC: priors. The public label sets tell how often causes are *reported* (of 244 labelled: ordered 102, exams 64, cable 40, power
// 15, equipment and routing 9, weather 5), which is not how often they happen: orders are counted by those who campaign against
// them, one flood in seven years is no rate. So the priors are our own, flatter than those counts, and what depends on the context is
// in a table of its own. Every verdict shows what a prior three times smaller and larger would make of it.
#include "diagnose/causes.h"

#include "diagnose/diagnose.h"

#include <string.h>

static const struct cause_row rows[CAUSE_COUNT] = {
	[CAUSE_NETWORK_STRESS] = {"network-stress", "network stress",
				  "More traffic arrived than the links or the machines could carry.", 0.12, "own"},
	[CAUSE_POWER] = {"power", "power", "Machines lost their electricity, at one site or over a grid.", 0.18, "own"},
	[CAUSE_CABLE] = {"cable", "cable or transit", "A physical path or the transit behind it broke.", 0.14, "own"},
	[CAUSE_MISCONFIGURATION] = {"misconfiguration", "botched change",
				    "A change of configuration or software went wrong.", 0.16, "own"},
	[CAUSE_ORDERED_SHUTDOWN] = {"ordered-shutdown", "ordered shutdown",
				    "Routers were told to stop carrying traffic, and did so in good order.", 0.14,
				    "own"},
	[CAUSE_HIJACK_OR_LEAK] = {"hijack-or-leak", "hijack or leak",
				  "Another network announced the addresses, or passed routes on that it should not.",
				  0.04, "own"},
	[CAUSE_SERVICE_FAILURE] = {"service-failure", "service failure",
				   "Single servers failed, each for itself; the network around them did not.", 0.10,
				   "own"},
	[CAUSE_DISASTER] = {"disaster", "disaster",
			    "An earthquake, storm, flood or fire destroyed what carries traffic.", 0.02, "own"},
	[CAUSE_MAINTENANCE] = {"maintenance", "maintenance", "Planned work took links out of use and put them back.",
			       0.05, "own"},
	[CAUSE_PREFIX_MIGRATION] = {"prefix-migration", "prefix migration",
				    "Addresses moved to another network; their users were away for a moment at most.",
				    0.03, "own"},
	[CAUSE_MEASUREMENT_ARTEFACT] = {"measurement-artefact", "measurement artefact",
					"We were blind: what failed was on our side.", 0.05, "own"},
};

struct context_row { // multiplies a prior where it holds
	bool (*holds)(const struct incident *n, const struct entity *entity);
	uint8_t cause;
	double factor;
};

static bool service_only(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	return n->story.scope == SCOPE_SERVICE;
}

static bool whole(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	return n->story.scope == SCOPE_TOTAL;
}

// One or two networks behind few upstreams: one thing that fails takes all of it.
static bool small(const struct incident *n, const struct entity *entity)
{
	(void)n;
	return entity && entity->asn_count > 0 && entity->asn_count <= 2;
}

// Nothing but a series that others publish: what is published is of the kind that public labels tell of. Factors: square roots of
// the shares in those labels (of 244: ordered 166, cable 40, power 15, equipment and routing 9, weather 5) over the priors above.
static bool published(const struct incident *n, const struct entity *entity)
{
	bool only = n->story.signal_count > 0;
	(void)entity;
	for (size_t i = 0; i < n->story.signal_count; i++)
		only &= n->story.signals[i].signal == SIGNAL_SERIES;
	return only;
}

static const struct context_row contexts[] = {
	{published, CAUSE_ORDERED_SHUTDOWN, 2.2},
	{published, CAUSE_CABLE, 1.1},
	{published, CAUSE_POWER, 0.6},
	{published, CAUSE_MISCONFIGURATION, 0.5},
	{published, CAUSE_NETWORK_STRESS, 0.2},
	{published, CAUSE_SERVICE_FAILURE, 0.2},
	{service_only, CAUSE_SERVICE_FAILURE, 6},
	{service_only, CAUSE_ORDERED_SHUTDOWN, 0.3},
	{service_only, CAUSE_CABLE, 0.3},
	{whole, CAUSE_SERVICE_FAILURE, 0.1},
	{whole, CAUSE_PREFIX_MIGRATION, 0.3},
	{small, CAUSE_NETWORK_STRESS, 1.5},
};

const struct cause_row *cause_row(uint8_t cause)
{
	return &rows[cause];
}

int cause_of(const char *word)
{
	for (int c = 0; c < CAUSE_COUNT; c++)
		if (strcmp(rows[c].word, word) == 0)
			return c;
	return -1;
}

void diagnose_prior(const struct incident *n, const struct entity *entity, double ret[CAUSE_COUNT])
{
	double sum = 0;
	for (int c = 0; c < CAUSE_COUNT; c++)
		ret[c] = rows[c].prior;
	for (size_t i = 0; i < sizeof(contexts) / sizeof(*contexts); i++)
		if (contexts[i].holds(n, entity))
			ret[contexts[i].cause] *= contexts[i].factor;
	for (int c = 0; c < CAUSE_COUNT; c++)
		sum += ret[c];
	for (int c = 0; c < CAUSE_COUNT; c++)
		ret[c] /= sum;
}
