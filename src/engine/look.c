// SPDX-License-Identifier: ISC
// DOC: a look
// What is known of an entity is put together anew from its dossier each time, as if the data ended now. Nothing of an
// earlier look is reused, so however often one looks, the last look says the same. What is over for long enough that nothing
// can be dated back into it is sealed: its detections leave the dossier, so that a look costs what is open and not what ever
// was.
#include "base/alloc.h"
#include "engine/pipeline_priv.h"
#include "facts/facts.h"
#include "incident/assemble.h"
#include "incident/story.h"

#include <stdlib.h>

#define VALUES_NS (2 * 86400 * NS_PER_S) // values of series are kept for so long, and before what is open
#define CURVE_NS  (6 * 3600 * NS_PER_S)	 // before and after what is over, besides its lead

static void look_detectors_ask(struct pipeline *p, uint32_t entity)
{
	if (p->ending)
		return;
	p->looking = true;
	for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++)
		level_now(p->levels[entity * SIGNAL_ROUTING_COUNT + s]);
	reachability_now(p->reachability[entity]);
	share_now(p->shares[entity]);
	checks_now(p->checks[entity]);
	for (size_t i = 0; i < p->series_count; i++)
		if (p->series[i] && series_at(p->targets, (uint32_t)i)->entity == entity)
			series_now(p->series[i]);
	p->looking = false;
}

static struct incident look_tell(struct pipeline *p, const struct assemble_group *g, uint32_t entity,
				 const struct incident *earlier)
{
	struct story_input in = {
		.decisions = p->decisions,
		.dossier = &p->dossiers[entity],
		.entities = p->entities,
		.targets = p->targets,
		.hold_times = p->hold_times,
		.hold_time_count = p->hold_time_count,
		.visibility = p->definition->share,
		.since = p->probed,
		.routes = &p->routing,
		.earlier = earlier,
		.limits = &p->limits,
		.memo = p->memo,
	};
	struct facts_input around = {
		.decisions = p->decisions,
		.dossier = in.dossier,
		.entities = p->entities,
		.targets = p->targets,
		.hold_times = p->hold_times,
		.hold_time_count = p->hold_time_count,
		.observers = &p->observers,
		.peers = p->peers,
		.routes = &p->routing,
		.sessions = sessions_log(p->sessions),
		.earlier = earlier,
		.settle = p->settling,
	};
	struct incident n = {.story = story_of(&in, g)};
	n.facts = facts_of(&around, &n.story);
	return n;
}

void look_entity(struct pipeline *p, uint32_t entity, struct instant now)
{
	struct watch *w = &p->watches[entity];
	look_detectors_ask(p, entity);
	pipeline_dossier(p, entity); // its borrowed parts
	struct dossier *d = &p->dossiers[entity];
	d->last = now;
	struct assemble_input in = {d, p->entities, &p->routing, &p->limits, p->decisions, p->targets};
	struct assemble_groups groups;
	assemble_entity(&in, &groups);
	struct incident *found = alloc_zero(groups.count, sizeof(*found));
	const struct incident **earlier = alloc_zero(groups.count, sizeof(*earlier));
	book_told_as(p->book, d, &groups, earlier);
	for (size_t i = 0; i < groups.count; i++)
		found[i] = look_tell(p, &groups.at[i], entity, earlier[i]);
	book_take(p->book, d, &groups, found);
	w->groups = groups.count;
	w->unconfirmed = groups.unconfirmed;
	w->news = false;
	bool open = book_open(p->book, entity);
	if (open && !w->open)
		w->opened = p->cut;
	w->open = open;
	free(earlier);
	free(found);
	assemble_free(&groups);
}

static bool look_has_series(const struct dossier *d)
{
	for (size_t i = 0; i < d->detection_count; i++)
		if (d->detections[i].signal == SIGNAL_SERIES)
			return true;
	return false;
}

// Since when what is not sealed yet began, if any of it is still going on; `now` where nothing is. Whether it was told of at a
// cut already does not matter.
static struct instant look_unsealed_since(const struct dossier *d, struct instant now)
{
	struct instant since = now;
	bool open = false;
	for (size_t i = 0; i < d->detection_count; i++) {
		const struct detection *one = &d->detections[i];
		open |= !instant_known(one->end.best);
		since = instant_known(one->start.from) && one->start.from.ns < since.ns ? one->start.from : since;
	}
	return open ? since : now;
}

static struct instant look_earlier(struct instant a, struct instant b)
{
	return a.ns < b.ns ? a : b;
}

// Since when details are needed: of what is open, from before its start.
static struct instant look_needed_since(struct pipeline *p, uint32_t entity, struct instant now)
{
	struct instant open = book_needed_since(p->book, entity, now);
	struct instant since = look_earlier(look_unsealed_since(&p->dossiers[entity], now), open);
	int64_t least = now.ns - engine_ns(p->decisions, ENGINE_OPEN_MOST_S);
	return instant_of_ns((since.ns < least ? least : since.ns) - engine_ns(p->decisions, ENGINE_AROUND_S));
}

// Whether the beginning of something ended since the last call. Of what routes did then the last word is said now: at a moment
// of the data, not of a cut, so that the grid of cuts does not matter.
static bool look_onset_over(struct pipeline *p, uint32_t entity, struct instant now)
{
	const struct dossier *d = &p->dossiers[entity];
	const struct incident_list *l = book_incidents(p->book);
	int64_t to = now.ns - INCIDENT_ONSET_NS, from = p->watches[entity].settled.ns - INCIDENT_ONSET_NS;
	for (size_t i = 0; i < d->detection_count; i++)
		if (d->detections[i].start.best.ns >= from && d->detections[i].start.best.ns < to)
			return true;
	for (size_t i = 0; i < l->count; i++) {
		const struct story *s = &l->at[i].story;
		if (s->entity == entity && s->by_origins && s->start.best.ns >= from && s->start.best.ns < to)
			return true;
	}
	return false;
}

// Of what is not sealed yet the hours around its start are kept, whether it is told as an incident or not.
static void look_retire_intervals(struct pipeline *p, uint32_t entity, struct instant now)
{
	const struct dossier *d = &p->dossiers[entity];
	struct instant *pins = alloc_zero(d->detection_count, sizeof(*pins));
	int64_t open = engine_ns(p->decisions, ENGINE_OPEN_MOST_S), kept = engine_ns(p->decisions, ENGINE_COARSE_S);
	size_t n = 0;
	for (size_t i = 0; i < d->detection_count; i++)
		if (d->detections[i].start.best.ns >= now.ns - open)
			pins[n++] = d->detections[i].start.best;
	reachability_retire(p->reachability[entity], instant_after(now, -kept), pins, n);
	free(pins);
}

// The span of all detections of the group of this one, and a tenth of it on either side: there curves of series begin and end.
static struct dossier_span look_curve_span(const struct dossier *d, size_t which, struct instant now)
{
	struct instant from = d->detections[which].start.from, to = from;
	bool open = false;
	for (size_t i = 0; i < d->detection_count; i++) {
		const struct detection *one = &d->detections[i];
		if (i != which && (!d->group[which] || d->group[i] != d->group[which]))
			continue;
		from = instant_known(one->start.from) ? look_earlier(from, one->start.from) : from;
		open |= !instant_known(one->end.best);
		to = one->end.best.ns > to.ns ? one->end.best : to;
	}
	to = open ? now : to;
	int64_t lead = open ? VALUES_NS : (to.ns - from.ns) / 8 + CURVE_NS;
	return (struct dossier_span){instant_after(from, -lead), instant_after(to, lead)};
}

static void look_retire_values(struct pipeline *p, uint32_t entity, struct instant now)
{
	struct dossier *d = &p->dossiers[entity];
	int64_t most = engine_ns(p->decisions, ENGINE_OPEN_MOST_S) + engine_ns(p->decisions, ENGINE_SETTLE_SERIES_S);
	if (!d->value_count)
		return;
	struct dossier_span *spans = alloc_zero(d->detection_count, sizeof(*spans));
	size_t n = 0;
	for (size_t i = 0; i < d->detection_count; i++)
		if (d->detections[i].start.best.ns > now.ns - most)
			spans[n++] = look_curve_span(d, i, now);
	dossier_retire_values(d, instant_after(now, -VALUES_NS), spans, n);
	free(spans);
}

void look_settle(struct pipeline *p, uint32_t entity, struct instant now)
{
	struct dossier *d = &p->dossiers[entity];
	struct watch *w = &p->watches[entity];
	double intervals = engine_value(p->decisions, ENGINE_SETTLE_INTERVALS);
	int64_t probed = (int64_t)(intervals * (double)d->width_ns) + engine_ns(p->decisions, ENGINE_SETTLE_S);
	int64_t margin = look_has_series(d) ? engine_ns(p->decisions, ENGINE_SETTLE_SERIES_S) : probed;
	int64_t kept = engine_ns(p->decisions, ENGINE_FINE_S);
	struct instant before = instant_after(now, -margin), needed = look_needed_since(p, entity, now);
	struct instant fine = look_earlier(needed, instant_after(now, -(probed > kept ? probed : kept)));
	bool any = false, news = w->news;
	for (size_t i = 0; i < d->detection_count && !any; i++)
		any = instant_known(d->detections[i].end.best) && d->detections[i].end.best.ns < before.ns;
	if (any || look_onset_over(p, entity, now)) {
		p->settling = true;
		look_entity(p, entity, now);
		p->settling = false;
		w->news |= news; // what there is to tell is told at a cut
	}
	w->settled = now;
	if (any) {
		size_t groups = w->groups + 1, unconfirmed = w->unconfirmed;
		bool *done = alloc_zero(groups, sizeof(*done));
		done[0] = true; // of no group, and over
		book_seal(p->book, d, before, done, groups);
		dossier_retire(d, done, before,
			       look_earlier(needed, instant_after(now, -engine_ns(p->decisions, ENGINE_CHANGES_S))));
		struct assemble_input in = {d, p->entities, NULL, NULL, p->decisions, NULL};
		struct assemble_groups left;
		assemble_entity(&in, &left);
		w->unconfirmed = left.unconfirmed;
		assemble_free(&left);
		w->unconfirmed_gone += unconfirmed - w->unconfirmed;
		free(done);
	}
	routes_hold(p->routes, entity, w->open || look_unsealed_since(d, now).ns < now.ns ? needed : INSTANT_NONE,
		    fine);
	dossier_coarsen(d, fine, look_earlier(needed, instant_after(now, -engine_ns(p->decisions, ENGINE_COARSE_S))));
	look_retire_values(p, entity, now);
	look_retire_intervals(p, entity, now);
}
