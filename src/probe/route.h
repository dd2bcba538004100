// SPDX-License-Identifier: ISC
// What this machine knows of its own neighbourhood: addresses, IPv4 routes, the gateway's link address. Read through netlink, which
// needs no privilege, and read again when the kernel says that something changed. Only reads.
#pragma once

#include "base/attr.h"
#include "net/prefix.h"

#include <stdbool.h>
#include <stddef.h>

#define ROUTES_MAX    256 // more is a router's table: then every packet asks the kernel's
#define ADDRESSES_MAX 256

enum route_kind {
	ROUTE_GATEWAY,
	ROUTE_OWN,
	ROUTE_KERNEL
}; // OWN: to ourselves; KERNEL: on the link, or anything unusual

struct route {
	uint32_t net, mask; // host order
	uint32_t metric;
	uint32_t gateway;
	int interface;
	uint8_t length;
	uint8_t kind;
};

struct route_link { // of the one interface that is looked at
	int interface;
	bool up;       // and has a carrier
	bool ethernet; // `mac` is its address
	uint8_t mac[6];
};

struct route_own {
	struct addr address;
	uint8_t length; // of its prefix
};

struct route_table {
	int ask, news; // netlink sockets
	uint32_t sequence;
	bool simple; // all of it was read and there are no routing rules of the operator's
	struct route at[ROUTES_MAX];
	size_t count;
	struct route_own own[ADDRESSES_MAX];
	size_t own_count;
	struct route_link link;
	uint32_t gateway; // the neighbour that is looked at
	bool gateway_known;
	bool gateway_failed;  // does not answer the kernel, or not yet
	bool gateway_gave_up; // and the kernel has stopped asking
	uint8_t gateway_mac[6];
};

// Opens the sockets. 0 or -errno.
int MUST_USE route_open(struct route_table *t);
void route_close(struct route_table *t);
// Reads everything again; the link and the neighbour are those of `link.interface` and `gateway`.
int MUST_USE route_read(struct route_table *t);
// Whether anything changed since the last call; never waits.
bool route_news(struct route_table *t);

// The route of an IPv4 address by longest prefix, or null: the kernel has none.
const struct route *route_find(const struct route_table *t, uint32_t address);
bool route_is_own(const struct route_table *t, const struct addr *a);
bool route_is_near(const struct route_table *t, const struct addr *a); // on a link of ours
