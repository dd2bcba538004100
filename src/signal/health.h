// SPDX-License-Identifier: ISC
// What each peer's view is worth now: is its session up, its table whole, its feed alive, its table full? The answer is
// the denominator of every visibility figure. A peer or collector that fails leaves it; no prefix ever "goes" with it.
#pragma once

#include "model/obs.h"
#include "model/routing.h"
#include "signal/decisions.h"
#include "signal/kept.h"

struct carry; // base/carry.h

struct health;

// Full feed: at least `share` of the largest table at the collector and at least floor[family] prefixes.
// `decisions`: of the run; null: the table's. Borrowed, as the peers are.
struct health *health_create(const struct decisions *decisions, const struct peer_table *peers, double share,
			     const uint32_t floor[2]);
void health_free(struct health *h);

struct health_peer *health_of(struct health *h, uint32_t peer); // made on first use; borrowed until the next new peer
uint32_t health_count(const struct health *h);

// Notes that something was heard from the peer, and what it says about the session or the table. `alive`: that its session lives.
void health_heard(struct health *h, uint32_t peer, struct instant now, bool alive);
void health_learned(struct health *h, uint32_t peer, struct instant now); // a prefix was new to the peer's table
void health_session(struct health *h, uint32_t peer, struct instant now, bool established);
void health_whole(struct health *h, uint32_t peer);
// A RIB dump holds its table: whole, and heard. `damaged`: some of it may be missing.
void health_dumped(struct health *h, uint32_t peer, struct instant now, bool damaged);
void health_suspect(struct health *h, uint32_t peer, struct instant now);

void health_kept(struct health *h, const struct obs *o);	    // kind OBS_KEPT
bool health_kept_known(const struct health *h, uint16_t collector); // whether it is known which time its files hold
// Whether files of the collector that should hold some of the span are not there; then *span is from the first to the last moment missing.
bool health_missing(const struct health *h, uint16_t collector, struct kept_span *span);

// Judges every peer at `now`. Returns true if any peer's standing changed.
bool health_judge(struct health *h, struct instant now);
// Since when those that the last health_judge found silent had said nothing; unknown: it found none.
struct instant health_silent_since(const struct health *h);
bool health_moved(const struct health *h); // it found a peer silent that was not, or one heard again

const char *health_why_name(enum health_why why);
void health_carry(struct carry *c, struct health *h); // all but what it was created with
