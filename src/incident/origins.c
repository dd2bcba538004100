// SPDX-License-Identifier: ISC
// More-specific prefixes and new origins among the route events of an entity, and who carried them.
#include "incident/origins.h"

#include "base/alloc.h"

#include <stdlib.h>

#define NEWS_MAX 4096 // distinct (prefix, origin) pairs looked at per entity: memory, counted when it is reached

struct carrier {
	uint32_t peer;
	bool withdrew;
};

struct origins_news {
	uint32_t prefix, origin, expected;
	bool more_specific;
	struct instant first, last_withdrawn;
	struct carrier *carriers; // peers that announced it
	size_t carrier_count, carrier_capacity;
};

struct news_list {
	struct limits *limits;
	struct origins_news *at;
	size_t n, capacity;
};

static struct origins_news *origins_news_of(struct news_list *l, const struct route_log_event *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].prefix == e->prefix && l->at[i].origin == e->asn)
			return &l->at[i];
	if (l->n >= NEWS_MAX) {
		limits_reach(l->limits, LIMIT_ORIGIN_EVENTS);
		return NULL;
	}
	alloc_grow((void **)&l->at, l->n, &l->capacity, sizeof(*l->at));
	l->at[l->n] =
		(struct origins_news){.prefix = e->prefix, .origin = e->asn, .expected = e->other, .first = e->time};
	l->at[l->n].more_specific = e->kind == ROUTE_LOG_MORE_SPECIFIC;
	l->at[l->n].last_withdrawn = INSTANT_NONE;
	return &l->at[l->n++];
}

static struct carrier *origins_carrier_of(const struct origins_news *n, uint32_t peer)
{
	for (size_t i = 0; i < n->carrier_count; i++)
		if (n->carriers[i].peer == peer)
			return &n->carriers[i];
	return NULL;
}

static void origins_carrier_add(struct origins_news *n, uint32_t peer)
{
	struct carrier *held = origins_carrier_of(n, peer);
	if (held) {
		held->withdrew = false;
		return;
	}
	alloc_grow((void **)&n->carriers, n->carrier_count, &n->carrier_capacity, sizeof(*n->carriers));
	n->carriers[n->carrier_count++] = (struct carrier){peer, false};
}

static void origins_carrier_withdraws(struct origins_news *n, const struct route_log_event *e)
{
	struct carrier *held = n->prefix == e->prefix ? origins_carrier_of(n, e->peer) : NULL;
	if (!held || held->withdrew)
		return;
	held->withdrew = true;
	n->last_withdrawn = e->time;
}

// All that carried it have withdrawn it.
static bool origins_gone(const struct origins_news *n)
{
	for (size_t i = 0; i < n->carrier_count; i++)
		if (!n->carriers[i].withdrew)
			return false;
	return true;
}

// Once a new more-specific is known, later peers' first announcements of it are no longer a "first sight" but a new
// path: they count as carriers all the same.
static void origins_news_gather(struct news_list *l, const struct route_log_event *events, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct route_log_event *e = &events[i];
		if (e->kind == ROUTE_LOG_MORE_SPECIFIC || e->kind == ROUTE_LOG_NEW_ORIGIN) {
			struct origins_news *news = origins_news_of(l, e);
			if (news)
				origins_carrier_add(news, e->peer);
			continue;
		}
		for (size_t k = 0; e->kind == ROUTE_LOG_WITHDRAWN && k < l->n; k++)
			origins_carrier_withdraws(&l->at[k], e);
	}
}

static bool origins_own_network(const struct entity *e, uint32_t asn)
{
	for (size_t i = 0; i < e->asn_count; i++)
		if (e->asns[i] == asn)
			return true;
	return false;
}

static bool origins_full_feed(const struct routing *r, uint32_t peer, uint8_t family)
{
	const struct health_peer *p = routing_peer(r, peer);
	return p && p->why[family == FAMILY_V6] == HEALTH_COUNTS;
}

// Full-feed networks that carried it.
static uint32_t origins_networks_of(const struct routing *r, const struct origins_news *n, uint8_t family)
{
	const struct routing *t = r;
	uint32_t count = 0;
	for (size_t i = 0; i < n->carrier_count; i++) {
		uint32_t peer = n->carriers[i].peer;
		bool counts = origins_full_feed(r, peer, family);
		for (size_t k = 0; k < i && counts; k++)
			counts = routing_peer_asn(t, n->carriers[k].peer) != routing_peer_asn(t, peer) ||
				 !origins_full_feed(r, n->carriers[k].peer, family);
		count += counts;
	}
	return count;
}

static double origins_share_of(const struct routing *r, uint32_t entity, const struct prefix *p)
{
	uint64_t own = routing_slash24_own(r, entity);
	if (p->family != FAMILY_V4 || !own)
		return 0;
	double units = p->length >= 24 ? 1.0 / (double)(1u << (p->length - 24)) : (double)(1u << (24 - p->length));
	return units > (double)own ? 1 : units / (double)own;
}

struct origin_events origins_find(const struct decisions *v, const struct routing *r,
				  const struct entity_list *entities, uint32_t entity, struct limits *limits)
{
	size_t n, capacity = 0;
	struct origin_events found = {0};
	double share = incident_value(v, ORIGIN_SHARE);
	if (!routing_logged(r))
		return found;
	const struct route_log_event *events = routing_events(r, entity, &n);
	struct news_list list = {.limits = limits};
	origins_news_gather(&list, events, n);
	for (size_t i = 0; i < list.n; i++) {
		const struct origins_news *news = &list.at[i];
		const struct prefix *p = routing_prefix(r, news->prefix);
		uint32_t networks = origins_networks_of(r, news, p->family), of = routing_networks(r, p->family);
		bool carried = of >= incident_value(v, ORIGIN_NETWORKS_MIN) && networks >= share * of;
		if (!carried || origins_own_network(&entities->at[entity], news->origin))
			continue;
		alloc_grow((void **)&found.at, found.count, &capacity, sizeof(*found.at));
		found.at[found.count++] = (struct origin_event){
			.origin = {.prefix = *p,
				   .more_specific = news->more_specific,
				   .origin = news->origin,
				   .expected = news->expected,
				   .first = news->first,
				   .gone = origins_gone(news) ? news->last_withdrawn : INSTANT_NONE,
				   .networks = networks,
				   .of_networks = of},
			.share = origins_share_of(r, entity, p),
		};
	}
	for (size_t i = 0; i < list.n; i++)
		free(list.at[i].carriers);
	free(list.at);
	return found;
}
