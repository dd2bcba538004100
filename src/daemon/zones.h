// SPDX-License-Identifier: ISC
// The zones among a role's targets: the name servers of each side by side (check/zone.h), so that one which stands still is told
// from one that is fine, and one whose UDP is silent is asked over TCP in its next turn.
#pragma once

#include "check/dns.h"
#include "daemon/role.h"

#define ZONES_MAX 65536 // distinct zones; all delegations of the root are 1,450

struct zones;

struct zones *zones_create(const struct role *r);
void zones_free(struct zones *z); // null is fine
// For check_dns_listen(); the context is the struct zones.
void zones_take(void *context, struct attempt *a, const struct dns_query *asked, const struct dns_message *answer);
// Whether the next question to this target is better asked over TCP; it is then taken as asked.
bool zones_wants_tcp(struct zones *z, size_t item);
