// SPDX-License-Identifier: ISC
// Attempts that are numbered: what is missing between two numbers was sent and not answered. Keeps, for each host, the last number
// and when it was sent; two of them tell how far apart the ones between were.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"
#include "base/instant.h"

#include <stdbool.h>

#define LINE_SEQUENCE_HOSTS 65536 // that are told apart; of others nothing is rebuilt
#define LINE_SEQUENCE_MOST  86400 // missing in a row: a day at one a second

struct line_sequence;

struct line_sequence *line_sequence_create(void);
void line_sequence_free(struct line_sequence *s);

// Attempts between the last one of the host and this one: `count`, of which the i-th (from 1) was sent at `first` + (i - 1) * `step_ns`.
struct line_missing {
	struct instant first;
	int64_t step_ns;
	uint32_t count;
	bool again; // the number was had before: an answer that came late or twice
};

// An attempt of this number was sent at `sent`, or is known to be lost. A number below the last one that was sent later begins anew (a second run, or a counter of 16 bits that is through).
void line_sequence_take(struct line_sequence *s, struct cursor host, uint32_t number, struct instant sent,
			struct line_missing *ret);

// When the attempt of that number was or will have been sent, by those before. False: nothing is known.
bool MUST_USE line_sequence_when(const struct line_sequence *s, struct cursor host, uint32_t number,
				 struct instant *ret);
