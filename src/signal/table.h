// SPDX-License-Identifier: ISC
// The world's routing table as all peers see it: prefix dictionary, one bit per (prefix, peer), origin per prefix,
// health of each peer, and how many healthy full-feed networks see each prefix. Pure: time comes with the data.
#pragma once

#include "model/obs.h"
#include "signal/definition.h"
#include "signal/dictionary.h"
#include "signal/health.h"

struct carry; // base/carry.h

struct table;

struct table_listener { // told of each route change that was applied; any may be null
	void (*route)(void *context, const struct obs *o, uint32_t prefix_id, bool first_sight);
	// A change of this prefix may be told of soon: asks the processor to fetch what it will touch; twice, `step` 0 and 1.
	void (*prefetch)(void *context, uint32_t prefix_id, int step);
	void *context;
};

struct table_totals {
	uint32_t prefixes[2]; // ever seen, IPv4 and IPv6
	uint32_t visible[2];
	uint32_t peers, peers_counting[2];
	uint32_t networks[2]; // full-feed networks: the denominator
	uint64_t routes;      // (prefix, peer) pairs
	uint64_t bytes;	      // of the table itself
	uint64_t slash24;     // IPv4 space visible, in /24s; by table_totals only
};

struct table *table_create(const struct peer_table *peers, const struct visibility *by);
void table_free(struct table *t);
void table_listen(struct table *t, const struct table_listener *listener); // borrowed

// Applies a batch in order. 0 or ERR_FULL (the dictionary's named maximum).
int table_take(struct table *t, const struct obs *batch, size_t n);

// Settles everything up to `now`: peers are judged, masks made, touched prefixes recounted. Afterwards table_flips
// lists the prefixes whose visibility changed since the last call.
void table_settle(struct table *t, struct instant now);
const uint32_t *table_flips(const struct table *t, size_t *ret_n); // borrowed until the next settle
// Prefixes whose count of networks changed since the last settle, flips included.
const uint32_t *table_touched(const struct table *t, size_t *ret_n);
// Since when those that the last settle took out of the denominator for their silence had said nothing; unknown: none.
struct instant table_silent_since(const struct table *t);
bool table_kept_known(const struct table *t, uint16_t collector);		       // as health_kept_known
bool table_missing(const struct table *t, uint16_t collector, struct kept_span *span); // as health_missing
bool table_silence_moved(const struct table *t); // the last settle found a peer silent that was not, or one heard again
bool table_recounted(const struct table *t);	 // the last settle changed the denominator and recounted every prefix

bool table_visible(const struct table *t, uint32_t prefix_id);
uint16_t table_seen(const struct table *t, uint32_t prefix_id);		   // networks or peers, as the definition says
uint32_t table_origin(const struct table *t, uint32_t prefix_id);	   // of most recent majority; 0 unknown
bool table_sees(const struct table *t, uint32_t prefix_id, uint32_t peer); // the peer has a route to it
uint32_t table_denominator(const struct table *t, uint8_t family);	   // networks or peers, as the definition says
uint32_t table_networks(const struct table *t, uint8_t family);		   // distinct full-feed networks, always
uint32_t table_collectors(const struct table *t, uint8_t family);	   // collectors with a counting peer
const struct dictionary *table_dictionary(const struct table *t);
const struct health_peer *table_peer(const struct table *t, uint32_t peer); // null: never heard of
uint32_t table_peers(const struct table *t);				    // their numbers are below this
uint32_t table_peer_asn(const struct table *t, uint32_t peer);
const struct definition *table_definition(const struct table *t);
void table_totals(const struct table *t, struct table_totals *ret);
void table_carry(struct carry *c, struct table *t); // into an empty one
