// SPDX-License-Identifier: ISC
// A set of prefixes that answers "is this address in it?" in some 20 ns even with a million of them: sorted ranges that do
// not overlap, found by the address's first 16 bits and then by halving.
#pragma once

#include "base/attr.h"
#include "net/prefix.h"

#include <stdbool.h>
#include <stddef.h>

#define RANGES_MAX 2000000u // prefixes of a family; a full table has 1.1 million, an opt-out list of a million must fit

struct ranges;

struct ranges *ranges_create(void);
void ranges_free(struct ranges *r);
// 0, ERR_MALFORMED (family, length, or bits beyond the length) or ERR_FULL.
int MUST_USE ranges_add(struct ranges *r, const struct prefix *p);
// Sorts what was added since; the first question after an addition pays for it.
bool ranges_has(struct ranges *r, const struct addr *a);
// Brings near what ranges_has will look at first.
void ranges_near(const struct ranges *r, const struct addr *a);
size_t ranges_count(const struct ranges *r); // as added, before they are merged
size_t ranges_bytes(const struct ranges *r);
