// SPDX-License-Identifier: ISC
// Where an HTTP redirect leads: a Location read against the place that sent it (RFC 9110 10.2.2, RFC 3986 5.2). http and https only.
// What a request cannot hold is written as %XX; control characters, user names and hosts that are none are refused.
#pragma once

#include "base/cursor.h"

#define LOCATION_HOST_MAX 255
#define LOCATION_PATH_MAX 2047

struct location {
	bool tls;
	uint16_t port;			  // 0: the usual one
	char host[LOCATION_HOST_MAX + 1]; // a name or an address, without brackets
	char path[LOCATION_PATH_MAX + 1]; // begins with '/', with what stands behind '?'
};

// Whether it names no host: the same one is meant.
bool location_relative(const char *text);
// 0; ERR_MALFORMED; ERR_UNSUPPORTED: another scheme; ERR_TOO_LARGE. `ret` may be `at`.
int MUST_USE location_follow(const struct location *at, const char *text, struct location *ret);
