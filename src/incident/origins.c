// SPDX-License-Identifier: ISC
// More-specific prefixes and new origins among the route events of an entity: who carried them, until when, and who had no
// route to the right origin meanwhile.
#include "incident/origins.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define NEWS_MAX	 4096 // distinct (prefix, origin) pairs looked at per entity: memory, counted when it is reached
#define ORIGINS_STAMP_NS (2 * NS_PER_S) // stamps of MRT files and settlements are whole seconds each

struct carrier {
	uint32_t peer;
	bool dropped, counts;
	struct instant last; // announcement
};

struct origins_news { // from its first announcement until nobody carries it
	uint32_t prefix, origin, expected;
	bool more_specific;
	uint32_t of; // full-feed networks, the most while it was announced
	struct instant first, last_left;
	struct instant
		last_sure; // drop in the session in which it was announced; others were dropped at some time before
	struct carrier *carriers; // peers that announced it
	size_t carrier_count, carrier_capacity;
};

struct origins_told { // what was told of one prefix, in order
	const struct route_log_event **at;
	size_t n;
};

struct news_list { // of one prefix
	const struct entity *entity;
	struct limits *limits;
	int64_t chain_ns; // what comes back within this is the same
	struct origins_news *at;
	size_t n, capacity, all; // all: of the entity so far
};

// All that carried it have dropped it.
static bool origins_gone(const struct origins_news *n)
{
	for (size_t i = 0; i < n->carrier_count; i++)
		if (!n->carriers[i].dropped)
			return false;
	return true;
}

static struct origins_news *origins_news_of(struct news_list *l, const struct route_log_event *e)
{
	for (size_t i = l->n; i-- > 0;) {
		struct origins_news *one = &l->at[i];
		if (one->origin != e->asn)
			continue;
		if (!origins_gone(one) || e->time.ns - one->last_left.ns <= l->chain_ns)
			return one;
		break;
	}
	if (l->all >= NEWS_MAX) {
		limits_reach(l->limits, LIMIT_ORIGIN_EVENTS);
		return NULL;
	}
	alloc_grow((void **)&l->at, l->n, &l->capacity, sizeof(*l->at));
	l->at[l->n] =
		(struct origins_news){.prefix = e->prefix, .origin = e->asn, .expected = e->other, .first = e->time};
	l->at[l->n].more_specific = e->kind == ROUTE_LOG_MORE_SPECIFIC;
	l->at[l->n].last_left = l->at[l->n].last_sure = INSTANT_NONE;
	l->all++;
	return &l->at[l->n++];
}

static struct carrier *origins_carrier_of(const struct origins_news *n, uint32_t peer)
{
	for (size_t i = 0; i < n->carrier_count; i++)
		if (n->carriers[i].peer == peer)
			return &n->carriers[i];
	return NULL;
}

static void origins_carrier_add(struct origins_news *n, const struct route_log_event *e)
{
	struct carrier *held = origins_carrier_of(n, e->peer);
	n->of = e->networks > n->of ? e->networks : n->of;
	if (!held) {
		alloc_grow((void **)&n->carriers, n->carrier_count, &n->carrier_capacity, sizeof(*n->carriers));
		held = &n->carriers[n->carrier_count++];
		*held = (struct carrier){.peer = e->peer};
	}
	held->dropped = false;
	held->counts |= e->counts;
	held->last = e->time;
}

static void origins_carrier_drops(struct origins_news *n, const struct route_log_event *e)
{
	struct carrier *held = origins_carrier_of(n, e->peer);
	bool other = e->kind == ROUTE_LOG_ORIGIN_LEFT && e->asn != n->origin;
	if (!held || held->dropped || other)
		return;
	held->dropped = true;
	n->last_left = e->time;
	if (e->session_s * NS_PER_S <= held->last.ns)
		n->last_sure = e->time;
}

static bool origins_own_network(const struct entity *e, uint32_t asn)
{
	for (size_t i = 0; i < e->asn_count; i++)
		if (e->asns[i] == asn)
			return true;
	return false;
}

static bool origins_foreign(const struct entity *entity, const struct route_log_event *e)
{
	bool news = e->kind == ROUTE_LOG_MORE_SPECIFIC || e->kind == ROUTE_LOG_NEW_ORIGIN;
	return news && !origins_own_network(entity, e->asn);
}

// A peer carries it until it withdraws the prefix or announces it with another origin.
static void origins_news_gather(struct news_list *l, const struct origins_told *told)
{
	for (size_t i = 0; i < told->n; i++) {
		const struct route_log_event *e = told->at[i];
		bool drops = e->kind == ROUTE_LOG_WITHDRAWN || e->kind == ROUTE_LOG_ORIGIN_LEFT;
		struct origins_news *one = origins_foreign(l->entity, e) ? origins_news_of(l, e) : NULL;
		if (one)
			origins_carrier_add(one, e);
		for (size_t k = 0; drops && k < l->n; k++)
			origins_carrier_drops(&l->at[k], e);
	}
}

static bool origins_full_feed(const struct routing *r, uint32_t peer, uint8_t family)
{
	const struct health_peer *p = routing_peer(r, peer);
	return p && p->why[family == FAMILY_V6] == HEALTH_COUNTS;
}

static bool origins_carries(const struct routing *r, const struct origins_news *n, const struct carrier *c)
{
	const struct health_peer *p = routing_peer(r, c->peer);
	uint8_t family = routing_prefix(r, n->prefix)->family;
	uint8_t why = p ? p->why[family == FAMILY_V6] : HEALTH_SESSION_DOWN;
	bool heard = why != HEALTH_SESSION_DOWN && why != HEALTH_SILENT && why != HEALTH_LOST;
	return !c->dropped && heard && routing_sees(r, n->prefix, c->peer);
}

// Full-feed networks that carried it, of those that counted when they announced it or do now; `still`: that do now.
static uint32_t origins_networks_of(const struct routing *r, const struct origins_news *n, bool still)
{
	uint8_t family = routing_prefix(r, n->prefix)->family;
	uint32_t count = 0;
	bool *counts = alloc_zero(n->carrier_count, sizeof(*counts));
	for (size_t i = 0; i < n->carrier_count; i++) {
		const struct carrier *c = &n->carriers[i];
		counts[i] =
			(c->counts || origins_full_feed(r, c->peer, family)) && (!still || origins_carries(r, n, c));
		bool first = counts[i];
		for (size_t k = 0; k < i && first; k++)
			first = !counts[k] || routing_peer_asn(r, n->carriers[k].peer) != routing_peer_asn(r, c->peer);
		count += first;
	}
	free(counts);
	return count;
}

// A session that began anew says what is, not since when.
static struct instant origins_sure_until(const struct origins_news *n)
{
	struct instant sure = n->first;
	if (n->last_sure.ns == n->last_left.ns)
		return instant_after(n->last_left, -NS_PER_S);
	for (size_t i = 0; i < n->carrier_count; i++)
		if (n->carriers[i].last.ns > sure.ns)
			sure = n->carriers[i].last;
	return instant_known(n->last_sure) && n->last_sure.ns > sure.ns ? n->last_sure : sure;
}

// Until when it was carried. Whoever lost its session, or of whose input some was lost, has not dropped it: of that nothing is known.
static void origins_end(const struct routing *r, const struct origins_news *n, struct incident_origin *ret)
{
	size_t carry = 0, dropped = 0, unknown = 0, anew = 0;
	struct instant word = INSTANT_NONE, begun = INSTANT_NONE, last = n->first;
	ret->gone = ret->gone_from = ret->unheard = INSTANT_NONE;
	for (size_t i = 0; i < n->carrier_count; i++) {
		const struct carrier *c = &n->carriers[i];
		const struct health_peer *p = routing_peer(r, c->peer);
		bool carries = origins_carries(r, n, c), lost = !c->dropped && !carries;
		bool again = lost && p && p->known_up && p->state_since.ns > c->last.ns; // a new session, and not in it
		carry += carries;
		dropped += c->dropped;
		unknown += lost && !again;
		anew += again;
		if (again && p->state_since.ns > begun.ns)
			begun = p->state_since;
		last = lost && c->last.ns > last.ns ? c->last : last;
		if (lost && !again && p && p->last_heard.ns > word.ns)
			word = p->known_down ? p->state_since : p->last_heard;
	}
	if (carry)
		return;
	if (dropped > unknown + anew || (dropped && !unknown && !anew)) {
		ret->gone = n->last_left;
		ret->gone_from = origins_sure_until(n);
	} else if (anew > unknown) {
		ret->gone = instant_known(n->last_left) && n->last_left.ns > begun.ns ? n->last_left : begun;
		ret->gone_from = last;
	} else {
		ret->unheard = instant_known(word) ? word : last;
	}
}

// ---- who had no route to the right origin ----

struct origins_lost { // by peer that counted: whether it had none
	uint32_t peer;
	bool lost;
};

struct origins_losses {
	const struct routing *routes;
	const struct origins_news *news;
	struct origins_lost *at;
	size_t n, capacity;
};

static bool origins_lost_at(const struct origins_losses *l, uint32_t peer)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].peer == peer)
			return l->at[i].lost;
	return false;
}

static void origins_lost_set(struct origins_losses *l, uint32_t peer, bool lost)
{
	size_t i = 0;
	while (i < l->n && l->at[i].peer != peer)
		i++;
	if (i == l->n) {
		alloc_grow((void **)&l->at, l->n, &l->capacity, sizeof(*l->at));
		l->at[l->n++].peer = peer;
	}
	l->at[i].lost = lost;
}

static bool origins_lost_take(struct origins_losses *l, const struct route_log_event *e)
{
	const struct origins_news *n = l->news;
	bool back = (e->kind == ROUTE_LOG_RETURNED || e->kind == ROUTE_LOG_ORIGIN_LEFT) && e->other == n->expected;
	bool lost = e->kind == ROUTE_LOG_WITHDRAWN || e->kind == ROUTE_LOG_NEW_ORIGIN;
	if (!(lost || back) || (lost && !e->counts))
		return false;
	origins_lost_set(l, e->peer, lost);
	return true;
}

// Networks of which no peer had it. Peers that were never heard of it do not matter.
static uint32_t origins_lost_count(const struct origins_losses *l)
{
	const struct routing *r = l->routes;
	uint32_t count = 0;
	for (size_t i = 0; i < l->n; i++) {
		uint32_t asn = routing_peer_asn(r, l->at[i].peer);
		bool all = l->at[i].lost;
		for (size_t k = 0; k < i && all; k++) // counted already
			all = routing_peer_asn(r, l->at[k].peer) != asn || !l->at[k].lost;
		for (size_t k = 0; all && k < routing_pairs(r, l->news->prefix); k++) {
			uint32_t other = routing_pair(r, l->news->prefix, k).peer;
			all = routing_peer_asn(r, other) != asn || origins_lost_at(l, other);
		}
		count += all;
	}
	return count;
}

struct origins_without {
	uint32_t before, most; // networks without the right route just before it came, and the most soon after
};

// Looked at where a second is over: what two files tell of one second has no order.
static struct origins_without origins_without_of(const struct routing *r, const struct origins_news *news,
						 const struct origins_told *told, int64_t chain_ns)
{
	struct origins_losses l = {.routes = r, .news = news};
	struct origins_without found = {0};
	int64_t first = news->first.ns - ORIGINS_STAMP_NS;
	for (size_t i = 0; i < told->n && told->at[i]->time.ns <= news->first.ns + chain_ns; i++) {
		int64_t at = told->at[i]->time.ns;
		bool last = i + 1 == told->n, next = last || told->at[i + 1]->time.ns >= at + NS_PER_S;
		bool crosses = at < first && (last || told->at[i + 1]->time.ns >= first);
		if (!origins_lost_take(&l, told->at[i]) && !last && !crosses)
			continue;
		uint32_t now = next || crosses || at >= first ? origins_lost_count(&l) : 0;
		if (at < first)
			found.before = crosses ? now : found.before;
		else
			found.most = now > found.most ? now : found.most;
	}
	free(l.at);
	return found;
}

// ---- together ----

static double origins_share_of(const struct routing *r, uint32_t entity, const struct prefix *p)
{
	uint64_t own = routing_slash24_own(r, entity);
	if (p->family != FAMILY_V4 || !own)
		return 0;
	double units = p->length >= 24 ? 1.0 / (double)(1u << (p->length - 24)) : (double)(1u << (24 - p->length));
	return units > (double)own ? 1 : units / (double)own;
}

// At least one full feed carried it.
static struct origin_event origins_event_of(const struct decisions *v, const struct routing *r,
					    const struct origins_news *news, const struct origins_told *told)
{
	const struct prefix *p = routing_prefix(r, news->prefix);
	struct origin_event found = {.origin = {.prefix = *p,
						.more_specific = news->more_specific,
						.origin = news->origin,
						.expected = news->expected,
						.first = news->first,
						.networks = origins_networks_of(r, news, false),
						.still = origins_networks_of(r, news, true)}};
	struct incident_origin *o = &found.origin;
	uint32_t now = routing_networks(r, p->family);
	o->of_networks = news->of >= o->networks ? news->of : now > o->networks ? now : o->networks;
	double half = incident_value(v, ORIGIN_SHARE) * o->of_networks;
	bool some = o->of_networks >= incident_value(v, ORIGIN_NETWORKS_MIN) && o->networks;
	o->enough = some && o->networks >= half;
	if (some && !news->more_specific) {
		struct origins_without w = origins_without_of(r, news, told, incident_ns(v, ASSEMBLE_CHAIN_ROUTES_S));
		o->without = w.most < o->of_networks ? w.most : o->of_networks;
		found.displaces = w.before < half && w.most >= half;
		o->enough |= found.displaces;
	}
	origins_end(r, news, o);
	return found;
}

static int origins_told_compare(const void *a, const void *b)
{
	const struct route_log_event *x = *(const struct route_log_event *const *)a,
				     *y = *(const struct route_log_event *const *)b;
	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return (x > y) - (x < y); // as they came
}

// What was told of prefixes' origins and routes, by prefix; for free(). Nothing where no other network was told of.
static const struct route_log_event **origins_told_of(const struct routing *r, const struct entity *entity,
						      uint32_t index, size_t *ret_n)
{
	size_t count, n = 0;
	bool foreign = false;
	const struct route_log_event *events = routing_events(r, index, &count);
	*ret_n = 0;
	for (size_t i = 0; i < count && !foreign; i++)
		foreign = origins_foreign(entity, &events[i]);
	if (!foreign)
		return NULL;
	const struct route_log_event **told = alloc_zero(count, sizeof(*told));
	for (size_t i = 0; i < count; i++)
		if (events[i].kind != ROUTE_LOG_PATH_CHANGED && events[i].kind < ROUTE_LOG_INVISIBLE)
			told[n++] = &events[i];
	qsort(told, n, sizeof(*told), origins_told_compare);
	*ret_n = n;
	return told;
}

static int origins_by_first(const void *a, const void *b)
{
	const struct incident_origin *x = &((const struct origin_event *)a)->origin,
				     *y = &((const struct origin_event *)b)->origin;
	if (x->first.ns != y->first.ns)
		return x->first.ns < y->first.ns ? -1 : 1;
	int prefix = memcmp(&x->prefix, &y->prefix, sizeof(x->prefix));
	return prefix ? prefix : (x->origin > y->origin) - (x->origin < y->origin);
}

static void origins_list_empty(struct news_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->at[i].carriers);
	l->n = 0;
}

struct origin_events origins_find(const struct decisions *v, const struct routing *r,
				  const struct entity_list *entities, uint32_t entity, struct limits *limits)
{
	size_t n = 0, capacity = 0;
	struct origin_events found = {0};
	struct news_list list = {
		.entity = &entities->at[entity], .limits = limits, .chain_ns = incident_ns(v, ASSEMBLE_CHAIN_ROUTES_S)};
	const struct route_log_event **all = routing_logged(r) ? origins_told_of(r, list.entity, entity, &n) : NULL;
	for (size_t i = 0; i < n;) {
		struct origins_told told = {all + i, 0};
		while (i < n && all[i]->prefix == told.at[0]->prefix) {
			told.n++;
			i++;
		}
		origins_news_gather(&list, &told);
		for (size_t k = 0; k < list.n; k++) {
			struct origin_event one = origins_event_of(v, r, &list.at[k], &told);
			one.share = origins_share_of(r, entity, &one.origin.prefix);
			alloc_grow((void **)&found.at, found.count, &capacity, sizeof(*found.at));
			found.at[found.count] = one;
			found.count += one.origin.networks > 0;
		}
		origins_list_empty(&list);
	}
	free(list.at);
	free(all);
	if (found.count)
		qsort(found.at, found.count, sizeof(*found.at), origins_by_first);
	return found;
}
