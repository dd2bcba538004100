// SPDX-License-Identifier: ISC
// Rounds over a list: every item once a round, in an order that the seed decides and that is the same in every round, so that one
// item's questions stand an interval apart. How fast a round goes is the gate's affair. Pure.
#pragma once

#include "schedule/order.h"

struct sweep {
	struct order order;
	uint64_t count;	 // items
	uint32_t rounds; // 0: for ever
	int64_t interval_ns;
	int64_t began_ns;  // of the present round
	uint32_t round;	   // from 0
	uint64_t position; // in the present round
};

void sweep_init(struct sweep *s, uint64_t count, uint32_t rounds, int64_t interval_ns, uint64_t seed);
// 1: *ret is the next item; 0: not before *ret_until_ns; -1: all rounds are over.
int sweep_next(struct sweep *s, int64_t now_ns, uint64_t *ret, int64_t *ret_until_ns);
