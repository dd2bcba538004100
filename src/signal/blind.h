// SPDX-License-Identifier: ISC
// Spans in which a collector that had healthy full-feed peers has none, or one of them alone died without a word: we were blind there,
// and say so.
#pragma once

#include "model/incident.h"
#include "signal/table.h"

struct carry; // base/carry.h

#define BLIND_SPANS_MAX (4 * COLLECTORS_MAX) // kept; then the oldest that is over goes

struct blind;

struct blind *blind_create(const struct peer_table *peers);
void blind_free(struct blind *b);
void blind_update(struct blind *b, const struct table *t,
		  struct instant now); // after a settlement that changed the denominator, or found silence
const struct blind_list *blind_spans(const struct blind *b);
uint64_t blind_lost(const struct blind *b); // spans that went
void blind_carry(struct carry *c, struct blind *b);
