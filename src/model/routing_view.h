// SPDX-License-Identifier: ISC
// What the routing table and the log of routes say, for those who make facts and incidents of it: questions that whoever keeps them
// answers (signal/routing.c). So they depend on values alone, and a test may answer for itself.
#pragma once

#include "model/incident.h"
#include "model/routing.h"
#include "net/prefix.h"

struct routing_calls {
	// In order of time. Borrowed until the next batch, as all that is handed out.
	const struct route_log_event *(*events)(const void *of, uint32_t entity, size_t *ret_n);
	// False: no events are kept of it.
	bool (*followed)(const void *of, uint32_t entity);
	// Prefixes of its space that were visible once, by number in rising order.
	const uint32_t *(*own)(const void *of, uint32_t entity, size_t *ret_n);
	// /24s of IPv4 space that are its own.
	uint64_t (*slash24_own)(const void *of, uint32_t entity);
	// Of whatever prefixes, in order of time.
	const struct routes_loss *(*losses)(const void *of, size_t *ret_n);
	// Times at which a collector saw nothing.
	const struct blind_list *(*blind)(const void *of);
	// Of the newest observation; unknown before the first.
	struct instant (*now)(const void *of);
	// What a number stands for.
	const struct prefix *(*prefix)(const void *of, uint32_t prefix);
	// Of the most recent majority; 0 unknown.
	uint32_t (*origin)(const void *of, uint32_t prefix);
	bool (*visible)(const void *of, uint32_t prefix);
	// The peer has a route to it.
	bool (*sees)(const void *of, uint32_t prefix, uint32_t peer);
	// Full-feed networks.
	uint32_t (*networks)(const void *of, uint8_t family);
	// Null: never heard of.
	const struct health_peer *(*peer)(const void *of, uint32_t peer);
	uint32_t (*peer_asn)(const void *of, uint32_t peer);
	// How many peers ever announced it; 0 where no entity that is followed has it.
	size_t (*pairs)(const void *of, uint32_t prefix);
	// One of them, `at` below their number, by peer in rising order.
	struct route_log_path (*pair)(const void *of, uint32_t prefix, size_t at);
	// Its place among them; SIZE_MAX: never heard of.
	size_t (*pair_of)(const void *of, uint32_t prefix, uint32_t peer);
};

struct routing {
	const struct routing_calls *calls;
	const void *of; // borrowed
	bool logged;	// events, pairs, own and losses can be asked for: entities are watched
};

static inline bool routing_logged(const struct routing *r)
{
	return r->logged;
}

static inline const struct route_log_event *routing_events(const struct routing *r, uint32_t entity, size_t *ret_n)
{
	return r->calls->events(r->of, entity, ret_n);
}

static inline bool routing_followed(const struct routing *r, uint32_t entity)
{
	return r->calls->followed(r->of, entity);
}

static inline const uint32_t *routing_own(const struct routing *r, uint32_t entity, size_t *ret_n)
{
	return r->calls->own(r->of, entity, ret_n);
}

static inline uint64_t routing_slash24_own(const struct routing *r, uint32_t entity)
{
	return r->calls->slash24_own(r->of, entity);
}

static inline const struct routes_loss *routing_losses(const struct routing *r, size_t *ret_n)
{
	return r->calls->losses(r->of, ret_n);
}

static inline const struct blind_list *routing_blind(const struct routing *r)
{
	return r->calls->blind(r->of);
}

static inline struct instant routing_now(const struct routing *r)
{
	return r->calls->now(r->of);
}

static inline const struct prefix *routing_prefix(const struct routing *r, uint32_t prefix)
{
	return r->calls->prefix(r->of, prefix);
}

static inline uint32_t routing_origin(const struct routing *r, uint32_t prefix)
{
	return r->calls->origin(r->of, prefix);
}

static inline bool routing_visible(const struct routing *r, uint32_t prefix)
{
	return r->calls->visible(r->of, prefix);
}

static inline bool routing_sees(const struct routing *r, uint32_t prefix, uint32_t peer)
{
	return r->calls->sees(r->of, prefix, peer);
}

static inline uint32_t routing_networks(const struct routing *r, uint8_t family)
{
	return r->calls->networks(r->of, family);
}

static inline const struct health_peer *routing_peer(const struct routing *r, uint32_t peer)
{
	return r->calls->peer(r->of, peer);
}

static inline uint32_t routing_peer_asn(const struct routing *r, uint32_t peer)
{
	return r->calls->peer_asn(r->of, peer);
}

static inline size_t routing_pairs(const struct routing *r, uint32_t prefix)
{
	return r->calls->pairs(r->of, prefix);
}

static inline struct route_log_path routing_pair(const struct routing *r, uint32_t prefix, size_t at)
{
	return r->calls->pair(r->of, prefix, at);
}

static inline size_t routing_pair_of(const struct routing *r, uint32_t prefix, uint32_t peer)
{
	return r->calls->pair_of(r->of, prefix, peer);
}
