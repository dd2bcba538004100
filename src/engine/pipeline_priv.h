// SPDX-License-Identifier: ISC
// What the files of the pipeline share. Nobody else includes it.
#pragma once

#include "base/carry.h"
#include "belief/blocks.h"
#include "detect/checks.h"
#include "detect/level.h"
#include "detect/reachability.h"
#include "detect/series.h"
#include "detect/share.h"
#include "engine/decisions.h"
#include "engine/pipeline.h"
#include "incident/book.h"
#include "incident/precedence.h"
#include "signal/reach.h"
#include "signal/sessions.h"

#define HOLD_TIMES_MAX 4 // different ones seen in OPEN messages

struct watch {			 // when an entity is looked at next
	bool news;		 // a detection began or ended since the last look
	bool open;		 // it has an incident that is not over
	struct instant opened;	 // since when it has one
	struct instant look_at;	 // while open: at the latest then
	uint64_t origin_news;	 // events of origins that were looked at
	size_t groups;		 // of the last look
	struct instant settled;	 // last look_settle()
	size_t unconfirmed;	 // groups of the last look that one observer alone saw
	size_t unconfirmed_gone; // those that were forgotten
};

struct pipeline {
	const struct entity_list *entities;
	const struct peer_table *peers;
	struct routes *routes;
	struct routing routing; // what is asked of them
	struct sessions *sessions;
	struct level **levels;		    // entity × SIGNAL_ROUTING_COUNT
	const struct target_table *targets; // null: no probes
	struct reach *reach;
	struct reachability **reachability; // by entity
	struct checks **checks;		    // by entity
	struct blocks *blocks;
	struct share **shares;	      // by entity: of its blocks
	struct dossier *dossiers;     // by entity
	struct series_watch **series; // by series id
	size_t series_count;
	struct observer_list observers;
	struct blind_list blind;
	const struct decisions *decisions; // null: the tables'
	const struct ratios *ratios;
	const struct precedent *known;
	size_t known_count;
	const struct definition *definition;
	uint32_t full_floor;
	const char *version, *parameters_digest;
	struct world_digest world;
	struct carry_words words; // static texts of a state that was loaded
	uint16_t hold_times[HOLD_TIMES_MAX];
	size_t hold_time_count;
	struct limits limits;		    // reached in looks, and here
	struct instant first, last, probed; // probed: first probe
	struct instant heard_first, heard;  // the first and the newest word of any router
	int64_t heard_gap_ns;		    // longest usual gap between such words, of a second at least
	uint32_t heard_gaps;		    // so many were seen
	struct coverage_of heard_of;	    // pauses in which no router was heard
	int64_t ticked;			    // second of the routing data that the levels were told of
	int64_t *deadlines;		    // by level, ns: when a tick does something; INT64_MAX: never
	int64_t deadline;		    // the first of them
	uint32_t takers[OBS_KIND_COUNT];    // of each kind: stages, a bit each
	// cuts
	struct watch *watches; // by entity
	struct book *book;
	struct precedence_memo *memo;
	struct revision_sink revisions;
	struct point_sink points;
	int64_t cut_ns, tick_ns;
	struct instant cut; // the last one made
	struct instant next_cut, next_tick;
	bool news;	      // of any entity
	uint64_t origin_news; // of all entities, when they were looked at last
	bool looking;	      // detectors are asked, they do not speak of themselves
	bool settling;	      // what is told of the beginning of an incident is final if it is over
	bool ending;	      // the data ended
	bool *late;	      // by collector, then by observer: something came that was older than the last cut
	bool any_late;
};

// look.c
// Assembles what is open and hands it to the book, as if the data ended at `now`.
void look_entity(struct pipeline *p, uint32_t entity, struct instant now);
void look_settle(struct pipeline *p, uint32_t entity, struct instant now); // forgets what cannot matter any more

// cut.c
void cut_make(struct pipeline *p, struct instant now);
// Its open incidents are withdrawn: it is not watched any more. Told at the point of the grid that was passed last.
void cut_withdraw(struct pipeline *p, uint32_t entity);
void cut_blind(struct pipeline *p); // the list of those who are blind, anew
