// SPDX-License-Identifier: ISC
// The weighted median of a changing set of values, kept while values come and go.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weighted_value {
	uint64_t value;
	int64_t weight; // above 0
};

struct weighted {		   // zeroed: empty
	struct weighted_value *at; // each value once, in rising order
	size_t n, capacity;
	size_t middle;	// place of the median
	int64_t before; // weight of all values before it
	int64_t total;
};

// Adds weight to the value, or takes back some that was added: `weight` below 0.
void weighted_add(struct weighted *w, uint64_t value, int64_t weight);
// The least value that, with all below it, has half of the weight. False: there is no value.
bool weighted_median(struct weighted *w, uint64_t *ret_value);
void weighted_clear(struct weighted *w); // forgets all values and keeps the room for them
void weighted_free(struct weighted *w);	 // and the room
