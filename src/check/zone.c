// SPDX-License-Identifier: ISC
// Serials of the servers of a zone, compared as RFC 1982 has it.
#include "check/zone.h"

#include "base/alloc.h"
#include "base/err.h"

#include <stdlib.h>

// DOC: stale
// A secondary asks its primary once in `refresh` seconds, so a serial may lag that long without fault. The clock of a server
// starts when a newer serial is first seen elsewhere, and anew whenever its own serial moves; once it has run for longer than
// the server's own refresh, the server is cut off from its primary and its answers are called stale, though they carry
// authority. A server that is silent for longer than its expire time no longer says what the newest serial is.

#define SILENT_ASK_TCP 2 // UDP time-outs in a row that are worth a question over TCP: one may be a lost packet

struct zone {
	struct zone_server servers[ZONE_SERVERS_MAX];
	size_t count;
};

struct zone *zone_create(void)
{
	return alloc_zero(1, sizeof(struct zone));
}

void zone_free(struct zone *z)
{
	free(z);
}

static struct zone_server *zone_server_of(struct zone *z, const struct addr *address)
{
	for (size_t i = 0; i < z->count; i++)
		if (addr_equal(&z->servers[i].address, address))
			return &z->servers[i];
	if (z->count == ZONE_SERVERS_MAX)
		return NULL;
	z->servers[z->count] = (struct zone_server){.address = *address,
						    .moved = INSTANT_NONE,
						    .answered = INSTANT_NONE,
						    .behind = INSTANT_NONE,
						    .silent = INSTANT_NONE,
						    .tcp = INSTANT_NONE};
	return &z->servers[z->count++];
}

void zone_forget(struct zone *z, const struct addr *server)
{
	struct addr gone = *server; // it may be the one in the list
	for (size_t i = z->count; i-- > 0;)
		if (addr_equal(&z->servers[i].address, &gone))
			z->servers[i] = z->servers[--z->count];
}

// Whether what this server said last still counts.
static bool zone_holds(const struct zone_server *s, struct instant now)
{
	return s->has_serial && instant_gap_s(s->answered, now) <= (double)s->expire;
}

static const struct zone_server *zone_newest(const struct zone *z, struct instant now)
{
	const struct zone_server *best = NULL;
	for (size_t i = 0; i < z->count; i++) {
		const struct zone_server *s = &z->servers[i];
		if (zone_holds(s, now) && (!best || dns_serial_compare(s->serial, best->serial) > 0))
			best = s;
	}
	return best;
}

static void zone_serial_take(struct zone_server *s, const struct dns_soa *soa, struct instant now)
{
	if (!s->has_serial || s->serial != soa->serial) {
		s->moved = now;
		s->behind = INSTANT_NONE;
	}
	s->has_serial = true;
	s->serial = soa->serial;
	s->refresh = soa->refresh;
	s->expire = soa->expire;
	s->answered = now;
}

static void zone_transport_take(struct zone_server *s, const struct attempt *a)
{
	s->failure = a->failure;
	if (a->dns_flags & ATTEMPT_DNS_TCP) {
		s->tcp_failure = a->failure;
		s->tcp = a->time;
		return;
	}
	s->udp_failure = a->failure;
	if (a->failure != FAILURE_TIMEOUT) {
		s->silent = INSTANT_NONE;
		s->silent_in_row = 0;
	} else if (!s->silent_in_row++) {
		s->silent = a->time;
	}
}

static uint8_t zone_flags_of(const struct zone_server *s, bool zone_alive, struct instant now)
{
	uint8_t flags = 0;
	bool tcp_since = s->silent_in_row && instant_known(s->tcp) && s->tcp.ns >= s->silent.ns;
	if (instant_known(s->behind))
		flags |= ZONE_LAGS;
	if (instant_known(s->behind) && instant_gap_s(s->behind, now) > (double)s->refresh)
		flags |= ZONE_STALE;
	if (s->failure == FAILURE_DNS_SERVFAIL && s->has_serial)
		flags |= ZONE_EXPIRED;
	if (s->failure == FAILURE_DNS_SERVFAIL && !s->has_serial && zone_alive)
		flags |= ZONE_NOT_LOADED;
	if (tcp_since && s->tcp_failure == FAILURE_NONE)
		flags |= ZONE_UDP_SILENT;
	if (s->silent_in_row >= SILENT_ASK_TCP && !tcp_since)
		flags |= ZONE_ASK_TCP;
	return flags;
}

static void zone_compare(struct zone *z, struct instant now)
{
	const struct zone_server *best = zone_newest(z, now);
	for (size_t i = 0; i < z->count; i++) {
		struct zone_server *s = &z->servers[i];
		bool lags = best && s->has_serial && dns_serial_compare(best->serial, s->serial) > 0;
		if (!lags)
			s->behind = INSTANT_NONE;
		else if (!instant_known(s->behind))
			s->behind = now;
		s->flags = zone_flags_of(s, best, now);
	}
}

// Local faults and late answers say nothing about the server.
static bool zone_about_server(uint8_t failure)
{
	return probe_counts(probe_failure_outcome(failure));
}

int zone_take(struct zone *z, struct attempt *a, const struct dns_soa *soa)
{
	if (!zone_about_server(a->failure) || attempt_is_cut(a))
		return 0;
	struct zone_server *s = zone_server_of(z, &a->target);
	if (!s)
		return ERR_FULL;
	zone_transport_take(s, a);
	if (a->failure == FAILURE_NONE && soa)
		zone_serial_take(s, soa, a->time);
	zone_compare(z, a->time);
	if (a->failure == FAILURE_NONE && soa && s->flags & ZONE_STALE)
		a->failure = FAILURE_DNS_STALE;
	return 0;
}

void zone_sum(const struct zone *z, struct zone_summary *ret)
{
	struct zone_summary sum = {.servers = z->count};
	struct instant now = INSTANT_NONE;
	for (size_t i = 0; i < z->count; i++)
		if (instant_known(z->servers[i].answered) && z->servers[i].answered.ns > now.ns)
			now = z->servers[i].answered;
	const struct zone_server *best = zone_newest(z, now);
	sum.has_serial = best;
	sum.serial = best ? best->serial : 0;
	for (size_t i = 0; i < z->count; i++) {
		const struct zone_server *s = &z->servers[i];
		sum.answering += s->failure == FAILURE_NONE;
		sum.flags |= s->flags;
		if (best && s->flags & ZONE_LAGS && best->serial - s->serial > sum.lag_most)
			sum.lag_most = best->serial - s->serial;
	}
	*ret = sum;
}

const struct zone_server *zone_server_at(const struct zone *z, size_t i)
{
	return i < z->count ? &z->servers[i] : NULL;
}
