// SPDX-License-Identifier: ISC
// Turns incidents into the features that campaign.h and precedent.h compare.
#include "incident/ties.h"

#include "base/alloc.h"
#include "base/must.h"
#include "facts/facts.h"
#include "incident/campaign.h"

#include <stdlib.h>
#include <string.h>

#define PAST_MAX 256 // outages before this one that it is compared with, the newest: memory

// A single service that fails is not what campaigns are made of, nor what an outage is compared with.
static bool ties_outage(const struct incident *n)
{
	return n->story.scope != SCOPE_SERVICE;
}

static uint32_t ties_moved_of(const struct incident *n)
{
	uint32_t moved = 0;
	for (size_t i = 0; i < n->story.signal_count; i++)
		moved |= 1u << n->story.signals[i].signal;
	return moved;
}

static uint32_t ties_watched_of(const struct ties_input *in, uint32_t moved)
{
	uint32_t watched = moved;
	for (uint32_t s = 0; s < SIGNAL_COUNT; s++)
		watched |=
			(in->routes && s == SIGNAL_ROUTES) || (in->probes && (s == SIGNAL_LOSS || s == SIGNAL_LATENCY))
				? 1u << s
				: 0;
	return watched;
}

static void ties_features_of(const struct ties_input *in, const struct incident *n, struct campaign_incident *ret)
{
	uint32_t moved = ties_moved_of(n);
	*ret = (struct campaign_incident){
		.entity = n->story.entity,
		.start = n->story.start.best,
		.end = n->story.end.best,
		.watched = ties_watched_of(in, moved),
		.moved = moved,
		.has_lead = n->story.precedence.has_lead,
		.lead_s = n->story.precedence.lead_best,
		.hold_time_s = in->hold_time_s,
		.has_shape = n->story.precedence.has_shape,
		.log10_shape_bf = n->story.precedence.log10_shape_bf,
		.has_scope = true,
		.fraction_down = n->story.fraction_down,
	};
	for (size_t i = 0; i < n->story.signal_count; i++)
		if (n->story.order_group[i] != UINT8_MAX)
			ret->order_group[n->story.signals[i].signal] = n->story.order_group[i];
		else
			ret->moved &= ~(1u << n->story.signals[i].signal);
}

static void ties_campaigns(const struct ties_input *in, const struct incident_list *list, uint32_t entity,
			   struct ties *ret)
{
	struct campaign_incident *features = alloc_zero(list->count, sizeof(*features));
	size_t *of = alloc_zero(list->count, sizeof(*of)), *place = alloc_zero(list->count, sizeof(*place)), count = 0;
	struct campaign *found = alloc_zero(list->count, sizeof(*found));
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i].story.entity != entity || !ties_outage(&list->at[i]))
			continue;
		ties_features_of(in, &list->at[i], &features[count]);
		place[count++] = i;
	}
	campaign_find(&(struct campaign_list){in->decisions, features, count, in->watched_since}, of, found);
	for (size_t i = 0; i < count; i++) {
		const struct incident *n = &list->at[place[i]];
		struct ties *t = &ret[place[i]];
		if (of[i] == CAMPAIGN_NONE)
			continue;
		const struct campaign *c = &found[of[i]];
		campaign_id(in->entities->at[n->story.entity].id, list->at[place[c->first]].story.start.best, c->number,
			    t->campaign, sizeof(t->campaign));
	}
	free(features);
	free(of);
	free(place);
	free(found);
}

static void ties_facts_of(const struct ties_input *in, const struct incident *n, struct precedent_facts *ret)
{
	uint32_t moved = ties_moved_of(n);
	*ret = (struct precedent_facts){
		.moved = moved,
		.still = ties_watched_of(in, moved) & ~moved,
		.start = n->story.start.best,
		.start_uncertainty_s = instant_gap_s(n->story.start.from, n->story.start.to) / 2,
		.duration_s =
			instant_known(n->story.end.best) ? instant_gap_s(n->story.start.best, n->story.end.best) : 0,
		.fraction_down = n->story.fraction_down,
	};
	for (size_t i = 0; i < n->story.signal_count; i++)
		if (n->story.order_group[i] < PRECEDENT_STEPS)
			ret->order[n->story.order_group[i]] |= 1u << n->story.signals[i].signal;
	for (size_t i = 0; i < n->story.recovery_count; i++)
		if (n->story.recovery[i].rank < PRECEDENT_STEPS)
			ret->recovery[n->story.recovery[i].rank] |= 1u << n->story.recovery[i].signal;
}

// Precedents, then the last outages before this one; `facts` has room for both, the precedents are in it.
static void ties_similar(const struct ties_input *in, const struct incident_list *list, size_t which,
			 struct precedent_facts *facts, struct ties *ret)
{
	const struct incident *n = &list->at[which];
	struct precedent_facts subject;
	struct precedent_match match[PRECEDENT_NEAREST];
	size_t past[PAST_MAX] = {0}, pasts = 0;
	for (size_t i = which; ties_outage(n) && i-- > 0 && pasts < PAST_MAX;)
		if (list->at[i].story.entity == n->story.entity && ties_outage(&list->at[i]))
			past[pasts++] = i;
	for (size_t i = 0; i < pasts; i++)
		ties_facts_of(in, &list->at[past[i]], &facts[in->known_count + i]);
	ties_facts_of(in, n, &subject);
	size_t count = precedent_similar(in->decisions, &subject, facts, in->known_count + pasts, match);
	for (size_t i = 0; i < count && i < INCIDENT_SIMILAR_MAX; i++) {
		const char *id = match[i].index < in->known_count ? in->known[match[i].index].id
								  : list->at[past[match[i].index - in->known_count]].id;
		struct incident_similar *s = &ret->similar[ret->similar_count++];
		size_t length = strlen(id);
		length = length < sizeof(s->id) ? length : sizeof(s->id) - 1;
		memcpy(s->id, id, length);
		s->id[length] = '\0';
		s->similarity = match[i].similarity;
	}
}

void ties_incidents(const struct ties_input *in, struct incident_list *list, uint32_t entity)
{
	must(entity < in->entities->count);
	if (!list->count)
		return;
	struct ties *ties = alloc_zero(list->count, sizeof(*ties)); // by incident; of others than the entity's unused
	struct precedent_facts *facts = alloc_zero(in->known_count + PAST_MAX, sizeof(*facts));
	ties_campaigns(in, list, entity, ties);
	for (size_t i = 0; i < in->known_count; i++)
		facts[i] = in->known[i].facts;
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i].story.entity != entity)
			continue;
		ties_similar(in, list, i, facts, &ties[i]);
		ties[i].past = facts_past(in->decisions, list, i, in->watched_since);
	}
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].story.entity == entity)
			list->at[i].ties = ties[i];
	free(facts);
	free(ties);
}
