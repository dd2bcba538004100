// SPDX-License-Identifier: ISC
// Addresses that have a special purpose: IANA's registries for IPv4 and IPv6 (RFC 6890) and multicast. Nothing in them is
// ever asked, but loopback and what a laboratory unlocks.
#pragma once

#include "net/prefix.h"

#include <stdbool.h>

bool special_purpose(const struct addr *a); // loopback is one, too; so is what is neither IPv4 nor IPv6
bool special_loopback(const struct addr *a);
bool special_lab(const struct addr *a); // what --lab unlocks
// The RFC that gave the address its purpose, or 0.
unsigned special_rfc(const struct addr *a);
