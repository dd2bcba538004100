// SPDX-License-Identifier: ISC
// The engine: observations in, revisions of incidents out, without an end. The only room that knows the order of the
// stages: signal → detect → incident → diagnose → document. Files, live feeds and logs use the same one.
//
// Time comes with the data. Whenever it passes a point of the grid of cuts, the entities of which there is news are looked
// at: what is open is assembled, told, diagnosed and written down, and each incident whose document differs from what was
// told last becomes a revision. Nothing is known only when the data end.
#pragma once

#include "diagnose/ratios.h"
#include "incident/ties.h"
#include "model/batch.h"
#include "model/decision.h"
#include "model/dossier.h"
#include "model/incident.h"
#include "model/limits.h"
#include "model/point.h"
#include "model/revision.h"
#include "model/target.h"
#include "report/incident.h"
#include "signal/definition.h"
#include "signal/routes.h"

struct pipeline;

struct pipeline_options {
	const struct peer_table *peers;
	const struct entity_list *entities;
	const struct definition *definition;
	uint32_t full_floor;		    // 0: the definition's
	const struct target_table *targets; // null: no probes and series
	const struct decisions *decisions;  // of the run; null: the tables'
	const struct ratios *ratios;	    // of evidence under each cause; null: the shipped ones
	const struct precedent *known;	    // precedents to compare with
	size_t known_count;
	int64_t cut_ns;			// grid of cuts; 0: engine.cut_s
	struct revision_sink revisions; // told at each cut
	struct point_sink points;	// told of each value of what is watched, in order of time for each signal
	const char *version, *parameters_digest; // for the documents; null: not known
	struct world_digest world;		 // the same, of the world data that were used
};

// The rows of all rooms, with the tables' values.
void pipeline_decisions(struct decisions *ret);

// Two numbers that contradict each other: what opens must lie beyond what closes. True: *ret_low is above *ret_high (names of rows).
bool pipeline_decisions_torn(const struct decisions *d, const char **ret_low, const char **ret_high);

struct pipeline *pipeline_create(const struct pipeline_options *options); // all borrowed
void pipeline_free(struct pipeline *p);

// Takes a batch in order of arrival; cuts are made as its times pass the grid. Fits struct batch_sink. 0, or ERR_FULL.
int pipeline_take(void *self, const struct batch *b);

// Nothing older than `now` comes any more (what comes all the same is late, and said so): time passes without data.
void pipeline_watermark(struct pipeline *p, struct instant now);

// The data ended, if they end at all: what is still waiting is judged, and a last cut is made at the newest observation.
void pipeline_finish(struct pipeline *p);

// The state at the last cut.
const struct incident_list *pipeline_incidents(
	struct pipeline *p); // of watched entities, by start; borrowed until the next call
const struct blind_list *pipeline_blind(struct pipeline *p); // collectors and observers
struct instant pipeline_cut(const struct pipeline *p);	     // its time; unknown: none was made yet

const struct routes *pipeline_routes(const struct pipeline *p);
const struct routing *pipeline_routing(const struct pipeline *p); // what facts and incidents ask of them
double pipeline_baseline(const struct pipeline *p, uint32_t entity, uint8_t signal); // 0: never up
// Losses of it that one observer alone saw, without a second kind of evidence: nothing was raised.
size_t pipeline_unconfirmed(const struct pipeline *p, uint32_t entity);
bool pipeline_judged(const struct pipeline *p, uint32_t entity); // false: nothing can be said of it
struct instant pipeline_first(const struct pipeline *p);	 // times of the first and the newest observation
struct instant pipeline_last(const struct pipeline *p);
// Stretches, from the first look at the entity to the end of the data, in which nothing of that kind (routes or probes) looked at it: of
// them nothing can be said. *ret is the caller's, to free.
size_t pipeline_unseen(const struct pipeline *p, uint32_t entity, enum coverage_kind kind, struct coverage_span **ret);
double pipeline_watch_s(const struct pipeline *p); // watch interval of the probes, seconds; 0: none
const struct dossier *pipeline_dossier(struct pipeline *p, uint32_t entity); // borrowed until the next take
// Controls that never answered this observer, though something did; *ret_all: of so many that it asked.
size_t pipeline_useless_controls(const struct pipeline *p, uint16_t observer, size_t *ret_all);
const struct observer_list *pipeline_observers(const struct pipeline *p); // changes of observers, in order
struct limits pipeline_limits(const struct pipeline *p); // how often each limit by count was reached so far
