// SPDX-License-Identifier: ISC
// Numbers of model/facts.h that come from the control plane: what the entity's routes did, and its sessions.
#pragma once

#include "model/entity.h"
#include "model/incident.h"
#include "model/obs.h"
#include "signal/routes.h"

struct carry; // base/carry.h

struct control; // sessions between networks of watched entities and whoever reports them (a BMP router, a collector)

struct control *control_create(const struct peer_table *peers, const struct entity_list *entities);
void control_free(struct control *c);
void control_take(struct control *c, const struct obs *o); // OBS_SESSION, OBS_ALIVE, OBS_ANNOUNCE: any of routing

// After origins_upstreams: fills routes, sessions and the collectors among the witnesses.
void control_facts(const struct control *c, const struct routes *r, struct incident *n);
void control_carry(struct carry *c, struct control *x); // all but what it was created with
