// SPDX-License-Identifier: ISC
// BGP sessions between networks of watched entities and whoever reports them (a BMP router, a collector that peers with
// them): each change of state is kept, with what the end was told of.
#pragma once

#include "model/entity.h"
#include "model/limits.h"
#include "model/obs.h"
#include "model/routing.h"
#include "signal/decisions.h"

struct carry; // base/carry.h

struct sessions;

// All borrowed. `decisions`: of the run; null: the table's.
struct sessions *sessions_create(const struct decisions *decisions, const struct peer_table *peers,
				 const struct entity_list *entities);
void sessions_free(struct sessions *s);
void sessions_take(struct sessions *s, const struct obs *o); // OBS_SESSION, OBS_ALIVE, OBS_ANNOUNCE: any of routing
const struct routing_session_log *sessions_log(const struct sessions *s); // borrowed until the next take
const struct limits *sessions_limits(const struct sessions *s);		  // how often each of its limits was reached
void sessions_carry(struct carry *c, struct sessions *s);		  // all but what it was created with
