// SPDX-License-Identifier: ISC
// Answers what is asked of routes by model/routing_view.h.
#include "signal/routes.h"

#include "base/must.h"

static const struct route_log_event *routing_get_events(const void *of, uint32_t entity, size_t *ret_n)
{
	return route_log_events(routes_route_log(of), entity, ret_n);
}

static bool routing_get_followed(const void *of, uint32_t entity)
{
	return route_log_followed(routes_route_log(of), entity);
}

static const uint32_t *routing_get_own(const void *of, uint32_t entity, size_t *ret_n)
{
	return routes_own(of, entity, ret_n);
}

static uint64_t routing_get_slash24_own(const void *of, uint32_t entity)
{
	return space_slash24_own(routes_space(of), entity);
}

static const struct routes_loss *routing_get_losses(const void *of, size_t *ret_n)
{
	return routes_losses(of, ret_n);
}

static const struct blind_list *routing_get_blind(const void *of)
{
	return routes_blind(of);
}

static struct instant routing_get_now(const void *of)
{
	return routes_now(of);
}

static const struct prefix *routing_get_prefix(const void *of, uint32_t prefix)
{
	return dictionary_prefix(table_dictionary(routes_table(of)), prefix);
}

static uint32_t routing_get_origin(const void *of, uint32_t prefix)
{
	return table_origin(routes_table(of), prefix);
}

static bool routing_get_visible(const void *of, uint32_t prefix)
{
	return table_visible(routes_table(of), prefix);
}

static bool routing_get_sees(const void *of, uint32_t prefix, uint32_t peer)
{
	return table_sees(routes_table(of), prefix, peer);
}

static uint32_t routing_get_networks(const void *of, uint8_t family)
{
	return table_networks(routes_table(of), family);
}

static const struct health_peer *routing_get_peer(const void *of, uint32_t peer)
{
	return table_peer(routes_table(of), peer);
}

static uint32_t routing_get_peer_asn(const void *of, uint32_t peer)
{
	return table_peer_asn(routes_table(of), peer);
}

static size_t routing_get_pairs(const void *of, uint32_t prefix)
{
	return route_log_pairs(routes_route_log(of), prefix);
}

static struct route_log_path routing_get_pair(const void *of, uint32_t prefix, size_t at)
{
	return route_log_pair(routes_route_log(of), prefix, at);
}

static size_t routing_get_pair_of(const void *of, uint32_t prefix, uint32_t peer)
{
	return route_log_pair_of(routes_route_log(of), prefix, peer);
}

struct routing routes_routing(const struct routes *r)
{
	static const struct routing_calls calls = {
		.events = routing_get_events,
		.followed = routing_get_followed,
		.own = routing_get_own,
		.slash24_own = routing_get_slash24_own,
		.losses = routing_get_losses,
		.blind = routing_get_blind,
		.now = routing_get_now,
		.prefix = routing_get_prefix,
		.origin = routing_get_origin,
		.visible = routing_get_visible,
		.sees = routing_get_sees,
		.networks = routing_get_networks,
		.peer = routing_get_peer,
		.peer_asn = routing_get_peer_asn,
		.pairs = routing_get_pairs,
		.pair = routing_get_pair,
		.pair_of = routing_get_pair_of,
	};
	must(r);
	return (struct routing){&calls, r, routes_route_log(r) != NULL};
}
