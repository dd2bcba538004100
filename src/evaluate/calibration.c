// SPDX-License-Identifier: ISC
// Labelled incidents of recordings, each with the groups that it is left out with.
#include "evaluate/calibration.h"

#include "base/alloc.h"
#include "diagnose/causes.h"
#include "diagnose/diagnose.h"
#include "evaluate/score.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define LABEL_MAX 256

static uint32_t calibration_number_of(struct calibration_names *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->at[i], name) == 0)
			return (uint32_t)i;
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count] = alloc_copy(name);
	return (uint32_t)l->count++;
}

// The variation without its hold time: "dual-90-v6" is the topology "dual-v6".
static void calibration_topology_of(const char *variation, char *ret, size_t size)
{
	size_t n = 0;
	while (*variation && n + 1 < size) {
		size_t digits = 0;
		while (*variation == '-' && isdigit((unsigned char)variation[1 + digits]))
			digits++;
		bool number = digits && (!variation[1 + digits] || variation[1 + digits] == '-');
		if (number)
			variation += 1 + digits;
		else
			ret[n++] = *variation++;
	}
	ret[n] = '\0';
}

static uint32_t calibration_bits_of(const struct truth_words *w)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < w->n; i++) {
		int cause = cause_of(w->at[i]);
		bits |= cause >= 0 ? 1u << cause : 0;
	}
	return bits;
}

static void calibration_case_add(struct calibration *c, const struct truth *truth, const struct score_outage *o,
				 const struct entity_list *entities)
{
	char name[LABEL_MAX], topology[LABEL_MAX];
	const char *scenario = truth->scenario ? truth->scenario : "?",
		   *variation = truth->variation ? truth->variation : "?";
	int cause = o->truth->cause ? cause_of(o->truth->cause) : -1;
	if (cause < 0 || !o->found)
		return;
	alloc_grow((void **)&c->cases, c->count, &c->capacity, sizeof(*c->cases));
	struct calibrate_case *one = &c->cases[c->count++];
	const struct incident *n = o->found;
	*one = (struct calibrate_case){
		.coverage = n->facts.witness.coverage,
		.truth = (uint8_t)cause,
		.acceptable = calibration_bits_of(&o->truth->acceptable) | 1u << cause,
		.ruled_out = calibration_bits_of(&o->truth->not ),
	};
	memcpy(one->findings, n->verdict.findings, sizeof(one->findings));
	diagnose_prior(&(struct diagnose_input){.incident = n, .entity = &entities->at[n->story.entity]}, one->prior);
	snprintf(name, sizeof(name), "%s %s", scenario, variation);
	calibration_topology_of(variation, topology, sizeof(topology));
	one->group[GROUP_VARIATION] = calibration_number_of(&c->groups[GROUP_VARIATION], name);
	one->group[GROUP_TOPOLOGY] = calibration_number_of(&c->groups[GROUP_TOPOLOGY], topology);
	one->group[GROUP_WAY] = calibration_number_of(&c->groups[GROUP_WAY], scenario);
}

void calibration_add(struct calibration *c, const struct truth *truth, const struct incident_list *incidents,
		     const struct entity_list *entities)
{
	size_t before = c->count;
	struct score score = score_recording(truth, incidents, entities);
	for (size_t i = 0; i < score.count; i++)
		calibration_case_add(c, truth, &score.outages[i], entities);
	score_free(&score);
	c->recordings++;
	c->without += c->count == before;
}

void calibration_fit(const struct calibration *c, struct ratios *ret_fitted, struct text *document)
{
	struct calibrate_report reports[GROUP_COUNT];
	*ret_fitted = *ratios_shipped();
	for (int kind = 0; kind < GROUP_COUNT; kind++)
		calibrate_cross(c->cases, c->count, (enum calibrate_group)kind, ratios_shipped(), &reports[kind]);
	calibrate_fit(c->cases, c->count, GROUP_COUNT, 0, ret_fitted);
	calibration_document(c, reports, ret_fitted, document);
}

void calibration_free(struct calibration *c)
{
	for (int k = 0; k < GROUP_COUNT; k++) {
		for (size_t i = 0; i < c->groups[k].count; i++)
			free(c->groups[k].at[i]);
		free(c->groups[k].at);
	}
	free(c->cases);
	*c = (struct calibration){0};
}
