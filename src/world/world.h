// SPDX-License-Identifier: ISC
// Who is where: address → country and network, country or network → addresses. An immutable snapshot that is one
// mmap-ed file, made by world/build.h. Sources and attribution: `lacuna world info` prints them.
#pragma once

#include "base/attr.h"
#include "base/instant.h"
#include "net/prefix.h"

struct world; // may be null everywhere below: then nothing is known

struct world_range { // inclusive, one family
	struct addr first, last;
	uint32_t asn;	 // 0 unknown
	char country[3]; // ISO 3166 alpha-2, "" unknown
};

// Opens a file made by `lacuna world build`. Checks magic, version, checksum, sizes and order: a damaged file is
// ERR_MALFORMED, never a crash. A null path means the default places: $LACUNA_WORLD, then
// $XDG_DATA_HOME/lacuna/world.bin (or ~/.local/share/...), then /usr/share/lacuna/world.bin.
int MUST_USE world_open(const char *path, struct world **ret);
void world_free(struct world *w);

// The range that holds the address. 1 found, 0 not.
int world_lookup(const struct world *w, const struct addr *a, struct world_range *ret);

// Name of a network as registered (text from outside: escape before showing), or null.
const char *world_network_name(const struct world *w, uint32_t asn);

// Walks the ranges of an entity ("country/KP", "asn/131279"), v4 then v6, ascending, adjacent ones joined.
// found() returning non-zero stops the walk with that value. 0 done, ERR_NOT_FOUND: no such entity, ERR_MALFORMED: no such form.
int world_ranges(const struct world *w, const char *entity, int (*found)(void *context, const struct world_range *r),
		 void *context);

// Country codes present, ascending, as one string of 2-letter codes: "ADAEAF…".
const char *world_countries(const struct world *w);

struct instant world_built(const struct world *w);     // when the file was made
struct instant world_data_time(const struct world *w); // newest date its sources state, else unknown
const char *world_attribution(const struct world *w);  // text to show beside results
const char *world_path(const struct world *w);
