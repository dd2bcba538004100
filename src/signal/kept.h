// SPDX-License-Identifier: ISC
// Which time the archive of each collector holds, by the names of its files: what lies between them is missing, however quiet it was.
#pragma once

#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>

struct carry; // base/carry.h

#define KEPT_SPANS_MAX 65536 // of one collector; more are not taken

struct kept;

struct kept *kept_create(void);
void kept_free(struct kept *k); // null is fine

// Records of [from, to) are there; the same may be said again. An empty one says no more than that the archive is known.
void kept_add(struct kept *k, uint16_t collector, struct instant from, struct instant to);

// A record came of a time that no file should hold: the names say something else than they were taken for. Nothing is known from then on.
void kept_refute(struct kept *k, uint16_t collector);

bool kept_known(const struct kept *k, uint16_t collector); // whether anything was said of it

struct kept_span {
	struct instant from, to;
};

// How much of the span is not there, ns; 0 also where nothing is known of the collector. Else *ret is from the first to the last moment
// of it that is missing.
int64_t kept_missing_ns(const struct kept *k, uint16_t collector, const struct kept_span *of, struct kept_span *ret);

void kept_carry(struct carry *c, struct kept *k);
