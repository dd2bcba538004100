// SPDX-License-Identifier: ISC
// RIB dumps that arrive while a table is already held: what the dump does not list was withdrawn unseen. A damaged or
// implausibly small dump only adds, it never takes away: a cut file must not look like a country that left.
#pragma once

#include "model/obs.h"
#include "signal/decisions.h"

struct carry; // base/carry.h

struct reload;

struct reload_owner { // the table that is being reconciled
	bool (*has)(void *context, uint32_t peer, uint32_t id);
	void (*forget)(void *context, uint32_t peer, uint32_t id);
	void *context;
	uint32_t rows;
};

struct reload_dump { // what a finished dump held; borrowed until the next begin
	const uint32_t *peers;
	const uint64_t *entries; // of each peer
	size_t count;
};

struct reload *reload_create(const struct decisions *decisions); // of the run, borrowed; null: the table's
void reload_free(struct reload *r);

void reload_begin(struct reload *r, uint16_t collector, struct instant now);
struct instant reload_began(const struct reload *r, uint16_t collector); // unknown: no dump under way
// A peer of the dump; `held`: it has a table already (else its first dump needs no reconciling).
void reload_peer(struct reload *r, uint16_t collector, uint32_t peer, bool held);
void reload_note(struct reload *r, const struct obs *o, uint32_t id); // every route change while a dump is under way
// Reconciles and ends the dump. Empty when none was under way.
struct reload_dump reload_end(struct reload *r, uint16_t collector, bool damaged, const struct reload_owner *owner);
void reload_carry(struct carry *c, struct reload *r); // into an empty one
