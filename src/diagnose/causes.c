// SPDX-License-Identifier: ISC
// DOC: priors. The public label sets tell how often causes are *reported* (of 244 labelled: ordered 102, exams 64, cable 40, power
// 15, equipment and routing 9, weather 5), which is not how often they happen: orders are counted by those who campaign against
// them, one flood in seven years is no rate. So the priors are our own, flatter than those counts, and what depends on the context is
// in a table of its own. Every verdict shows what a prior three times smaller and larger would make of it.
#include "diagnose/causes.h"

#include "base/must.h"

#include "diagnose/diagnose.h"

#include <string.h>

static const struct cause_row causes_rows[CAUSE_COUNT] = {
	[CAUSE_NETWORK_STRESS] = {"network-stress", "network stress",
				  "More traffic arrived than the links or the machines could carry.",
				  "an overload such as a DDoS attack would look like this"},
	[CAUSE_POWER] = {"power", "power", "Machines lost their electricity, at one site or over a grid.",
			 "a power cut would look like this"},
	[CAUSE_CABLE] = {"cable", "cable or transit", "A physical path or the transit behind it broke.",
			 "a cut cable or a provider that failed would look like this"},
	[CAUSE_MISCONFIGURATION] = {"misconfiguration", "botched change",
				    "A change of configuration or software went wrong.",
				    "a mistake in an update would look like this"},
	[CAUSE_ORDERED_SHUTDOWN] = {"ordered-shutdown", "ordered shutdown",
				    "Routers were told to stop carrying traffic, and did so in good order.",
				    "an Internet shutdown or kill switch would look like this"},
	[CAUSE_HIJACK_OR_LEAK] = {"hijack-or-leak", "hijack or leak",
				  "Another network announced the addresses, or passed routes on that it should not.",
				  "a BGP hijack or a route leak would look like this"},
	[CAUSE_SERVICE_FAILURE] = {"service-failure", "service failure",
				   "Single servers failed, each for itself; the network around them did not.",
				   "sites or servers that crashed would look like this"},
	[CAUSE_DISASTER] = {"disaster", "disaster",
			    "An earthquake, storm, flood or fire destroyed what carries traffic.",
			    "an earthquake, a storm or a flood would look like this"},
	[CAUSE_MAINTENANCE] = {"maintenance", "maintenance", "Planned work took links out of use and put them back.",
			       "planned work would look like this"},
	[CAUSE_PREFIX_MIGRATION] = {"prefix-migration", "prefix migration",
				    "Addresses moved to another network; their users were away for a moment at most.",
				    "a change of provider would look like this"},
	[CAUSE_MEASUREMENT_ARTEFACT] = {"measurement-artefact", "measurement artefact",
					"We were blind: what failed was on our side.",
					"a fault of our own measuring would look like this"},
};

struct context_row { // multiplies a prior where it holds
	bool (*holds)(const struct diagnose_input *in);
	uint8_t cause;
	enum diagnose_decision factor;
};

static bool causes_service_only(const struct diagnose_input *in)
{
	return in->incident->story.scope == SCOPE_SERVICE;
}

static bool causes_whole(const struct diagnose_input *in)
{
	return in->incident->story.scope == SCOPE_TOTAL;
}

// One or two networks behind few upstreams: one thing that fails takes all of it.
static bool causes_small(const struct diagnose_input *in)
{
	const struct entity *e = in->entity;
	return e && e->asn_count > 0 && (double)e->asn_count <= diagnose_value(in->decisions, PRIOR_SMALL_NETWORKS);
}

// Nothing but a series that others publish: what is published is of the kind that public labels tell of. Factors: square roots of
// the shares in those labels (of 244: ordered 166, cable 40, power 15, equipment and routing 9, weather 5) over the priors above.
static bool causes_published(const struct diagnose_input *in)
{
	const struct incident *n = in->incident;
	bool only = n->story.signal_count > 0;
	for (size_t i = 0; i < n->story.signal_count; i++)
		only &= n->story.signals[i].signal == SIGNAL_SERIES;
	return only;
}

_Static_assert(PRIOR_MEASUREMENT_ARTEFACT - PRIOR_NETWORK_STRESS == CAUSE_MEASUREMENT_ARTEFACT - CAUSE_NETWORK_STRESS,
	       "priors stand in the order of enum cause");

static const struct context_row causes_contexts[] = {
	{causes_published, CAUSE_ORDERED_SHUTDOWN, PRIOR_PUBLISHED_ORDERED},
	{causes_published, CAUSE_CABLE, PRIOR_PUBLISHED_CABLE},
	{causes_published, CAUSE_POWER, PRIOR_PUBLISHED_POWER},
	{causes_published, CAUSE_MISCONFIGURATION, PRIOR_PUBLISHED_MISCONFIGURATION},
	{causes_published, CAUSE_NETWORK_STRESS, PRIOR_PUBLISHED_STRESS},
	{causes_published, CAUSE_SERVICE_FAILURE, PRIOR_PUBLISHED_SERVICE},
	{causes_service_only, CAUSE_SERVICE_FAILURE, PRIOR_SERVICE_SERVICE},
	{causes_service_only, CAUSE_ORDERED_SHUTDOWN, PRIOR_SERVICE_ORDERED},
	{causes_service_only, CAUSE_CABLE, PRIOR_SERVICE_CABLE},
	{causes_whole, CAUSE_SERVICE_FAILURE, PRIOR_WHOLE_SERVICE},
	{causes_whole, CAUSE_PREFIX_MIGRATION, PRIOR_WHOLE_MIGRATION},
	{causes_small, CAUSE_NETWORK_STRESS, PRIOR_SMALL_STRESS},
};

const struct cause_row *cause_row(uint8_t cause)
{
	must(cause < CAUSE_COUNT);
	return &causes_rows[cause];
}

int cause_of(const char *word)
{
	must(word);
	for (int c = 0; c < CAUSE_COUNT; c++)
		if (strcmp(causes_rows[c].word, word) == 0)
			return c;
	return -1;
}

double cause_prior(const struct decisions *d, uint8_t cause)
{
	must(cause < CAUSE_COUNT);
	return diagnose_value(d, (enum diagnose_decision)(PRIOR_NETWORK_STRESS + cause));
}

void diagnose_prior(const struct diagnose_input *in, double ret[CAUSE_COUNT])
{
	double sum = 0;
	for (int c = 0; c < CAUSE_COUNT; c++)
		ret[c] = cause_prior(in->decisions, (uint8_t)c);
	for (size_t i = 0; i < sizeof(causes_contexts) / sizeof(*causes_contexts); i++)
		if (causes_contexts[i].holds(in))
			ret[causes_contexts[i].cause] *= diagnose_value(in->decisions, causes_contexts[i].factor);
	for (int c = 0; c < CAUSE_COUNT; c++)
		sum += ret[c];
	for (int c = 0; c < CAUSE_COUNT; c++)
		ret[c] /= sum;
}
