// SPDX-License-Identifier: ISC
// Prefix → dense id, for every prefix ever seen. Ids are given in order of first sight and never freed.
#pragma once

#include "net/prefix.h"

struct carry; // base/carry.h

#define DICTIONARY_MAX (1u << 24) // prefixes; the whole Internet has about 1.3 million
#define PREFIX_NONE    UINT32_MAX

struct dictionary;

struct dictionary *dictionary_create(void);
void dictionary_free(struct dictionary *d);

// Id of the prefix, added if new; PREFIX_NONE when DICTIONARY_MAX is reached.
uint32_t dictionary_id(struct dictionary *d, const struct prefix *p);
uint32_t dictionary_find(const struct dictionary *d, const struct prefix *p); // PREFIX_NONE if never seen
const struct prefix *dictionary_prefix(const struct dictionary *d,
				       uint32_t id); // borrowed until the next dictionary_id
uint32_t dictionary_count(const struct dictionary *d);
// Asks the processor to fetch what a lookup of this prefix will touch.
void dictionary_prefetch(const struct dictionary *d, const struct prefix *p);
size_t dictionary_bytes(const struct dictionary *d);
void dictionary_carry(struct carry *c, struct dictionary *d); // into an empty one
