// SPDX-License-Identifier: ISC
// All files that are still being written, merged as far as has come: what feed.h says of them.
#pragma once

#include "feed/feed.h"

struct growing;

struct growing *growing_create(int64_t most_ns);
void growing_free(struct growing *g);
int growing_add(struct growing *g, const char *file, uint16_t collector); // 0 or ERR_FULL
size_t growing_count(const struct growing *g);
const struct feed_source *growing_source(const struct growing *g, size_t index);
int growing_next(struct growing *g, struct record *ret); // 1, FEED_AGAIN, 0 once drained
bool growing_look(struct growing *g, const struct feed_clock *now);
bool growing_knows(struct growing *g, const char *file);
void growing_drain(struct growing *g);
struct instant growing_passed(const struct growing *g);
bool growing_holds(const struct growing *g);
