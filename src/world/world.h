// SPDX-License-Identifier: ISC
// Who is where: address → country and network, country or network → addresses. An immutable snapshot that is one
// mmap-ed file, made by world/build.h. Sources and attribution: `lacuna world info` prints them.
#pragma once

#include "base/attr.h"
#include "base/instant.h"
#include "base/text.h"
#include "net/prefix.h"

struct world; // may be null everywhere below: then nothing is known

struct world_range { // inclusive, one family
	struct addr first, last;
	uint32_t asn;	 // 0 unknown
	char country[3]; // ISO 3166 alpha-2, "" unknown
};

// Opens a file made by `lacuna world build`. Checks magic, version, checksum, sizes and order: a damaged file is
// ERR_MALFORMED, one of another version ERR_UNSUPPORTED, never a crash. A null path means the default places:
// $LACUNA_WORLD (if set, no other), then $XDG_DATA_HOME/lacuna/world.bin (or ~/.local/share/...), then
// /usr/share/lacuna/world.bin; -ENOENT when there is none.
int MUST_USE world_open(const char *path, struct world **ret);
void world_free(struct world *w);

// Appends the path that a null path of world_open stands for. 0, or ERR_NOT_FOUND: none of the places has a file.
int MUST_USE world_place_find(struct text *ret);
// Appends the path where `lacuna world build` puts its file: the first of the places above.
// 0, or ERR_NOT_FOUND: no home folder is known.
int MUST_USE world_place_own(struct text *ret);
// Makes the folders that a path needs (all before its last slash). 0 or -errno.
int MUST_USE world_folders_make(const char *path);

// The range that holds the address. 1 found, 0 not.
int world_lookup(const struct world *w, const struct addr *a, struct world_range *ret);

// Name of a network as registered (text from outside: escape before showing), or null.
const char *world_network_name(const struct world *w, uint32_t asn);

// Walks the ranges of an entity ("country/KP", "asn/131279"), v4 then v6, ascending, adjacent ones joined (asn 0 or
// country "" where the joined ones differ in it).
// found() returning non-zero stops the walk with that value. 0 done, ERR_NOT_FOUND: no such entity, ERR_MALFORMED: no such form.
int world_ranges(const struct world *w, const char *entity, int (*found)(void *context, const struct world_range *r),
		 void *context);
// The same, but not joined: each is of one network and one country.
int world_parts(const struct world *w, const char *entity, int (*found)(void *context, const struct world_range *r),
		void *context);

// Cuts a range into the fewest prefixes, ascending. found() as above; 0 done.
int world_range_prefixes(const struct world_range *r, int (*found)(void *context, const struct prefix *p),
			 void *context);

// Addresses of the range in units of a block length: 24 and a v4 range of 128 addresses are 0.5.
double world_range_blocks(const struct world_range *r, unsigned block_length);

// Country codes present, ascending, as one string of 2-letter codes: "ADAEAF…".
const char *world_countries(const struct world *w);

struct world_counts {
	uint64_t v4_ranges, v6_ranges, countries, networks, bytes;
};

struct world_counts world_count(const struct world *w);

struct instant world_built(const struct world *w);     // when the file was made
struct instant world_data_time(const struct world *w); // newest date its sources state, else unknown
const char *world_attribution(const struct world *w);  // text to show beside results (escape before showing)
const char *world_path(const struct world *w);
