// SPDX-License-Identifier: ISC
// The filters of `lacuna bgp`. A withdrawal carries no path, so that a test on the path keeps it out; a change of
// state carries no prefix. Prefixes shorter than /8 (IPv6: /16) belong to no country.
#include "decode/bgp_filter.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"
#include "wire/route.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#define LEAST_V4 8
#define LEAST_V6 16

void bgp_filter_free(struct bgp_filter *f)
{
	free(f->prefixes);
	free(f->peers);
	free(f->peer_asns);
	free(f->not_peers);
	free(f->not_peer_asns);
	free(f->not_collectors);
	free(f->origins);
	free(f->asns);
	free(f->communities);
	free(f->ranges);
	*f = (struct bgp_filter){0};
}

// A number up to 2^32-1 that ends at `stop`; returns what follows it, or null.
static const char *bgp_filter_number_parse(const char *text, uint32_t *ret)
{
	struct cursor c = cursor_of(text, strlen(text));
	uint64_t v;
	if (!number_u64(&c, UINT32_MAX, &v))
		return NULL;
	*ret = (uint32_t)v;
	return (const char *)c.at;
}

static int bgp_filter_asn_parse(const char *text, uint32_t *ret)
{
	if (strncasecmp(text, "asn/", 4) == 0)
		text += 4;
	else if (strncasecmp(text, "as", 2) == 0)
		text += 2;
	const char *end = bgp_filter_number_parse(text, ret);
	return end && !*end ? 0 : ERR_MALFORMED;
}

static int bgp_filter_asn_add(uint32_t **list, size_t *count, size_t *capacity, const char *text)
{
	uint32_t asn;
	if (bgp_filter_asn_parse(text, &asn) < 0)
		return ERR_MALFORMED;
	alloc_grow((void **)list, *count, capacity, sizeof(**list));
	(*list)[(*count)++] = asn;
	return 0;
}

int bgp_filter_prefix(struct bgp_filter *f, const char *text)
{
	struct prefix p;
	if (prefix_parse(text, &p) < 0)
		return ERR_MALFORMED;
	alloc_grow((void **)&f->prefixes, f->prefix_count, &f->prefix_capacity, sizeof(*f->prefixes));
	f->prefixes[f->prefix_count++] = p;
	return 0;
}

int bgp_filter_not_peer(struct bgp_filter *f, const char *text)
{
	struct addr a;
	if (addr_parse(text, &a) < 0)
		return bgp_filter_asn_add(&f->not_peer_asns, &f->not_peer_asn_count, &f->not_peer_asn_capacity, text);
	alloc_grow((void **)&f->not_peers, f->not_peer_count, &f->not_peer_capacity, sizeof(*f->not_peers));
	f->not_peers[f->not_peer_count++] = a;
	return 0;
}

void bgp_filter_not_collector(struct bgp_filter *f, const char *name)
{
	alloc_grow((void **)&f->not_collectors, f->not_collector_count, &f->not_collector_capacity,
		   sizeof(*f->not_collectors));
	f->not_collectors[f->not_collector_count++] = name;
}

int bgp_filter_peer(struct bgp_filter *f, const char *text)
{
	struct addr a;
	if (addr_parse(text, &a) < 0)
		return bgp_filter_asn_add(&f->peer_asns, &f->peer_asn_count, &f->peer_asn_capacity, text);
	alloc_grow((void **)&f->peers, f->peer_count, &f->peer_capacity, sizeof(*f->peers));
	f->peers[f->peer_count++] = a;
	return 0;
}

int bgp_filter_origin(struct bgp_filter *f, const char *text)
{
	return bgp_filter_asn_add(&f->origins, &f->origin_count, &f->origin_capacity, text);
}

int bgp_filter_asn(struct bgp_filter *f, const char *text)
{
	return bgp_filter_asn_add(&f->asns, &f->asn_count, &f->asn_capacity, text);
}

int bgp_filter_community(struct bgp_filter *f, const char *text)
{
	struct bgp_community c = {0};
	uint32_t named;
	if (bgp_community_named(text, &named)) {
		c = (struct bgp_community){.part = {named >> 16, named & 0xffff}, .parts = 2};
		text = "";
	}
	while (*text && c.parts < 3) {
		c.any[c.parts] = *text == '*';
		text = *text == '*' ? text + 1 : bgp_filter_number_parse(text, &c.part[c.parts]);
		c.parts++;
		if (!text || (*text && *text != ':'))
			return ERR_MALFORMED;
		if (!*text)
			break;
		text++;
		if (c.parts == 3)
			return ERR_MALFORMED;
	}
	if (c.parts < 2 || (c.parts == 2 && (c.part[0] > UINT16_MAX || c.part[1] > UINT16_MAX)))
		return ERR_MALFORMED;
	alloc_grow((void **)&f->communities, f->community_count, &f->community_capacity, sizeof(*f->communities));
	f->communities[f->community_count++] = c;
	return 0;
}

int bgp_filter_types(struct bgp_filter *f, const char *text)
{
	while (*text) {
		if (strncasecmp(text, "STATE", 5) == 0) {
			f->types |= TYPE_STATE;
			text += 5;
			continue;
		}
		switch (toupper((unsigned char)*text++)) {
		case 'A':
			f->types |= TYPE_ANNOUNCE;
			break;
		case 'W':
			f->types |= TYPE_WITHDRAW;
			break;
		case 'B':
			f->types |= TYPE_RIB;
			break;
		case 'S':
			f->types |= TYPE_STATE;
			break;
		case ',':
			break;
		default:
			return ERR_MALFORMED;
		}
	}
	return f->types ? 0 : ERR_MALFORMED;
}

void bgp_filter_by_range(struct bgp_filter *f)
{
	f->by_range = true;
}

void bgp_filter_range(struct bgp_filter *f, const struct addr *first, const struct addr *last)
{
	struct bgp_range range = {.family = first->family};
	memcpy(range.first, first->bytes, sizeof(range.first));
	memcpy(range.last, last->bytes, sizeof(range.last));
	alloc_grow((void **)&f->ranges, f->range_count, &f->range_capacity, sizeof(*f->ranges));
	f->ranges[f->range_count++] = range;
}

static int bgp_filter_range_compare(const void *a, const void *b)
{
	const struct bgp_range *x = a, *y = b;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(x->first, y->first, sizeof(x->first));
}

// Sorts, and joins what overlaps, so that the last addresses ascend as the first ones do.
void bgp_filter_ready(struct bgp_filter *f)
{
	size_t kept = 0;
	if (!f->types)
		f->types = TYPE_ANNOUNCE | TYPE_WITHDRAW | TYPE_RIB | TYPE_STATE;
	if (!f->match)
		f->match = MATCH_EXACT;
	if (!f->range_count)
		return;
	qsort(f->ranges, f->range_count, sizeof(*f->ranges), bgp_filter_range_compare);
	for (size_t i = 1; i < f->range_count; i++) {
		struct bgp_range *last = &f->ranges[kept], *next = &f->ranges[i];
		if (next->family != last->family || memcmp(next->first, last->last, sizeof(next->first)) > 0)
			f->ranges[++kept] = *next;
		else if (memcmp(next->last, last->last, sizeof(next->last)) > 0)
			memcpy(last->last, next->last, sizeof(last->last));
	}
	f->range_count = kept + 1;
}

bool bgp_filter_needs_routes(const struct bgp_filter *f)
{
	return f->community_count > 0;
}

bool bgp_filter_empty(const struct bgp_filter *f)
{
	return !f->prefix_count && !f->peer_count && !f->peer_asn_count && !f->origin_count && !f->asn_count &&
	       !f->not_peer_count && !f->not_peer_asn_count && !f->not_collector_count && !f->community_count &&
	       !f->by_range && f->types == (TYPE_ANNOUNCE | TYPE_WITHDRAW | TYPE_RIB | TYPE_STATE) &&
	       !instant_known(f->from) && !instant_known(f->until);
}

static bool bgp_filter_prefix_passes(const struct bgp_filter *f, const struct prefix *p)
{
	for (size_t i = 0; i < f->prefix_count; i++) {
		const struct prefix *q = &f->prefixes[i];
		if (prefix_equal(q, p) || ((f->match & MATCH_MORE) && prefix_contains(q, p)) ||
		    ((f->match & MATCH_LESS) && prefix_contains(p, q)))
			return true;
	}
	return !f->prefix_count;
}

static void bgp_filter_prefix_last(const struct prefix *p, uint8_t last[16])
{
	unsigned bytes = family_bits(p->family) / 8, whole = p->length / 8;
	memcpy(last, p->bytes, 16);
	if (whole < bytes)
		last[whole] = (uint8_t)(last[whole] | 0xff >> p->length % 8);
	for (unsigned i = whole + 1; i < bytes; i++)
		last[i] = 0xff;
}

// Whether any address of the prefix lies in one of the ranges.
static bool bgp_filter_range_passes(const struct bgp_filter *f, const struct prefix *p)
{
	uint8_t end[16];
	size_t low = 0, high = f->range_count;
	if (!f->by_range)
		return true;
	if (p->length < (p->family == FAMILY_V6 ? LEAST_V6 : LEAST_V4))
		return false;
	bgp_filter_prefix_last(p, end);
	while (low < high) { // the first range that does not end before the prefix begins
		size_t middle = low + (high - low) / 2;
		const struct bgp_range *r = &f->ranges[middle];
		bool before = r->family != p->family ? r->family < p->family : memcmp(r->last, p->bytes, 16) < 0;
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->range_count && f->ranges[low].family == p->family && memcmp(f->ranges[low].first, end, 16) <= 0;
}

static bool bgp_filter_asn_among(const uint32_t *list, size_t count, uint32_t asn)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == asn)
			return true;
	return false;
}

static bool bgp_filter_excluded(const struct bgp_filter *f, const struct peer_table *peers, const struct obs *o)
{
	const struct peer *peer = peer_at(peers, o->peer);
	for (size_t i = 0; i < f->not_collector_count; i++)
		if (!strcmp(f->not_collectors[i], collector_name(peers, o->collector)))
			return true;
	for (size_t i = 0; peer && i < f->not_peer_count; i++)
		if (addr_equal(&f->not_peers[i], &peer->address))
			return true;
	return peer && bgp_filter_asn_among(f->not_peer_asns, f->not_peer_asn_count, peer->asn);
}

bool bgp_filter_excluding(const struct bgp_filter *f)
{
	return f->not_peer_count || f->not_peer_asn_count || f->not_collector_count;
}

bool bgp_filter_excludes(const struct bgp_filter *f, const struct peer_table *peers, const struct obs *o)
{
	bool measured = o->kind == OBS_PROBE || o->kind == OBS_SERIES || o->kind == OBS_HEALTH;
	return !measured && bgp_filter_excluded(f, peers, o);
}

static bool bgp_filter_peer_passes(const struct bgp_filter *f, const struct peer_table *peers, uint32_t id)
{
	if (!f->peer_count && !f->peer_asn_count)
		return true;
	const struct peer *peer = peer_at(peers, id);
	if (!peer)
		return false;
	for (size_t i = 0; i < f->peer_count; i++)
		if (addr_equal(&f->peers[i], &peer->address))
			return true;
	return bgp_filter_asn_among(f->peer_asns, f->peer_asn_count, peer->asn);
}

static bool bgp_filter_path_passes(const struct bgp_filter *f, const struct obs *o, const uint32_t *path)
{
	if (f->origin_count && (!o->origin || !bgp_filter_asn_among(f->origins, f->origin_count, o->origin)))
		return false;
	for (size_t i = 0; i < o->path_count && f->asn_count; i++)
		if (bgp_filter_asn_among(f->asns, f->asn_count, path[i]))
			return true;
	return !f->asn_count;
}

static bool bgp_filter_community_fits(const struct bgp_community *c, const uint32_t part[3])
{
	for (unsigned i = 0; i < c->parts; i++)
		if (!c->any[i] && c->part[i] != part[i])
			return false;
	return true;
}

static bool bgp_filter_community_present(const struct bgp_community *c, const struct bgp_attributes *a)
{
	struct cursor plain = a->communities, large = a->large_communities;
	uint32_t v, part[3];
	while (c->parts == 2 && cursor_u32(&plain, &v)) {
		part[0] = v >> 16;
		part[1] = v & 0xffff;
		if (bgp_filter_community_fits(c, part))
			return true;
	}
	while (c->parts == 3 && cursor_u32(&large, &part[0]) && cursor_u32(&large, &part[1]) &&
	       cursor_u32(&large, &part[2]))
		if (bgp_filter_community_fits(c, part))
			return true;
	return false;
}

static bool bgp_filter_communities_pass(const struct bgp_filter *f, const struct bgp_route *route)
{
	if (!f->community_count)
		return true;
	if (!route || !route->attributes)
		return false;
	for (size_t i = 0; i < f->community_count; i++)
		if (bgp_filter_community_present(&f->communities[i], route->attributes))
			return true;
	return false;
}

static bool bgp_filter_time_passes(const struct bgp_filter *f, struct instant t)
{
	if (instant_known(f->from) && (!instant_known(t) || t.ns < f->from.ns))
		return false;
	return !instant_known(f->until) || (instant_known(t) && t.ns < f->until.ns);
}

bool bgp_filter_passes(const struct bgp_filter *f, const struct peer_table *peers, const struct batch *b, size_t i)
{
	const struct obs *o = &b->obs[i];
	bool path_asked = f->origin_count || f->asn_count || f->community_count;
	if (!bgp_filter_time_passes(f, o->time) || !bgp_filter_peer_passes(f, peers, o->peer) ||
	    bgp_filter_excluded(f, peers, o))
		return false;
	switch ((enum obs_kind)o->kind) {
	case OBS_ANNOUNCE:
	case OBS_RIB:
		return (f->types & (o->kind == OBS_RIB ? TYPE_RIB : TYPE_ANNOUNCE)) &&
		       bgp_filter_prefix_passes(f, &o->prefix) && bgp_filter_range_passes(f, &o->prefix) &&
		       bgp_filter_path_passes(f, o, batch_path(b, o)) &&
		       bgp_filter_communities_pass(f, batch_route(b, i));
	case OBS_WITHDRAW:
		return (f->types & TYPE_WITHDRAW) && !path_asked && bgp_filter_prefix_passes(f, &o->prefix) &&
		       bgp_filter_range_passes(f, &o->prefix);
	case OBS_SESSION:
		return (f->types & TYPE_STATE) && !path_asked && !f->prefix_count && !f->by_range;
	case OBS_RIB_BEGIN:
	case OBS_RIB_END:
	case OBS_RIB_PEER:
	case OBS_END_OF_RIB:
	case OBS_ALIVE:
	case OBS_MALFORMED:
	case OBS_GAP:
	case OBS_FEED_END:
	case OBS_PROBE:
	case OBS_SERIES:
	case OBS_HEALTH:
	case OBS_TIME:
	case OBS_KEPT:
	case OBS_KIND_COUNT:
		break;
	}
	return true;
}
