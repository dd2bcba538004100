// SPDX-License-Identifier: ISC
// Which known incidents an incident resembles: nearest neighbours over standardised features. Both sides are given as
// facts; a fact that is not known costs, so that little known is never very alike.
#pragma once

#include "incident/decisions.h"
#include "model/precedent.h"

#include <stddef.h>

#define PRECEDENT_NEAREST 3 // that are shown

struct precedent_match {
	size_t index;
	double similarity; // 0 to 1
};

// The most alike first; at most PRECEDENT_NEAREST, fewer where there are fewer or nothing is known of both. Returns how
// many.
// `v`: of the run; null: the table's.
size_t precedent_similar(const struct decisions *v, const struct precedent_facts *subject,
			 const struct precedent_facts *known, size_t count,
			 struct precedent_match ret[PRECEDENT_NEAREST]);
