// SPDX-License-Identifier: ISC
// Keeps what a detector says.
#pragma once

#include "detect/level.h"

#include <stdio.h>

#define CATCH_MAX 64

struct catch
{
	struct detection opened[CATCH_MAX], ended[CATCH_MAX];
	unsigned opened_count, ended_count;
};

static inline void catch_take(void *context, const struct detection *d, bool opened)
{
	struct catch *c = context;
	unsigned *n = opened ? &c->opened_count : &c->ended_count;
	if (*n < CATCH_MAX)
		(opened ? c->opened : c->ended)[*n] = *d;
	++*n;
}

static inline void catch_print(const char *name, const struct catch *c)
{
	for (unsigned i = 0; i < c->ended_count && i < CATCH_MAX; i++) {
		const struct detection *d = &c->ended[i];
		printf("%s: start %lld (%lld to %lld)", name, (long long)instant_seconds(d->start.best),
		       (long long)instant_seconds(d->start.from), (long long)instant_seconds(d->start.to));
		if (instant_known(d->end.best))
			printf(", end %lld", (long long)instant_seconds(d->end.best));
		printf(", usual %llu, lowest %llu\n", (unsigned long long)d->baseline, (unsigned long long)d->lowest);
	}
}
