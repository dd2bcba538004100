// SPDX-License-Identifier: ISC
// The servers of one zone side by side: who lags, who stands still, who lost the zone, and whose UDP is silent while TCP works.
// Takes attempts as they are decided; the time is theirs. No input or output.
#pragma once

#include "model/attempt.h"
#include "wire/dns.h"

#define ZONE_SERVERS_MAX                                                                                               \
	64 // addresses: 13 servers, the most that a delegation can hold, with both families and to spare

enum zone_flag {
	ZONE_LAGS = 1,	      // another server has a newer serial
	ZONE_STALE = 2,	      // and has had it for longer than this server's refresh, in which its serial stood still
	ZONE_EXPIRED = 4,     // says SERVFAIL, but had the zone before
	ZONE_NOT_LOADED = 8,  // says SERVFAIL while another server has the zone; never seen with it
	ZONE_UDP_SILENT = 16, // UDP times out while TCP is answered: an attack, a rate limit, or a filter
	ZONE_ASK_TCP = 32,    // UDP timed out twice in a row and TCP has not been asked since: worth a question
};

struct zone_server {
	struct addr address;
	bool has_serial;
	uint32_t serial, refresh, expire; // of its latest SOA
	struct instant moved;		  // when this serial was first seen there
	struct instant answered;	  // its latest answer with a serial
	struct instant behind;		  // since when a newer one is seen elsewhere; unknown: none is
	uint8_t failure;		  // enum probe_failure, of its latest attempt, whatever it was asked over
	uint8_t udp_failure, tcp_failure;
	struct instant silent;	// first of the UDP time-outs in a row; unknown: UDP is answered
	struct instant tcp;	// when TCP was asked last
	uint32_t silent_in_row; // UDP time-outs
	uint8_t flags;		// enum zone_flag
};

struct zone_summary {
	size_t servers;
	size_t answering; // whose latest attempt was fine
	bool has_serial;
	uint32_t serial;   // the newest (RFC 1982) of those that are not older than their expire time
	uint32_t lag_most; // difference of serials
	uint8_t flags;	   // of any server
};

struct zone;

struct zone *zone_create(void);
void zone_free(struct zone *z);
// One attempt to ask a server for the SOA of the zone. Turns the failure of one that is fine into FAILURE_DNS_STALE where the
// server is. `soa` null: the attempt brought none. 0; ERR_FULL: more than ZONE_SERVERS_MAX servers, this one is not followed.
int MUST_USE zone_take(struct zone *z, struct attempt *a, const struct dns_soa *soa);
void zone_forget(struct zone *z, const struct addr *server); // it serves the zone no more
void zone_sum(const struct zone *z, struct zone_summary *ret);
const struct zone_server *zone_server_at(const struct zone *z,
					 size_t i); // null behind the last; valid until the next call
