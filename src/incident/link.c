// SPDX-License-Identifier: ISC
// Turns incidents into the features that campaign.h and precedent.h compare.
#include "incident/link.h"

#include "base/alloc.h"
#include "incident/campaign.h"

#include <stdlib.h>
#include <string.h>

#define PAST_MAX 256 // outages before this one that it is compared with, the newest

// A single service that fails is not what campaigns are made of, nor what an outage is compared with.
static bool outage(const struct incident *n)
{
	return n->scope != SCOPE_SERVICE;
}

static uint32_t moved_of(const struct incident *n)
{
	uint32_t moved = 0;
	for (size_t i = 0; i < n->signal_count; i++)
		moved |= 1u << n->signals[i].signal;
	return moved;
}

static uint32_t watched_of(const struct link_input *in, uint32_t moved)
{
	uint32_t watched = moved;
	for (uint32_t s = 0; s < SIGNAL_COUNT; s++)
		watched |=
			(in->routes && s == SIGNAL_ROUTES) || (in->probes && (s == SIGNAL_LOSS || s == SIGNAL_LATENCY))
				? 1u << s
				: 0;
	return watched;
}

static void features_of(const struct link_input *in, const struct incident *n, struct campaign_incident *ret)
{
	uint32_t moved = moved_of(n);
	*ret = (struct campaign_incident){
		.entity = n->entity,
		.start = n->start.best,
		.end = n->end.best,
		.watched = watched_of(in, moved),
		.moved = moved,
		.has_lead = n->precedence.has_lead,
		.lead_s = n->precedence.lead_best,
		.hold_time_s = in->hold_time_s,
		.has_shape = n->precedence.has_shape,
		.log10_shape_bf = n->precedence.log10_shape_bf,
		.has_scope = true,
		.fraction_down = n->fraction_down,
	};
	for (size_t i = 0; i < n->signal_count; i++)
		if (n->order_group[i] != UINT8_MAX)
			ret->order_group[n->signals[i].signal] = n->order_group[i];
		else
			ret->moved &= ~(1u << n->signals[i].signal);
}

static void campaigns(const struct link_input *in, struct incident_list *list, uint32_t entity)
{
	struct campaign_incident *features = alloc_zero(list->count, sizeof(*features));
	size_t *of = alloc_zero(list->count, sizeof(*of)), *place = alloc_zero(list->count, sizeof(*place)), count = 0;
	struct campaign *found = alloc_zero(list->count, sizeof(*found));
	for (size_t i = 0; i < list->count; i++) {
		if (list->at[i].entity != entity || !outage(&list->at[i]))
			continue;
		features_of(in, &list->at[i], &features[count]);
		place[count++] = i;
	}
	campaign_find(features, count, in->watched_since, of, found);
	for (size_t i = 0; i < count; i++) {
		struct incident *n = &list->at[place[i]];
		n->campaign[0] = '\0';
		if (of[i] == CAMPAIGN_NONE)
			continue;
		const struct campaign *c = &found[of[i]];
		campaign_id(in->entities->at[n->entity].id, list->at[place[c->first]].start.best, c->number,
			    n->campaign, sizeof(n->campaign));
	}
	free(features);
	free(of);
	free(place);
	free(found);
}

static void facts_of(const struct link_input *in, const struct incident *n, struct precedent_facts *ret)
{
	uint32_t moved = moved_of(n);
	*ret = (struct precedent_facts){
		.moved = moved,
		.still = watched_of(in, moved) & ~moved,
		.start = n->start.best,
		.start_uncertainty_s = instant_gap_s(n->start.from, n->start.to) / 2,
		.duration_s = instant_known(n->end.best) ? instant_gap_s(n->start.best, n->end.best) : 0,
		.fraction_down = n->fraction_down,
	};
	for (size_t i = 0; i < n->signal_count; i++)
		if (n->order_group[i] < PRECEDENT_STEPS)
			ret->order[n->order_group[i]] |= 1u << n->signals[i].signal;
	for (size_t i = 0; i < n->recovery_count; i++)
		if (n->recovery[i].rank < PRECEDENT_STEPS)
			ret->recovery[n->recovery[i].rank] |= 1u << n->recovery[i].signal;
}

// Precedents, then the last outages before this one; `facts` has room for both, the precedents are in it.
static void similar(const struct link_input *in, struct incident_list *list, size_t which,
		    struct precedent_facts *facts)
{
	struct incident *n = &list->at[which];
	struct precedent_facts subject;
	struct precedent_match match[PRECEDENT_NEAREST];
	size_t past[PAST_MAX] = {0}, pasts = 0;
	for (size_t i = which; outage(n) && i-- > 0 && pasts < PAST_MAX;)
		if (list->at[i].entity == n->entity && outage(&list->at[i]))
			past[pasts++] = i;
	for (size_t i = 0; i < pasts; i++)
		facts_of(in, &list->at[past[i]], &facts[in->known_count + i]);
	facts_of(in, n, &subject);
	n->similar_count = 0;
	size_t count = precedent_similar(&subject, facts, in->known_count + pasts, match);
	for (size_t i = 0; i < count && i < INCIDENT_SIMILAR_MAX; i++) {
		const char *id = match[i].index < in->known_count ? in->known[match[i].index].id
								  : list->at[past[match[i].index - in->known_count]].id;
		struct incident_similar *s = &n->similar[n->similar_count++];
		size_t length = strlen(id);
		length = length < sizeof(s->id) ? length : sizeof(s->id) - 1;
		memcpy(s->id, id, length);
		s->id[length] = '\0';
		s->similarity = match[i].similarity;
	}
}

void link_incidents(const struct link_input *in, struct incident_list *list, uint32_t entity)
{
	if (!list->count)
		return;
	campaigns(in, list, entity);
	struct precedent_facts *facts = alloc_zero(in->known_count + PAST_MAX, sizeof(*facts));
	for (size_t i = 0; i < in->known_count; i++)
		facts[i] = in->known[i].facts;
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].entity == entity)
			similar(in, list, i, facts);
	free(facts);
}
