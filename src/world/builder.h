// SPDX-License-Identifier: ISC
// The inside of the builder: what import.c fills, sweep.c settles and write.c lays out.
#pragma once

#include "base/index.h"
#include "world/build.h"
#include "world/wide.h"

#include <stdbool.h>

#define WORLD_PIECES_MAX     (8u << 20) // of one layer and family; the whole Internet takes under a million
#define WORLD_NAMES_MAX	     (1u << 20) // networks; 120,000 are assigned
#define WORLD_NAME_BYTES_MAX 255
#define WORLD_POOL_MAX	     (256u << 20)

enum world_layer { WORLD_LAYER_COUNTRY, WORLD_LAYER_NETWORK, WORLD_LAYER_COUNT };

enum { WORLD_V4 = 0, WORLD_V6 = 1 };

struct piece {
	wide first, last;
	uint32_t value; // country code or AS number; 0: unknown, which covers what came before
	uint32_t order; // the higher wins
};

struct pieces {
	struct piece *items;
	size_t count, capacity;
};

struct world_span { // both layers merged
	wide first, last;
	uint32_t asn;
	uint16_t country;
};

struct spans {
	struct world_span *items;
	size_t count, capacity;
};

struct name {
	uint32_t asn, offset;
};

struct names {
	struct name *at;
	size_t count, capacity;
	struct index by_asn;
	struct text pool;
};

struct world_builder {
	struct pieces layers[WORLD_LAYER_COUNT][2]; // by layer and family
	struct names names;
	char *attribution;
	struct instant data_time, stated; // set by the caller; newest in the files
	uint64_t bad_lines;
};

// 0, or ERR_FULL.
int MUST_USE builder_piece_add(struct world_builder *b, enum world_layer layer, uint8_t family,
			       const struct piece *range);

// Keeps the first WORLD_NAME_BYTES_MAX bytes (whole characters); the last name given wins. 0, or ERR_FULL.
int MUST_USE names_put(struct names *n, uint32_t asn, const char *name, size_t bytes);
const char *names_get(const struct names *n, uint32_t asn); // "" unknown
void names_free(struct names *n);

// Disjoint, ascending, without unknowns, adjacent equals joined. The input is left as it is; free ret->items.
void sweep_layer(const struct pieces *in, struct pieces *ret);
// Two such lists as one; free ret->items.
void sweep_merge(const struct pieces *countries, const struct pieces *networks, struct spans *ret);

// One line without its end, no zero byte in it. Returns why it is bad, or null; *ret_error is 0 or ERR_FULL.
const char *import_line(struct world_builder *b, const char *line, size_t n, int *ret_error);
