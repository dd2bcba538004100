// SPDX-License-Identifier: ISC
// Probes of one interval that wait for it to close, in order of time and then of what was asked by whom. Numbers of targets and
// observers depend on who was heard of first, so that texts decide: in which order probes of one time came changes nothing.
// Only signal includes it.
#pragma once

#include "model/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct waiting { // a probe
	int64_t t;
	uint32_t target : 20, observer : 10;
	uint32_t rtt_us : 27, outcome : 5; // at most two minutes
};

#define WAITING_TARGET	 ((1u << 20) - 1) // of a field
#define WAITING_OBSERVER ((1u << 10) - 1) // of a field
#define WAITING_RTT	 ((1u << 27) - 1) // of a field
#define WAITING_OUTCOME	 ((1u << 5) - 1)  // of a field

struct waiting_list { // zeroed: empty
	struct waiting *items;
	size_t count, capacity;
	int64_t oldest; // where there are any
	bool unordered; // waiting_order() must put them in order before they are gone through
};

// Adds a copy. One that is late by a few places goes to its place; one that is later makes the list unordered.
void waiting_add(struct waiting_list *l, const struct target_table *targets, const struct waiting *w);

// Puts all in order, at the cost of a sort where they are not.
void waiting_order(struct waiting_list *l, const struct target_table *targets);

// Forgets all; the memory is kept for the next ones unless it is much.
void waiting_clear(struct waiting_list *l);
void waiting_free(struct waiting_list *l);
