// SPDX-License-Identifier: ISC
// A made-up stretch of routing: peers of a few collectors and the observations they send, in order of time.
#pragma once

#include "../unit/unit.h"

#include "model/batch.h"
#include "model/entity.h"
#include "model/peer.h"

#define SCENE_START 1700000000 // seconds since 1970; times below count from here

struct scene {
	struct peer_table *peers;
	struct obs *obs;
	size_t count, capacity;
};

void scene_open(struct scene *s);
void scene_close(struct scene *s);

struct instant scene_time(double at);
// The peer of that number at collector rcN; made if new.
uint32_t scene_peer(struct scene *s, unsigned collector, unsigned number, uint32_t asn);

// Appends an observation; borrowed until the next. Of PEER_NONE it is one of collector 0.
struct obs *scene_add(struct scene *s, double at, uint8_t kind, uint32_t peer);
struct obs *scene_route(struct scene *s, double at, uint8_t kind, uint32_t peer, const struct prefix *p);
// An announcement with a path: the peer's network, a transit, the origin.
struct obs *scene_announce(struct scene *s, double at, uint32_t peer, const struct prefix *p, uint32_t origin);
// Its path as given: n AS numbers.
void scene_path(struct obs *o, const uint32_t *path, uint16_t n);
// Observations [from, from + n) as a batch.
struct batch scene_batch(const struct scene *s, size_t from, size_t n);
void scene_session(struct scene *s, double at, uint32_t peer, bool up);
// The table of a peer in a RIB dump of its own: begin, peer, an entry per prefix, end.
void scene_dump(struct scene *s, double at, uint32_t peer, const struct prefix *at_prefix, size_t n);
// Puts the observations in order of time; equal ones stay as they were appended.
void scene_sort(struct scene *s);

struct prefix prefix_of(const char *text);
struct prefix prefix_v4(uint32_t address, uint8_t length); // host bits cleared
