// SPDX-License-Identifier: ISC
// The only file that knows the order of the stages: signal → detect → incident. Live and replay use the same one.
#pragma once

#include "detect/parameters.h"
#include "diagnose/ratios.h"
#include "incident/link.h"
#include "model/batch.h"
#include "model/dossier.h"
#include "model/incident.h"
#include "model/target.h"
#include "signal/definition.h"
#include "signal/routes.h"

#define STRIP_SAMPLES_MAX  65536 // kept per entity for its time strip
#define STRIP_ENTITIES_MAX 64	 // entities whose samples are kept

struct pipeline;

struct pipeline_options {
	const struct peer_table *peers;
	const struct entity_list *entities;
	const struct definition *definition;
	uint32_t full_floor;		     // 0: the definition's
	const struct target_table *targets;  // null: no probes and series
	const struct parameters *parameters; // thresholds; null: the table's
	const struct ratios *ratios;	     // of evidence under each cause; null: the shipped ones
	const struct link_known *known;	     // precedents to compare with
	size_t known_count;
};

struct pipeline *pipeline_create(const struct pipeline_options *options); // all borrowed
void pipeline_free(struct pipeline *p);

int pipeline_take(void *self, const struct batch *b); // fits struct batch_sink
void pipeline_finish(struct pipeline *p);	      // the data ended

const struct incident_list *pipeline_incidents(const struct pipeline *p); // of watched entities, by start; after finish
const struct blind_list *pipeline_blind(const struct pipeline *p);	  // collectors and observers; after finish
const struct routes *pipeline_routes(const struct pipeline *p);
const struct sample *pipeline_strip(const struct pipeline *p, uint32_t entity,
				    size_t *ret_n);				     // routes samples, in order
double pipeline_baseline(const struct pipeline *p, uint32_t entity, uint8_t signal); // 0: never up
bool pipeline_judged(const struct pipeline *p, uint32_t entity);		     // false: nothing can be said of it
struct instant pipeline_first(const struct pipeline *p); // times of the first and the newest observation
struct instant pipeline_last(const struct pipeline *p);
double pipeline_watch_s(const struct pipeline *p); // watch interval of the probes, seconds; 0: none
const struct dossier *pipeline_dossier(struct pipeline *p, uint32_t entity); // borrowed until the next take
const struct observer_list *pipeline_observers(const struct pipeline *p);    // changes of observers, in order
