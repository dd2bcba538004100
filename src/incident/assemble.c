// SPDX-License-Identifier: ISC
// Incident assembly for the routing signals.
#include "incident/assemble.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <time.h>

#define TOTAL_SHARE 0.99	    // of the usual space gone: the whole entity
#define TOGETHER_NS (60 * NS_PER_S) // signals of one entity this close in time are one incident

struct assemble {
	const struct entity_list *entities;
	struct incident_list incidents;
};

struct assemble *assemble_create(const struct entity_list *entities)
{
	struct assemble *a = alloc_zero(1, sizeof(*a));
	a->entities = entities;
	return a;
}

void assemble_free(struct assemble *a)
{
	if (!a)
		return;
	free(a->incidents.at);
	free(a);
}

struct incident_list *assemble_incidents(struct assemble *a)
{
	return &a->incidents;
}

// KX-20220125T2050Z-1: entity, minute of the start, number among those of that entity and minute.
static void id_make(const struct assemble *a, struct incident *n)
{
	const char *code = strchr(a->entities->at[n->entity].id, '/') + 1;
	time_t s = (time_t)instant_seconds(n->start.best);
	struct tm tm = {0};
	gmtime_r(&s, &tm);
	char minute[32];
	strftime(minute, sizeof(minute), "%Y%m%dT%H%MZ", &tm);
	const char *kind = a->entities->at[n->entity].id;
	struct text t = {0};
	text_printf(&t, "%s%s-%s-", strncmp(kind, "asn/", 4) == 0 ? "AS" : "", code, minute);
	int number = 1;
	for (size_t i = 0; i < a->incidents.count; i++)
		number += a->incidents.at[i].entity == n->entity &&
			  strncmp(a->incidents.at[i].id, text_string(&t), t.length) == 0;
	text_printf(&t, "%d", number);
	size_t length = t.length < sizeof(n->id) - 1 ? t.length : sizeof(n->id) - 1;
	memcpy(n->id, t.bytes, length);
	n->id[length] = '\0';
	text_free(&t);
}

static struct incident *incident_new(struct assemble *a, uint32_t entity, struct moment start)
{
	alloc_grow((void **)&a->incidents.at, a->incidents.count, &a->incidents.capacity, sizeof(*a->incidents.at));
	struct incident *n = &a->incidents.at[a->incidents.count];
	*n = (struct incident){.entity = entity, .start = start};
	n->end = (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
	id_make(a, n);
	a->incidents.count++;
	return n;
}

static bool together(const struct incident *n, struct instant start)
{
	return !instant_known(n->end.best) || start.ns <= n->end.best.ns + TOGETHER_NS;
}

static struct incident *incident_for(struct assemble *a, const struct detection *d)
{
	for (size_t i = a->incidents.count; i-- > 0;) {
		struct incident *n = &a->incidents.at[i];
		if (n->entity != d->entity)
			continue;
		bool same = n->has[d->signal] && n->routes[d->signal].start.best.ns == d->start.best.ns;
		if (same || (!n->has[d->signal] && together(n, d->start.best)))
			return n;
		break;
	}
	return incident_new(a, d->entity, d->start);
}

static void scope_refresh(struct incident *n)
{
	uint64_t units = 0, lowest = 0;
	bool ended = true, any = false;
	struct moment end = n->end;
	for (int s = 0; s < SIGNAL_ROUTING_COUNT; s++) {
		if (!n->has[s])
			continue;
		const struct detection *d = &n->routes[s];
		ended &= instant_known(d->end.best);
		if (!any || d->end.best.ns > end.best.ns)
			end = d->end;
		if (!any || s == SIGNAL_ROUTES) {
			units = d->baseline;
			lowest = d->lowest;
		}
		any = true;
	}
	n->end = ended ? end : (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
	n->units = units;
	n->units_down = units > lowest ? units - lowest : 0;
	n->fraction_down = units ? (double)n->units_down / (double)units : 0;
	n->scope = n->fraction_down >= TOTAL_SHARE ? SCOPE_TOTAL : SCOPE_PARTIAL;
}

void assemble_take(struct assemble *a, const struct detection *d)
{
	struct incident *n = incident_for(a, d);
	n->routes[d->signal] = *d;
	n->has[d->signal] = true;
	n->revision++;
	if (d->start.best.ns < n->start.best.ns)
		n->start = d->start;
	scope_refresh(n);
}

void assemble_origin(struct assemble *a, uint32_t entity, const struct incident_origin *news, double share)
{
	struct incident *n = NULL;
	for (size_t i = 0; i < a->incidents.count && !n; i++)
		if (a->incidents.at[i].entity == entity && a->incidents.at[i].origin_count &&
		    together(&a->incidents.at[i], news->first))
			n = &a->incidents.at[i];
	if (!n) {
		struct moment start = {news->first, instant_after(news->first, -NS_PER_S),
				       instant_after(news->first, NS_PER_S), 0.9};
		n = incident_new(a, entity, start);
		n->scope = SCOPE_PARTIAL;
	}
	n->revision++;
	n->fraction_down = share > n->fraction_down ? share : n->fraction_down;
	if (!n->has[SIGNAL_ROUTES] && !n->has[SIGNAL_ROUTES6])
		n->end = (struct moment){news->gone, news->gone, news->gone, instant_known(news->gone) ? 0.9 : 0};
	for (size_t i = 0; i < n->origin_count; i++)
		if (prefix_equal(&n->origins[i].prefix, &news->prefix) && n->origins[i].origin == news->origin) {
			n->origins[i] = *news;
			return;
		}
	if (n->origin_count < INCIDENT_LIST_MAX)
		n->origins[n->origin_count++] = *news;
}
