// SPDX-License-Identifier: ISC
// DOC: a look
// What is known of an entity is put together anew from its dossier each time, as if the data ended now. Nothing of an
// earlier look is reused, so however often one looks, the last look says the same. What is over for long enough that nothing
// can be dated back into it is sealed: its detections leave the dossier, so that a look costs what is open and not what ever
// was.
#include "base/alloc.h"
#include "engine/origins.h"
#include "engine/pipeline_priv.h"
#include "incident/assemble.h"
#include "incident/describe.h"
#include "incident/facts.h"

#include <stdlib.h>

#define SETTLE_INTERVALS 256		  // after its end an incident of probes is looked at for so many intervals …
#define SETTLE_NS	 (900 * NS_PER_S) // … and this; no detector dates a start back so far
#define SETTLE_SERIES_NS (29 * 86400 * NS_PER_S) // ready-made series are absorbed after 28 days
#define FINE_NS		 (2 * 3600 * NS_PER_S)	 // samples are kept one by one for so long …
#define COARSE_NS	 (36 * 3600 * NS_PER_S)	 // … and a few a minute for this
#define CHANGES_NS	 (48 * 3600 * NS_PER_S)	 // changes of targets
#define OPEN_MOST_NS	 (35 * 86400 * NS_PER_S) // an incident that is open keeps its details for so long
#define AROUND_NS	 (3600 * NS_PER_S)	 // before its start

static void detectors_ask(struct pipeline *p, uint32_t entity)
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

static void incident_tell(struct pipeline *p, struct incident *n)
{
	struct describe_input in = {
		.dossier = &p->dossiers[n->entity],
		.entities = p->entities,
		.targets = p->targets,
		.hold_times = p->hold_times,
		.hold_time_count = p->hold_time_count,
		.visibility = p->definition->share,
		.since = p->probed,
	};
	describe_incident(&in, n);
	origins_upstreams(p->routes, n);
	facts_incident(&in, &p->observers, n);
	control_facts(p->control, p->routes, n);
}

void look_entity(struct pipeline *p, uint32_t entity)
{
	struct watch *w = &p->watches[entity];
	detectors_ask(p, entity);
	pipeline_dossier(p, entity); // its borrowed parts
	struct dossier *d = &p->dossiers[entity];
	struct assemble_input in = {d, p->entities};
	p->found.count = p->found.unconfirmed = 0;
	assemble_entity(&in, &p->found);
	origins_judge(p->routes, p->entities, d, &p->found);
	for (size_t i = 0; i < p->found.count; i++)
		if (instant_known(p->found.at[i].start.best))
			incident_tell(p, &p->found.at[i]);
	book_take(p->book, d, &p->found, p->cut);
	w->unconfirmed = p->found.unconfirmed;
	w->news = false;
	bool open = book_open(p->book, entity);
	if (open && !w->open)
		w->opened = p->cut;
	w->open = open;
}

static bool has_series(const struct dossier *d)
{
	for (size_t i = 0; i < d->detection_count; i++)
		if (d->detections[i].signal == SIGNAL_SERIES)
			return true;
	return false;
}

// Since when details are needed: of what is open, from before its start.
static struct instant needed_since(struct pipeline *p, uint32_t entity, struct instant now)
{
	const struct incident_list *l = book_incidents(p->book);
	struct instant since = now;
	for (size_t i = 0; i < l->count; i++) {
		const struct incident *n = &l->at[i];
		if (n->entity == entity && n->state != INCIDENT_CLOSED && n->start.from.ns < since.ns)
			since = n->start.from;
	}
	int64_t least = now.ns - OPEN_MOST_NS;
	return (struct instant){(since.ns < least ? least : since.ns) - AROUND_NS};
}

static struct instant earlier(struct instant a, struct instant b)
{
	return a.ns < b.ns ? a : b;
}

void look_settle(struct pipeline *p, uint32_t entity, struct instant now)
{
	struct dossier *d = &p->dossiers[entity];
	struct watch *w = &p->watches[entity];
	int64_t probed = SETTLE_INTERVALS * d->width_ns + SETTLE_NS;
	int64_t margin = has_series(d) ? SETTLE_SERIES_NS : probed;
	struct instant before = instant_after(now, -margin), needed = needed_since(p, entity, now);
	struct instant fine = earlier(needed, instant_after(now, -(probed > FINE_NS ? probed : FINE_NS)));
	bool any = false;
	for (size_t i = 0; i < d->detection_count && !any; i++)
		any = instant_known(d->detections[i].end.best) && d->detections[i].end.best.ns < before.ns;
	if (any) {
		look_entity(p, entity);
		size_t groups = p->found.count + 1, unconfirmed = w->unconfirmed;
		bool *done = alloc_zero(groups, sizeof(*done));
		done[0] = true; // of no group, and over
		book_seal(p->book, d, before, done, groups);
		dossier_retire(d, done, before, earlier(needed, instant_after(now, -CHANGES_NS)));
		struct assemble_input in = {d, p->entities};
		p->found.count = p->found.unconfirmed = 0;
		assemble_entity(&in, &p->found);
		w->unconfirmed = p->found.unconfirmed;
		w->unconfirmed_gone += unconfirmed - w->unconfirmed;
		free(done);
	}
	routes_hold(p->routes, entity, w->open ? needed : INSTANT_NONE, fine);
	dossier_coarsen(d, fine, earlier(needed, instant_after(now, -COARSE_NS)));
}
