// SPDX-License-Identifier: ISC
// Features of an incident, their cosine, linking by it, and the excess over a Poisson rate of the past.
#include "incident/campaign.h"

#include "base/must.h"
#include "base/text.h"
#include "incident/likelihood.h"

#include <string.h>
#include <time.h>

// DOC: Every feature is scaled to [-1, 1] around what says nothing, and weighted by how much of an incident's nature it
// shows: which signals moved (1 each), the order of each pair of them (1 in all), lead on the scale of the hold time (1),
// shape (1), scope (1), duration from 2.5 minutes to a day (0.5), time of day (0.5). A signal that one of the two could not
// see is left out. Cosine at or above campaign.similarity within campaign.gap_days links two; links add up.

#define PAST_DAYS 180	  // own choice: the rate is that of so long before; the excess is not told yet
#define EXCESS_P  1e-3	  // own choice; likewise
#define DAY_S	  86400.0 // the calendar

struct cosine {
	double product, a, b;
	size_t known;
};

static void campaign_feature(struct cosine *c, double weight, double a, double b)
{
	c->product += weight * a * b;
	c->a += weight * a * a;
	c->b += weight * b * b;
	c->known++;
}

static double campaign_unit(double x)
{
	return x > -1 ? (x < 1 ? x : 1) : -1; // a NaN becomes -1
}

static double campaign_moved(const struct campaign_incident *n, int signal)
{
	return n->moved >> signal & 1 ? 1 : -1;
}

static double campaign_pair_order(const struct campaign_incident *n, int s, int t)
{
	if (!(n->moved >> s & n->moved >> t & 1))
		return 0;
	return n->order_group[s] < n->order_group[t] ? -1 : n->order_group[s] > n->order_group[t];
}

static void campaign_signal_features(struct cosine *c, const struct campaign_incident *a,
				     const struct campaign_incident *b)
{
	uint32_t both = a->watched & b->watched;
	int count = __builtin_popcount(both & ((1u << SIGNAL_COUNT) - 1));
	double pairs = count > 1 ? (count - 1) * count / 2.0 : 1;
	for (int s = 0; s < SIGNAL_COUNT; s++) {
		if (!(both >> s & 1) || !((a->moved | b->moved) >> s & 1))
			continue;
		campaign_feature(c, 1, campaign_moved(a, s), campaign_moved(b, s));
		for (int t = s + 1; t < SIGNAL_COUNT; t++)
			if (both >> t & 1)
				campaign_feature(c, 1 / pairs, campaign_pair_order(a, s, t),
						 campaign_pair_order(b, s, t));
	}
}

static double campaign_lead_of(const struct decisions *v, const struct campaign_incident *n)
{
	return tanh(n->lead_s / (n->hold_time_s > 0 ? n->hold_time_s : incident_value(v, CAMPAIGN_HOLD_S)));
}

static double campaign_duration_of(const struct campaign_incident *n)
{
	double hours = instant_gap_s(n->start, n->end) / 3600;
	return hours > 0 ? campaign_unit(log(hours) / log(24)) : -1;
}

// Angle of the start on the clock of a day.
static double campaign_angle_of(const struct campaign_incident *n)
{
	double second = fmod((double)instant_seconds(n->start), DAY_S);
	return second / DAY_S * 2 * M_PI;
}

double campaign_similarity(const struct decisions *v, const struct campaign_incident *a,
			   const struct campaign_incident *b)
{
	struct cosine c = {0};
	double full = incident_value(v, CAMPAIGN_SHAPE_FULL);
	campaign_signal_features(&c, a, b);
	if (a->has_lead && b->has_lead)
		campaign_feature(&c, 1, campaign_unit(campaign_lead_of(v, a)), campaign_unit(campaign_lead_of(v, b)));
	if (a->has_shape && b->has_shape)
		campaign_feature(&c, 1, campaign_unit(a->log10_shape_bf / full),
				 campaign_unit(b->log10_shape_bf / full));
	if (a->has_scope && b->has_scope)
		campaign_feature(&c, 1, campaign_unit(2 * a->fraction_down - 1),
				 campaign_unit(2 * b->fraction_down - 1));
	bool dated = instant_known(a->start) && instant_known(b->start);
	if (dated && instant_known(a->end) && instant_known(b->end))
		campaign_feature(&c, 0.5, campaign_duration_of(a), campaign_duration_of(b));
	if ((double)c.known < incident_value(v, CAMPAIGN_KNOWN))
		return 0;
	if (dated) {
		campaign_feature(&c, 0.5, cos(campaign_angle_of(a)), cos(campaign_angle_of(b)));
		campaign_feature(&c, 0.5, sin(campaign_angle_of(a)), sin(campaign_angle_of(b)));
	}
	double length = sqrt(c.a * c.b);
	return length > 0 ? campaign_unit(c.product / length) : 0;
}

static bool campaign_linked(const struct decisions *v, const struct campaign_incident *a,
			    const struct campaign_incident *b)
{
	if (!instant_known(a->start) || !instant_known(b->start))
		return false;
	struct instant end = instant_known(a->end) && a->end.ns > a->start.ns ? a->end : a->start;
	return a->entity == b->entity && instant_gap_s(end, b->start) <= incident_value(v, CAMPAIGN_GAP) * DAY_S &&
	       campaign_similarity(v, a, b) >= incident_value(v, CAMPAIGN_ALIKE);
}

// Until the campaigns are numbered, of[i] names the first incident of i's group.
static void campaign_groups_merge(size_t *of, size_t count, size_t a, size_t b)
{
	size_t low = of[a] < of[b] ? of[a] : of[b], high = of[a] < of[b] ? of[b] : of[a];
	for (size_t i = 0; i < count; i++)
		if (of[i] == high)
			of[i] = low;
}

static void campaign_excess_find(const struct campaign_list *list, struct campaign *c)
{
	const struct campaign_incident *incidents = list->at;
	struct instant watched_since = list->watched_since;
	struct instant first = incidents[c->first].start;
	struct instant from = instant_after(first, (int64_t)(-PAST_DAYS * DAY_S) * NS_PER_S);
	if (instant_known(watched_since) && watched_since.ns > from.ns)
		from = watched_since.ns < first.ns ? watched_since : first;
	size_t before = 0;
	for (size_t i = 0; i < c->first; i++)
		before += incidents[i].entity == incidents[c->first].entity && incidents[i].start.ns >= from.ns;
	double days = instant_gap_s(from, first) / DAY_S;
	double span = fmax(instant_gap_s(first, incidents[c->last].start) / DAY_S, 1);
	c->expected = ((double)before + 0.5) / (days + 1) * span;
	c->p = exp(log_tail_poisson(c->expected, c->count - 1));
	c->excess = c->p < EXCESS_P;
}

static uint32_t campaign_number_of(const struct campaign_incident *incidents, const struct campaign *campaigns,
				   size_t count, size_t first)
{
	uint32_t number = 1;
	int64_t day = instant_seconds(incidents[first].start) / 86400;
	for (size_t i = 0; i < count; i++) {
		const struct campaign_incident *other = &incidents[campaigns[i].first];
		number += other->entity == incidents[first].entity && instant_seconds(other->start) / 86400 == day;
	}
	return number;
}

// From groups named by their first incident to campaigns; a group of one is none.
static size_t campaign_groups_number(const struct campaign_incident *incidents, size_t count, size_t *of,
				     struct campaign *ret)
{
	size_t campaigns = 0;
	for (size_t first = 0; first < count; first++) {
		struct campaign c = {.first = first};
		for (size_t i = first; of[first] == first && i < count; i++)
			if (of[i] == first) {
				c.count++;
				c.last = i;
			}
		if (c.count < 2)
			continue;
		c.number = campaign_number_of(incidents, ret, campaigns, first);
		ret[campaigns++] = c;
	}
	for (size_t i = 0; i < count; i++) {
		size_t first = of[i], k = 0;
		while (k < campaigns && ret[k].first != first)
			k++;
		of[i] = k < campaigns ? k : CAMPAIGN_NONE;
	}
	return campaigns;
}

size_t campaign_find(const struct campaign_list *incidents, size_t *ret_of, struct campaign *ret)
{
	const struct campaign_incident *at = incidents->at;
	size_t count = incidents->count;
	for (size_t i = 0; i < count; i++)
		ret_of[i] = i;
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (ret_of[i] != ret_of[k] && campaign_linked(incidents->decisions, &at[k], &at[i]))
				campaign_groups_merge(ret_of, i + 1, k, i);
	size_t campaigns = campaign_groups_number(at, count, ret_of, ret);
	for (size_t i = 0; i < campaigns; i++)
		campaign_excess_find(incidents, &ret[i]);
	return campaigns;
}

void campaign_id(const char *entity_id, struct instant first_start, uint32_t number, char *ret, size_t size)
{
	must(entity_id);
	const char *slash = strchr(entity_id, '/');
	time_t s = (time_t)instant_seconds(first_start);
	struct tm tm = {0};
	char day[16] = "";
	if (gmtime_r(&s, &tm))
		strftime(day, sizeof(day), "%Y%m%d", &tm);
	struct text t = {0};
	text_printf(&t, "%s%s-campaign-%s", strncmp(entity_id, "asn/", 4) == 0 ? "AS" : "",
		    slash ? slash + 1 : entity_id, day);
	if (number > 1)
		text_printf(&t, "-%u", number);
	size_t length = t.length < size ? t.length : size - (size > 0);
	memcpy(ret, text_string(&t), length);
	if (size)
		ret[length] = '\0';
	text_free(&t);
}
