// SPDX-License-Identifier: ISC
// How the values and registries of this room are carried (base/carry.h): written into a snapshot and read out of it.
#pragma once

#include "base/carry.h"
#include "model/dossier.h"
#include "model/incident.h"
#include "model/peer.h"
#include "model/pulse.h"
#include "model/target.h"

// Registries go by name. Loading adds to what the registry holds; each must get the number that it had, else it is a fault
// (ERR_NOT_FOUND): so a registry is empty, or holds the same beginning. Sets the limits of `c`.
void peers_carry(struct carry *c, struct peer_table *t); // collectors and peers
void observers_carry(struct carry *c, struct target_table *t);
void targets_carry(struct carry *c, struct target_table *t); // and series, of entities that go through the map

void addr_carry(struct carry *c, struct addr *a);
void prefix_carry(struct carry *c, struct prefix *p);
void moment_carry(struct carry *c, struct moment *m);
void detection_carry(struct carry *c, struct detection *d);
void sample_carry(struct carry *c, struct sample *s);
void target_change_carry(struct carry *c, struct target_change *t);
void observer_change_carry(struct carry *c, struct observer_change *o);
void blind_span_carry(struct carry *c, struct blind_span *b);
void incident_carry(struct carry *c, struct incident *n); // loading: entity CARRY_GONE where it is no longer watched
void incident_told_carry(struct carry *c, struct incident *n); // what it is told from: story, facts and ties
void dossier_carry(struct carry *c, struct dossier *d);	       // all but what is borrowed and its entity
