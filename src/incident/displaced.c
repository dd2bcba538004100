// SPDX-License-Identifier: ISC
// Prefixes that left beside those that another network took, and machines inside the space that it took.
#include "incident/displaced.h"

#include "base/alloc.h"

#include <stdlib.h>

#define DISPLACED_STAMP_NS (2 * NS_PER_S) // stamps of MRT files and settlements are whole seconds each

struct displaced_rest { // prefixes that no other network displaced and that are lost now
	uint32_t *at;
	size_t n, capacity;
};

static void displaced_rest_set(struct displaced_rest *s, uint32_t prefix, bool lost)
{
	size_t i = 0;
	while (i < s->n && s->at[i] != prefix)
		i++;
	if (i < s->n && !lost) {
		s->at[i] = s->at[--s->n];
	} else if (i == s->n && lost) {
		alloc_grow((void **)&s->at, s->n, &s->capacity, sizeof(*s->at));
		s->at[s->n++] = prefix;
	}
}

// The event that displaced the routes to this prefix and was going on, or just over, at that time; the count of them: none.
static size_t displaced_by(const struct origin_events *events, const struct prefix *p, struct instant at)
{
	for (size_t i = 0; i < events->count; i++) {
		const struct incident_origin *o = &events->at[i].origin;
		bool over = instant_known(o->gone) && at.ns > o->gone.ns + DISPLACED_STAMP_NS;
		if (events->at[i].displaces && !over && at.ns >= o->first.ns - DISPLACED_STAMP_NS &&
		    prefix_equal(&o->prefix, p))
			return i;
	}
	return events->count;
}

static uint64_t displaced_units(const struct prefix *p)
{
	unsigned unit = p->family == FAMILY_V6 ? 48 : 24;
	return p->length >= unit ? 1 : (uint64_t)1 << (unit - p->length);
}

static void displaced_count(struct displaced *d, const struct prefix *p, size_t which)
{
	d->which = d->by++ && d->which < which ? d->which : which;
	d->units += displaced_units(p);
}

struct displaced displaced_routes(const struct routing *r, uint32_t entity, const struct detection *one,
				  const struct origin_events *events)
{
	struct displaced found = {.first = INSTANT_NONE, .back = INSTANT_NONE};
	struct displaced_rest rest = {0};
	size_t n;
	uint8_t family = one->signal == SIGNAL_ROUTES6 ? FAMILY_V6 : FAMILY_V4;
	int64_t end = instant_known(one->end.best) ? one->end.to.ns + DISPLACED_STAMP_NS : INT64_MAX;
	const struct route_log_event *e = routing_events(r, entity, &n);
	for (size_t i = 0; i < n; i++) {
		const struct prefix *p = routing_prefix(r, e[i].prefix);
		bool lost = e[i].kind == ROUTE_LOG_INVISIBLE;
		if ((!lost && e[i].kind != ROUTE_LOG_VISIBLE) || p->family != family || e[i].time.ns > end ||
		    e[i].time.ns < one->start.from.ns - DISPLACED_STAMP_NS)
			continue;
		size_t which = lost ? displaced_by(events, p, e[i].time) : events->count;
		if (which < events->count) {
			displaced_count(&found, p, which);
			continue;
		}
		size_t before = rest.n;
		displaced_rest_set(&rest, e[i].prefix, lost);
		found.others += lost;
		if (lost && !instant_known(found.first))
			found.first = e[i].time;
		found.back = rest.n ? INSTANT_NONE : before ? e[i].time : found.back;
	}
	free(rest.at);
	return found;
}

static size_t displaced_space(const struct origin_events *events, const struct addr *a, struct instant start,
			      int64_t chain_ns)
{
	size_t i = 0;
	for (; i < events->count; i++) {
		const struct incident_origin *o = &events->at[i].origin;
		if (o->enough && llabs(o->first.ns - start.ns) <= chain_ns && prefix_has(&o->prefix, a))
			break;
	}
	return i;
}

size_t displaced_machines(const struct dossier *d, const struct target_table *targets, const struct detection *one,
			  const struct origin_events *events, int64_t chain_ns)
{
	int64_t from = one->start.from.ns - 2 * d->width_ns,
		to = instant_known(one->end.best) ? one->end.to.ns : INT64_MAX;
	size_t found = events->count;
	for (size_t i = 0; i < d->change_count; i++) {
		const struct target_change *c = &d->changes[i];
		if (!c->down || c->first_fail.ns < from || c->first_fail.ns > to)
			continue;
		size_t which =
			displaced_space(events, &target_at(targets, c->target)->address, one->start.best, chain_ns);
		if (which == events->count)
			return which;
		found = which < found ? which : found;
	}
	return found;
}
